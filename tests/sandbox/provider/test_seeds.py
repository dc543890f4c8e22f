"""A name that was drawn for a creation stays until the resource is gone."""

from pathlib import Path

from sandbox.provider.seeds import Seeds

URN = "urn:pulumi:dev::p::aws:s3/bucket:Bucket::labels"


def test_the_first_seed_is_kept_over_processes(tmp_path: Path) -> None:
    assert Seeds(tmp_path).seed(URN, "", b"first") == b"first"
    assert Seeds(tmp_path).seed(URN, "", b"second") == b"first"


def test_a_replacement_has_a_seed_of_its_own(tmp_path: Path) -> None:
    seeds = Seeds(tmp_path)
    seeds.seed(URN, "", b"first")
    assert seeds.seed(URN, "labels-1234567", b"second") == b"second"
    assert seeds.seed(URN, "labels-1234567", b"third") == b"second"


def test_what_is_gone_is_named_anew_and_others_keep_their_names(tmp_path: Path) -> None:
    seeds = Seeds(tmp_path)
    seeds.seed(URN, "", b"first")
    seeds.seed(URN + "-2", "", b"other")
    seeds.forget(URN)
    seeds.forget("never seen")
    assert seeds.seed(URN, "", b"second") == b"second"
    assert seeds.seed(URN + "-2", "", b"third") == b"other"
