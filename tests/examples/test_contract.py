import sys

import pytest

from sandbox.home import PROJECT

sys.path.insert(0, str(PROJECT / "examples" / "consumer"))

from contract import Contract, ContractError


@pytest.fixture
def contract() -> Contract:
    made = Contract.__new__(Contract)
    made._stack, made._major = "organization/jobr/production", 1
    return made


def test_an_output_of_the_right_contract_is_handed_on(contract: Contract) -> None:
    assert contract._checked("vpcId", "1.7.2", "vpc-1") == "vpc-1"


@pytest.mark.parametrize(
    ("version", "value", "said"),
    [
        (None, None, "shows no contractVersion: is it the right stack"),
        ("2.0.0", "vpc-1", "shows contract 2.0.0, and this program was written for 1.x"),
        ("1.0.0", None, r"shows no output vpcId \(contract 1.0.0\)"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(
    contract: Contract, version: str | None, value: str | None, said: str
) -> None:
    with pytest.raises(ContractError, match=f"organization/jobr/production {said}"):
        contract._checked("vpcId", version, value)
