from pathlib import Path

import pytest

from sandbox import guard
from sandbox.home import Home

REAL_KEY = "AKIA" + 4 * "REAL"  # put together here, so that no key stands in a file


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home folder without any AWS file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    return tmp_path


@pytest.mark.usefixtures("clean")
def test_an_environment_without_credentials_has_no_problem(home: Home) -> None:
    assert guard.problems(home, {"PATH": "/usr/bin"}) == []


@pytest.mark.usefixtures("clean")
def test_the_environment_that_the_sandbox_itself_sets_has_no_problem(home: Home) -> None:
    assert guard.problems(home, home.environment()) == []


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_BACKEND_URL",
    ],
)
def test_a_variable_that_leads_out_is_named_with_the_word_that_removes_it(home: Home, name: str) -> None:
    [problem] = guard.problems(home, {name: "https://real.example"})
    assert name in problem.what
    assert problem.mend == f"-u {name}"


@pytest.mark.usefixtures("clean")
def test_a_real_access_key_is_refused_and_its_secret_named_with_it(home: Home) -> None:
    found = guard.problems(home, {"AWS_ACCESS_KEY_ID": REAL_KEY, "AWS_SECRET_ACCESS_KEY": "very-secret"})
    assert [problem.mend for problem in found] == ["-u AWS_ACCESS_KEY_ID", "-u AWS_SECRET_ACCESS_KEY"]


@pytest.mark.parametrize(
    "text",
    [
        f"[default]\naws_access_key_id = {REAL_KEY}\naws_secret_access_key = very-secret\n",
        "[profile a]\nsso_start_url = https://example.awsapps.com/start\n",
        "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = b\n",
        "[profile a]\ncredential_process = /bin/get\n",
        f"[DEFAULT]\naws_access_key_id = {REAL_KEY}\n",
        "this is no such file",
    ],
)
@pytest.mark.parametrize("file", ["credentials", "config"])
def test_a_file_that_leads_to_credentials_is_refused(home: Home, clean: Path, file: str, text: str) -> None:
    (clean / ".aws" / file).write_text(text)
    [problem] = guard.problems(home, {})
    assert f".aws/{file}" in problem.what
    assert problem.mend.endswith("=/dev/null")


def test_a_file_that_only_sets_a_region_is_fine(home: Home, clean: Path) -> None:
    (clean / ".aws" / "config").write_text("[default]\nregion = eu-central-1\noutput = json\n")
    assert guard.problems(home, {}) == []


def test_the_file_that_a_variable_names_is_read_instead_of_the_usual_one(home: Home, clean: Path) -> None:
    (clean / ".aws" / "credentials").write_text(f"[default]\naws_access_key_id = {REAL_KEY}\n")
    elsewhere = clean / "elsewhere"
    elsewhere.write_text("[default]\ncredential_process = /bin/get\n")
    environment = {"AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_CONFIG_FILE": str(elsewhere)}
    [problem] = guard.problems(home, environment)
    assert str(elsewhere) in problem.what


def test_everything_is_reported_at_once_and_no_value_is_shown(home: Home, clean: Path) -> None:
    (clean / ".aws" / "credentials").write_text("[default]\naws_secret_access_key = in-the-file\n")
    environment = {
        "AWS_PROFILE": "the-profile",
        "AWS_ACCESS_KEY_ID": REAL_KEY,
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "PULUMI_ACCESS_TOKEN": "pul-token",
        "AWS_ENDPOINT_URL": "https://user:password@real.example",
    }
    text = guard.report(guard.problems(home, environment))
    for name in [*environment, "AWS_SHARED_CREDENTIALS_FILE=/dev/null"]:
        assert name in text
    for value in [*environment.values(), "in-the-file"]:
        assert value not in text


def test_the_command_that_mends_all_puts_the_removals_before_the_assignments(home: Home, clean: Path) -> None:
    (clean / ".aws" / "credentials").write_text("[default]\naws_access_key_id = a\n")
    text = guard.report(guard.problems(home, {"AWS_ENDPOINT_URL": "https://real.example"}))
    assert "env -u AWS_ENDPOINT_URL AWS_SHARED_CREDENTIALS_FILE=/dev/null python -m sandbox" in text


@pytest.mark.parametrize("url", ["https://127.77.3.1:4566", "http://[::1]:80"])
def test_a_literal_loopback_address_is_loopback(url: str) -> None:
    assert guard.is_loopback(url)


@pytest.mark.parametrize("url", ["https://localhost.example", "https://10.0.0.1", "https://s3.amazonaws.com", ""])
def test_a_name_or_another_address_is_not_loopback(url: str) -> None:
    assert not guard.is_loopback(url)
