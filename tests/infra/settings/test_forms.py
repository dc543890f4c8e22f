"""Values that AWS takes in more forms than one: what is good is taken in each of them. What is bad stands in bad_texts.py."""

import pytest

from infra.settings.loading import keys
from tests.infra.recording import CERTIFICATE, PRIVATE_KEY


@pytest.mark.parametrize(
    "cron",
    [
        "cron(15 1 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(0/5 8-17 ? * 2-6 *)",
        "cron(15 10 ? * 6L 2026-2030)",
        "cron(30 0 1 JAN,JUL ? *)",
        "cron(0 9 ? * 3#2 *)",
        "cron(0 9 3W * ? *)",
        "cron(59 23 L 12 ? 2199)",
        "cron(0 0 LW * ? *)",
        "cron(0,30 */2 ? * SUN *)",
    ],
)
def test_a_cron_of_every_form_that_aws_knows_is_taken(cron: str) -> None:
    assert keys()["backupSchedule"].parse(cron) == cron
    assert str(keys()["scalingSchedule"].parse(f"{cron}=2-4")) == f"{cron}=2-4"


@pytest.mark.parametrize("rate", ["rate(1 day)", "rate(12 hours)", "rate(90 minutes)"])
def test_a_rate_is_taken_for_backups_and_not_for_the_number_of_tasks(rate: str) -> None:
    assert keys()["backupSchedule"].parse(rate) == rate
    with pytest.raises(ValueError, match="cannot be read at number 1"):
        keys()["scalingSchedule"].parse(f"{rate}=2-4")


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("cron(0 24 * * ? *)", "has what is no hour: write"),
        ("cron(60 25 32 13 ? *)", "has what is no minute and no hour and no day and no month: write"),
        ("cron(0 1 * * * *)", "has to have [?] for the day or for the weekday"),
    ],
)
def test_a_cron_that_aws_would_refuse_is_refused_by_its_field(cron: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        keys()["backupSchedule"].parse(cron)


@pytest.mark.parametrize("kind", ["", "RSA ", "EC "])
def test_a_private_key_is_taken_in_each_form_that_has_no_passphrase(kind: str) -> None:
    pem = PRIVATE_KEY.replace("PRIVATE", f"{kind}PRIVATE")
    assert str(keys()["certificatePrivateKey"].parse(pem)) == "**********"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_certificate_is_taken_with_any_line_ends_and_a_chain_may_hold_several(end: str) -> None:
    certificate = CERTIFICATE.strip().replace("\n", end if end.strip(" ") else "\n")
    assert keys()["certificateBody"].parse(f"{certificate}{end}") == f"{certificate}{end}"
    chain = f"{certificate}\n{certificate}{end}"
    assert keys()["certificateChain"].parse(chain) == chain


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "172.31.0.0/16", "192.168.0.0/20"])
def test_people_may_test_from_a_network_of_any_size_but_the_whole_internet(cidr: str) -> None:
    assert keys()["testClientCidrs"].parse(f"{cidr}, 198.51.100.7/32") == (cidr, "198.51.100.7/32")


@pytest.mark.parametrize("key", ["migrationDryRunCommand", "migrationContractCommand"])
def test_a_command_that_is_not_wanted_is_switched_off_by_a_word(key: str) -> None:
    assert keys()[key].parse("off") == ""


def test_a_command_keeps_its_quotes() -> None:
    assert keys()["migrationCommand"].parse("sh -c 'npm run db:migrate'") == "sh -c 'npm run db:migrate'"
