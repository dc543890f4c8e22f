from pathlib import Path

import pytest
import yaml

from sandbox.cloud.beforehand import CERTIFICATE_ARN
from sandbox.engine.errors import RefusedError
from sandbox.engine.settings import Overlaid, StackFolder, passphrase
from sandbox.home import Home

PROJECT_FILE = """
name: jobr
runtime: python
main: infra/
config:
  jobr:accountId: {type: string, default: ""}
  jobr:certificateBody: {type: string, default: ""}
  jobr:certificatePrivateKey: {type: string, default: "", secret: true}
  jobr:openaiApiKey: {type: string, default: "", secret: true}
"""
PRODUCTION = """
secretsprovider: awskms://alias/real
encryptedkey: AAAA
config:
  jobr:accountId: "999999999999"
  jobr:certificateArn: arn:aws:acm:us-east-1:999999999999:certificate/0
  jobr:openaiApiKey:
    secure: v1:real:secret
  jobr:databaseClass: db.m7g.large
  jobr:nested:
    inner:
      - secure: v1:another:secret
      - plain
"""
SALT = "v1:a:v1:b:c"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(PROJECT_FILE)
    (folder / "Pulumi.production.yaml").write_text(PRODUCTION)
    (folder / "Pulumi.development.yaml").write_text("config:\n  jobr:environment: development\n")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def written(folder: StackFolder) -> dict[str, object]:
    config: dict[str, object] = yaml.safe_load((folder.path / f"Pulumi.{folder.stack}.yaml").read_text())["config"]
    return config


def sealed(path: str, value: str) -> str:
    return f"sealed:{path}:{len(value)}"


def test_plain_settings_of_the_real_file_are_kept_as_they_are(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    assert written(folder)["jobr:databaseClass"] == "db.m7g.large"


def test_the_account_becomes_the_embedded_clouds(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    assert written(folder)["jobr:accountId"] == "123456789012"


def test_the_programs_folder_stands_where_the_project_file_says(home: Home, source: Path, tmp_path: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    assert (folder.path / "infra").readlink() == source / "infra"
    moved = source.rename(tmp_path / "moved")
    StackFolder(home, "production", moved).write()
    assert (folder.path / "infra").readlink() == moved / "infra"


def test_nothing_that_only_real_credentials_open_is_left(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    text = (folder.path / "Pulumi.production.yaml").read_text()
    for word in ("awskms", "encryptedkey", "v1:real:secret", "v1:another:secret"):
        assert word not in text


def test_what_people_make_by_hand_is_named_as_it_exists_in_the_embedded_account_and_only_where_it_is_named(
    home: Home, source: Path
) -> None:
    folders = {stack: StackFolder(home, stack, source) for stack in ("production", "development")}
    for folder in folders.values():
        folder.write()
    assert written(folders["production"])["jobr:certificateArn"] == CERTIFICATE_ARN
    assert "jobr:certificateArn" not in written(folders["development"])


def test_every_overlaid_key_is_told(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    assert {item.key for item in folder.overlaid} == {
        "secretsprovider",
        "jobr:accountId",
        "jobr:certificateArn",
        "jobr:openaiApiKey",
        'jobr:nested["inner"][0]',
    }


def test_a_certificate_is_made_only_where_the_stack_names_none(home: Home, source: Path) -> None:
    production, development = (StackFolder(home, name, source) for name in ("production", "development"))
    production.write()
    development.write()
    assert "jobr:certificateBody" not in written(production)
    assert str(written(development)["jobr:certificateBody"]).startswith("-----BEGIN CERTIFICATE-----")
    assert Overlaid("jobr:certificatePrivateKey", "the key of that certificate") in development.overlaid


def test_secrets_are_sealed_once_and_stand_nowhere_in_clear(home: Home, source: Path) -> None:
    folder, asked = StackFolder(home, "production", source), []

    def seal(path: str, value: str) -> str:
        asked.append((path, value))
        return sealed(path, value)

    folder.write()
    folder.seal(seal)
    (folder.path / "Pulumi.production.yaml").write_text(f"encryptionsalt: {SALT}\nconfig: {{}}\n")
    folder.write()
    folder.seal(seal)
    assert sorted(path for path, _ in asked) == ['jobr:nested["inner"][0]', "jobr:openaiApiKey"]
    assert written(folder)["jobr:openaiApiKey"] == {"secure": "sealed:jobr:openaiApiKey:54"}
    everything = "".join(path.read_text() for path in home.root.rglob("*") if path.is_file())
    assert not any(value in everything for _, value in asked)


def test_secrets_are_sealed_anew_when_the_salt_that_opens_them_is_gone(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source)
    folder.write()
    folder.seal(sealed)
    (folder.path / "Pulumi.production.yaml").unlink()
    folder.write()
    assert "jobr:openaiApiKey" not in written(folder)


def test_the_repositorys_own_files_are_not_touched(home: Home, source: Path) -> None:
    before = {path: path.read_bytes() for path in source.iterdir()}
    for stack in ("production", "development"):
        folder = StackFolder(home, stack, source)
        folder.write()
        folder.seal(sealed)
    assert {path: path.read_bytes() for path in source.iterdir()} == before


def test_an_unknown_stack_is_refused_with_the_known_ones(home: Home, source: Path) -> None:
    with pytest.raises(RefusedError, match=r"Pulumi\.prod\.yaml.*known stacks are development, production"):
        StackFolder(home, "prod", source)


def test_a_broken_stack_file_is_named(home: Home, source: Path) -> None:
    (source / "Pulumi.production.yaml").write_text("config: [")
    with pytest.raises(RefusedError, match=r"Pulumi\.production\.yaml is no YAML"):
        StackFolder(home, "production", source)


def test_the_passphrase_is_made_once_and_only_its_owner_reads_it(home: Home) -> None:
    home.root.mkdir()
    first = passphrase(home).read_text()
    assert passphrase(home).read_text() == first
    assert passphrase(home).stat().st_mode & 0o777 == 0o600


def test_a_setting_of_one_command_stands_over_the_files_and_is_told(home: Home, source: Path) -> None:
    folder = StackFolder(home, "production", source, {"databaseClass": "db.m7g.xlarge"})
    folder.write()
    assert written(folder)["jobr:databaseClass"] == "db.m7g.xlarge"
    assert Overlaid("jobr:databaseClass", "db.m7g.xlarge (--config)") in folder.overlaid
