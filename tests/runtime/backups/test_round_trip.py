"""A backup restores into an equal database."""

import hashlib
import io

import zstandard

from runtime.backups.backup import back_up
from runtime.backups.keys import split_url
from runtime.backups.manifest import Manifest
from runtime.backups.restore import restore
from tests.runtime.backups.example_database import contents, fill, schema
from tests.runtime.conftest import BUCKET, KEY, Scene


def test_a_database_with_one_of_everything_restores_into_an_equal_one(scene: Scene) -> None:
    original = scene.settings.database_name
    fill(scene.cluster, original)

    backup = back_up(scene.settings, scene.around, scene.never())
    copy = scene.cluster.create_database()
    restore(scene.around.s3, backup.manifest_url, scene.connection(copy), scene.never())

    assert schema(scene.connection(copy)) == schema(scene.connection(original))
    assert contents(scene.cluster, copy) == contents(scene.cluster, original)
    assert contents(scene.cluster, copy)["public.bulky"][0] == 2000, "the comparison compares something"


def test_an_empty_database_has_a_backup_that_restores(scene: Scene) -> None:
    backup = back_up(scene.settings, scene.around, scene.never())
    copy = scene.cluster.create_database()

    restore(scene.around.s3, backup.manifest_url, scene.connection(copy), scene.never())

    assert schema(scene.connection(copy)) == schema(scene.connection(scene.settings.database_name))


def test_the_manifest_describes_the_object_that_is_stored(scene: Scene) -> None:
    fill(scene.cluster, scene.settings.database_name)
    backup = back_up(scene.settings, scene.around, scene.never())

    manifest = Manifest.read(scene.around.s3, *split_url(backup.manifest_url))
    stored = scene.around.s3.get_object(Bucket=BUCKET, Key=manifest.object_key)["Body"].read()
    raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(stored)).read()

    assert manifest == backup.manifest
    assert (len(stored), hashlib.sha256(stored).hexdigest()) == (manifest.compressed_bytes, manifest.compressed_sha256)
    assert (len(raw), hashlib.sha256(raw).hexdigest()) == (manifest.raw_bytes, manifest.raw_sha256)
    assert manifest.server_version == "18.4"
    assert manifest.pg_dump_version == "18.4"
    assert manifest.started_at <= manifest.finished_at


def test_both_objects_are_encrypted_with_the_key_of_the_settings(scene: Scene) -> None:
    backup = back_up(scene.settings, scene.around, scene.never())

    for key in (backup.manifest.object_key, split_url(backup.manifest_url)[1]):
        head = scene.around.s3.head_object(Bucket=BUCKET, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)


def test_a_retry_writes_keys_of_its_own_and_leaves_the_first_backup_alone(scene: Scene) -> None:
    first = back_up(scene.settings, scene.around, scene.never())
    second = back_up(scene.settings, scene.around, scene.never())

    left = scene.left_behind()

    assert sorted(left["objects"]) == sorted(
        [
            first.manifest.object_key,
            second.manifest.object_key,
            split_url(first.manifest_url)[1],
            split_url(second.manifest_url)[1],
        ]
    ), "four objects of one version each: nothing was overwritten"
    assert left["uploads"] == []


def test_names_that_look_like_something_else_stay_names(scene: Scene) -> None:
    odd = scene.cluster.create_database("host=nowhere 'q' \\ / ü ..")
    scene.cluster.execute(odd, "CREATE TABLE kept AS SELECT 1 AS one")
    settings = scene.settings.model_copy(update={"database_name": odd})

    backup = back_up(settings, scene.around, scene.never())
    copy = scene.cluster.create_database("user=nobody")
    restore(scene.around.s3, backup.manifest_url, scene.connection(copy), scene.never())

    assert contents(scene.cluster, copy)["public.kept"][0] == 1
