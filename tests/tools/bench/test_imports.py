import sys

import pytest

from tools.bench import imports
from tools.bench.processes import MeasuringError, answer


def test_the_program_and_every_handler_are_measured() -> None:
    found = imports.entrances()
    assert found[0] == "infra.stack"
    assert "runtime.backups.handler" in found


def test_libraries_are_all_that_an_import_loads_and_nothing_of_the_projects_own() -> None:
    libraries = answer(["-m", "tools.bench.imports", "libraries", "infra.stack"])["modules"]
    assert {"pulumi", "pulumi_aws", "pulumi_aws.rds", "pydantic"} <= set(libraries)
    assert not [name for name in libraries if name.split(".")[0] in imports.OWN]


def test_a_module_of_the_sdk_that_is_never_touched_is_no_library_of_the_program() -> None:
    """pulumi_aws enters two hundred lazy modules; loading them all would make the baseline look slow."""
    libraries = answer(["-m", "tools.bench.imports", "libraries", "infra.stack"])["modules"]
    assert "pulumi_aws.sagemaker" not in libraries


def test_the_libraries_alone_load_nothing_of_the_project() -> None:
    libraries = answer(["-m", "tools.bench.imports", "libraries", "runtime.backups.handler"])["modules"]
    code = f"import importlib, json, sys; [importlib.import_module(n) for n in {libraries!r}]; print(json.dumps({{'own': [n for n in sys.modules if n.split('.')[0] in ('infra', 'runtime')]}}))"
    assert answer(["-c", code])["own"] == []


def test_what_cannot_be_measured_is_an_error_with_what_was_said() -> None:
    with pytest.raises(MeasuringError, match="No module named"):
        answer(["-m", "tools.bench.imports", "time", "no_such_module"])
    with pytest.raises(MeasuringError, match="printed no result"):
        answer(["-c", "print('nothing of use')"])


def test_a_child_runs_this_very_python() -> None:
    assert answer(["-c", "import json, sys; print(json.dumps({'python': sys.executable}))"])["python"] == sys.executable


def test_a_lazy_module_is_loaded_so_that_its_time_is_counted() -> None:
    code = "import json, pulumi_aws, sys; from tools.bench.imports import load; load('pulumi_aws.s3'); print(json.dumps({'loaded': 'pulumi_aws.s3.bucket' in sys.modules}))"
    assert answer(["-c", code])["loaded"]
