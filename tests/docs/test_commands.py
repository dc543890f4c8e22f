"""What the documents tell people to type on AWS and in the settings is understood there."""

import re
from functools import cache

import botocore.session
import pytest

from infra.outputs import contract
from infra.settings.loading import keys
from tests.docs.aws_cli import commands, problems
from tests.docs.code import pieces

# A word in camelCase, alone or with a value after a colon: how settings, outputs and members of AWS's APIs are written.
NAME = re.compile(r"([a-z][a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+)(?:: [^,]+)?")
CONFIG = re.compile(r"pulumi config (?:set|rm|get)(?: --secret| --path| --stack \S+)* (?:jobr:)?([A-Za-z]\w*)(?![\w:])")
# The services whose members the documents name as the API or Pulumi does.
SERVICES = ("ecs", "application-autoscaling", "s3")


def _aws() -> list[tuple[str, str]]:
    return sorted({(page.as_posix(), code) for page, code in pieces() if re.search(r"(?<![\w-])aws [a-z]", code)})


@pytest.mark.parametrize(("page", "code"), _aws())
def test_the_aws_cli_takes_every_command_as_it_is_written(page: str, code: str) -> None:
    found = list(commands(code))
    assert found, f"{page}: no command could be read out of {code}"
    wrong = {" ".join(words): problems(words) for words in found}
    if "/runbooks/" not in page and len(code.split()) == 3:
        # Prose that names an operation; a runbook writes it out.
        wrong = {
            command: [text for text in texts if not re.match("needs|lambda invoke takes", text)]
            for command, texts in wrong.items()
        }
    assert {command: texts for command, texts in wrong.items() if texts} == {}


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("aws rdss describe-db-instances", "no service rdss"),
        ("aws rds describe-instances", "no operation describe-instances"),
        ("aws rds describe-db-instances --db-instance-id x", "no option --db-instance-id"),
        ("aws rds create-db-snapshot --db-instance-identifier x", "needs --db-snapshot-identifier"),
        ("aws ecs list-tasks --desired-status DONE", "DONE is none of"),
        ("aws ecs stop-task x --task y", "takes 0 words alone"),
        ("aws ecs describe-services --services a --query 'services[].desired'", "asks for desired"),
        ("aws ecs describe-services --services a --query 'services[.x'", "cannot be read"),
        ("aws rds describe-events --duration soon", "soon is no number"),
        ("aws rds describe-db-instances --output pretty", "--output takes"),
        ("aws lambda invoke --function-name f", "takes 1 words alone"),
        ("aws logs tail --since 1h", "takes 1 words alone"),
        ("aws logs tail group --until 1h", "no option --until"),
        ("aws rds wait db-instance-ready", "waits for"),
        ("aws s3api put-bucket-versioning --bucket b --versioning-configuration State=Enabled", "State is none of"),
        ("cat $(aws ecs list-task) | head", "no operation list-task"),
    ],
)
def test_a_command_that_the_aws_cli_refuses_is_found(command: str, complaint: str) -> None:
    assert complaint in str([problems(words) for words in commands(command)])


def test_every_setting_that_a_command_sets_exists() -> None:
    named = [(page.name, key) for page, code in pieces() for key in CONFIG.findall(code)]
    assert named
    assert [each for each in named if each[1] not in keys()] == []


def test_every_name_in_camel_case_is_a_setting_an_output_or_a_member_of_an_api() -> None:
    known = {*keys(), *contract(), "contractVersion", *_members()}
    named = {(page.as_posix(), match[1]) for page, code in pieces() if (match := NAME.fullmatch(code))}
    assert len(named) > 50
    assert sorted(each for each in named if each[1] not in known) == []


@cache
def _members() -> frozenset[str]:
    """The members of the structures of SERVICES, as Pulumi writes them: with a small letter first."""
    session = botocore.session.get_session()
    found: set[str] = set()
    for name in SERVICES:
        model = session.get_service_model(name)
        for shape in map(model.shape_for, model.shape_names):
            found.update(getattr(shape, "members", {}))
    return frozenset(member[0].lower() + member[1:] for member in found)
