"""The program with no logic is worth comparing with only if it registers exactly what the real one does."""

import stat
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from tests.infra.recording import DEVELOPMENT, PRODUCTION, record, run_program
from tools.bench import flat, registrations
from tools.bench.registrations import Registrations


def registered(program: Callable[[], object], configuration: dict[str, str], stack: str) -> Registrations:
    seen: list[Registrations] = []

    def recorded() -> None:
        seen.append(registrations.record())
        program()

    record(recorded, configuration, stack)
    return seen[0]


@pytest.mark.parametrize(("configuration", "stack"), [(PRODUCTION, "production"), (DEVELOPMENT, "development")])
def test_the_flat_program_registers_the_same_resources_with_the_same_inputs_options_and_dependencies(
    configuration: dict[str, str], stack: str
) -> None:
    real = registered(run_program, configuration, stack)
    again = registered(flat.program(real), {}, stack)
    assert len(real.canonical()) > 100
    assert again.canonical() == real.canonical()


def test_it_shows_the_same_outputs(tmp_path: Path) -> None:
    real = registered(run_program, DEVELOPMENT, "development")
    real.save(tmp_path / "kept.json")
    again = registered(flat.program(Registrations.load(tmp_path / "kept.json")), {}, "development")
    assert again.outputs.keys() == real.outputs.keys()
    assert {urn: shown.outputs for urn, shown in again.outputs.items()} == {
        urn: shown.outputs for urn, shown in real.outputs.items()
    }


def test_a_recording_holds_secrets_so_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    registered(run_program, DEVELOPMENT, "development").save(tmp_path / "kept.json")
    assert stat.S_IMODE((tmp_path / "kept.json").stat().st_mode) == 0o600


def made(**inputs: object) -> Callable[[], None]:
    return lambda: (pulumi.CustomResource("aws:s3/bucket:Bucket", "a", inputs), None)[1]


def test_a_different_input_is_a_different_registration() -> None:
    one, other = (registered(made(tags={"a": value}), {}, "test").canonical() for value in ("1", "2"))
    assert one.keys() == other.keys()
    assert one != other


def test_an_input_that_it_cannot_write_is_refused_rather_than_left_out() -> None:
    real = registered(made(source=pulumi.StringAsset("text")), {}, "test")
    with pytest.raises(ValueError, match="neither plain nor secret"):
        registered(flat.program(real), {}, "test")
