import pytest

from sandbox.cloud.postgres.formulas import GIB, FormulaError, Machine, evaluate

MICRO = Machine.of("db.t4g.micro", 20, 5432)


@pytest.mark.parametrize(
    ("name", "memory", "vcpu"),
    [
        ("db.t4g.micro", 1, 2),
        ("db.t3.medium", 4, 2),
        ("db.m6g.large", 8, 2),
        ("db.r6gd.xlarge", 32, 4),
        ("db.r6g.2xlarge", 64, 8),
        ("db.m7i.16xlarge", 256, 64),
    ],
)
def test_memory_and_processors_follow_from_the_class(name: str, memory: int, vcpu: int) -> None:
    machine = Machine.of(name, 20, 5432)
    assert (machine.memory, machine.vcpu) == (memory * GIB, vcpu)


@pytest.mark.parametrize("name", ["db.x2g.large", "db.banana.7xl", "r6g.large"])
def test_a_class_that_is_not_known_has_no_memory_rather_than_a_guess(name: str) -> None:
    assert Machine.of(name, 20, 5432).memory is None
    with pytest.raises(FormulaError, match=r"DBInstanceClassMemory .* not known for this instance class"):
        evaluate("{DBInstanceClassMemory/32768}", Machine.of(name, 20, 5432))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("{DBInstanceClassMemory/32768}", "32768"),
        ("{DBInstanceClassMemory*3/4}", str(GIB * 3 // 4)),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", "112"),
        ("GREATEST({DBInstanceVCPU*2},8)", "8"),
        ("SUM({DBInstanceVCPU},3)", "5"),
        ("{AllocatedStorage/1073741824}", "20"),
        ("{log(DBInstanceClassMemory)}", "30"),
    ],
)
def test_formulas_of_rds_give_whole_numbers(formula: str, value: str) -> None:
    assert evaluate(formula, MICRO) == value


@pytest.mark.parametrize(
    "formula", ["{Memory/2}", "{DBInstanceVCPU", "{__import__('os')}", "MEDIAN({DBInstanceVCPU})", "{1/0}", "{2**9}"]
)
def test_what_is_no_formula_of_rds_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(formula, MICRO)
