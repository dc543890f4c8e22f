from pathlib import Path

import pytest
import yaml

from infra import settings_reference
from infra.settings.loading import keys


def test_pulumi_yaml_and_the_settings_page_are_what_the_models_say() -> None:
    for path, text in settings_reference.documents().items():
        assert (settings_reference.PROJECT / path).read_text() == text, f"{path}: {settings_reference.COMMAND}"


def test_every_key_is_described_text_with_a_default_so_that_pulumi_leaves_the_checking_to_the_program() -> None:
    schema = yaml.safe_load(settings_reference.pulumi_yaml())["config"]
    assert schema.keys() == keys().keys()
    for described in schema.values():
        assert described["type"] == "string"
        assert isinstance(described["default"], str)
        assert described["description"]


def test_a_default_in_pulumi_yaml_is_read_back_as_the_settings_own_default() -> None:
    schema = yaml.safe_load(settings_reference.pulumi_yaml())["config"]
    optional = [key for key in keys().values() if not key.required and schema[key.key]["default"]]
    assert len(optional) > 20
    assert [key.key for key in optional if key.parse(schema[key.key]["default"]) != key.field.default] == []


def test_documents_that_are_out_of_date_are_named_and_writing_mends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings_reference, "PROJECT", tmp_path)
    assert settings_reference.main([]) == 1
    assert "Pulumi.yaml is out of date" in capsys.readouterr().out
    assert settings_reference.main(["--write"]) == 0
    assert settings_reference.main([]) == 0


def test_the_settings_page_lists_every_key() -> None:
    page = settings_reference.settings_page()
    assert [key for key in keys() if f"\n| `{key}` |" not in page] == []
