"""The embedded cloud's own clients of itself: extensions that act for an AWS service call the public API, as that service does."""

from functools import cache
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

# A function may take its 15 minutes before it answers.
READ_SECONDS = 960
_lock = Lock()


def client(service: str, *, validate: bool = True) -> Any:
    """The boto3 client of a service, shared by all threads; `os.environ` pins it to this cloud.

    `validate=False` leaves the parameters as they are: moto's state machines pass what the service itself is to judge.
    """
    with _lock:
        return _client(service, validate)


@cache
def _client(service: str, validate: bool) -> Any:
    config = Config(
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        parameter_validation=validate,
    )
    session: Any = boto3.session.Session()
    return session.client(service, config=config)
