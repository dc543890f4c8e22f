"""The backup function's environment."""

import subprocess
import sys

import pytest

from runtime.backups.settings import BackupSettings
from runtime.common.errors import SettingsError

RIGHT = {
    "ENVIRONMENT": "production",
    "DATABASE_HOST": "db.example.com",
    "DATABASE_PORT": "5433",
    "DATABASE_NAME": "jobr",
    "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-AbCdEf",
    "BACKUP_BUCKET": "jobr-production-backups",
    "BACKUP_PREFIX": "database/primary/",
    "BACKUP_KMS_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/5d3f2c8a-8f0a-4a55-9c5e-2f4f7e1f0b11",
}


def test_what_is_rendered_is_what_is_read() -> None:
    settings = BackupSettings.from_environment(RIGHT)

    rendered = BackupSettings.render(**{field: str(value) for field, value in settings.model_dump().items()})

    assert rendered == RIGHT
    assert BackupSettings.from_environment(rendered) == settings


def test_a_value_that_is_not_known_yet_is_rendered_untouched() -> None:
    promise = object()

    rendered = BackupSettings.render(
        environment=promise,
        database_host=promise,
        database_name=promise,
        database_secret_arn=promise,
        backup_bucket=promise,
        backup_kms_key_arn=promise,
    )

    assert rendered["DATABASE_HOST"] is promise
    assert "DATABASE_PORT" not in rendered, "a field with a default may be left to it"


def test_rendering_refuses_unknown_fields_and_missing_ones() -> None:
    with pytest.raises(
        TypeError, match=r"unknown fields \['hots'\], missing fields \['backup_bucket', .*'database_host'"
    ):
        BackupSettings.render(hots="db.example.com")


def test_port_and_prefix_have_defaults() -> None:
    settings = BackupSettings.from_environment(
        {name: value for name, value in RIGHT.items() if name not in {"DATABASE_PORT", "BACKUP_PREFIX"}}
    )

    assert (settings.database_port, settings.backup_prefix) == (5432, "database/")


def test_every_problem_is_told_at_once_with_its_variable() -> None:
    with pytest.raises(SettingsError) as failure:
        BackupSettings.from_environment(
            {**RIGHT, "DATABASE_HOST": "", "DATABASE_PORT": "70000", "BACKUP_BUCKET": "Not A Bucket"}
        )

    names = [problem.split()[0] for problem in failure.value.problems]
    assert names == ["DATABASE_HOST", "DATABASE_PORT", "BACKUP_BUCKET"]
    assert failure.value.problems[0] == "DATABASE_HOST is not set"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_PORT", "0"),
        ("DATABASE_PORT", "five"),
        ("DATABASE_NAME", "x" * 64),
        ("DATABASE_SECRET_ARN", "database"),
        ("BACKUP_PREFIX", "database"),
        ("BACKUP_PREFIX", "/database/"),
        ("BACKUP_KMS_KEY_ARN", "arn:aws:kms:eu-central-1:123456789012:alias/backups"),
    ],
)
def test_a_value_that_cannot_work_is_refused(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} is wrong"):
        BackupSettings.from_environment({**RIGHT, variable: value})


def test_the_infrastructure_can_import_the_settings_without_the_libraries_of_the_function() -> None:
    heavy = "import sys, runtime.backups.settings; print(sorted({'boto3', 'botocore', 'psycopg', 'zstandard'} & set(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
