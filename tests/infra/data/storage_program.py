"""The buckets, their copies and the uploads alone, as the whole program declares them."""

from infra import context as contexts
from infra.data.storage import buckets_with_copies
from infra.data.uploads import Uploads, UploadsArgs
from infra.settings.loading import check
from tests.infra.recording import DEVELOPMENT, PRODUCTION, SECRET_KEYS, Recording, record

KEY = "arn:aws:kms:us-east-1:123456789012:key/storage"
WITHOUT_COPIES = {key: value for key, value in PRODUCTION.items() if key != "recoveryRegion"}


def stored(configuration: dict[str, str]) -> Recording:
    """What the storage of a stack with these settings registers."""

    def program() -> None:
        settings = check("test", configuration, SECRET_KEYS & configuration.keys())
        context = contexts.of(settings)
        buckets_with_copies(context, KEY)
        uploads = UploadsArgs(
            subnet_ids=[], security_group_id="sg-1", key_arn=KEY, disposable=settings.stack.disposable
        )
        Uploads(context.name("uploads"), uploads, context.options())

    return record(program, configuration)


__all__ = ["DEVELOPMENT", "KEY", "PRODUCTION", "WITHOUT_COPIES", "stored"]
