"""The names of a backup's objects."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from runtime.backups.keys import new_backup, split_url

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  # hypothesis takes naive bounds and adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001  # as above
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)
DATABASES = (
    st.text(min_size=1, max_size=63)
    .filter(lambda name: "\0" not in name and len(name.encode(errors="ignore")) <= 63)
    .filter(str.isprintable)
)
TOKENS = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)


def test_a_key_reads_like_a_path_with_the_time_in_utc() -> None:
    keys = new_backup(
        "database/", "jobr", datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=2))), "0badcafe"
    )

    assert keys.dump == "database/jobr/20260102T010405.000678Z-0badcafe/dump.zst"
    assert keys.manifest == "database/jobr/20260102T010405.000678Z-0badcafe/manifest.json"


@given(first=MOMENTS, second=MOMENTS, token=TOKENS, other=TOKENS)
def test_the_order_of_the_names_is_the_order_of_time(first: datetime, second: datetime, token: str, other: str) -> None:
    earlier, later = (
        new_backup("database/", "jobr", moment, mark).manifest for moment, mark in ((first, token), (second, other))
    )

    if first.astimezone(UTC) != second.astimezone(UTC):
        assert (earlier < later) == (first < second)
    else:
        assert (earlier == later) == (token == other)


@given(database=DATABASES, moment=MOMENTS, token=TOKENS)
def test_any_database_name_gives_one_harmless_folder(database: str, moment: datetime, token: str) -> None:
    keys = new_backup("database/", database, moment, token)

    for key in (keys.dump, keys.manifest):
        folder = key.split("/")[1]
        assert key.count("/") == 3
        assert folder.replace("%", "").replace("-", "").replace("_", "").replace("~", "").isalnum() or not folder.strip(
            "-_~"
        )
        assert len(key.encode()) <= 1024, "S3's limit"


@given(first=DATABASES, second=DATABASES)
def test_different_databases_have_different_folders(first: str, second: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    keys = [new_backup("database/", name, moment, "0badcafe").dump for name in (first, second)]

    assert (keys[0] == keys[1]) == (first == second)


@given(database=DATABASES, token=TOKENS)
def test_the_address_of_a_manifest_splits_into_its_bucket_and_key(database: str, token: str) -> None:
    key = new_backup("database/", database, datetime(2026, 1, 1, tzinfo=UTC), token).manifest

    assert split_url(f"s3://jobr-backups/{key}") == ("jobr-backups", key)
