"""An archiver in a process of its own, whose S3 fails and dawdles, and which is killed."""

import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from threading import Event
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from runtime.common.aws import s3_client
from runtime.wal.settings import WalSettings
from runtime.wal.work import Work
from tests.runtime.wal.world import tools

# What a start would otherwise import anew, for a second each.
_PRELOAD = ["runtime.wal.work", "tests.runtime.wal.faults", "boto3", "psycopg"]


class Weather:
    """An S3 that refuses, is out of reach, answers late, or loses the answer of what it did."""

    def __init__(self, s3: Any, seed: int) -> None:
        self._s3 = s3
        self._fate = random.Random(seed)  # noqa: S311  # fates, no keys

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def put_object(self, **arguments: Any) -> Any:
        fate = self._fate.random()
        if fate < 0.1:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "slow down"}}, "PutObject")
        if fate < 0.2:
            time.sleep(self._fate.random())
        answer = self._s3.put_object(**arguments)
        if 0.2 <= fate < 0.3:
            raise EndpointConnectionError(endpoint_url="https://s3")
        return answer


def processes() -> Any:
    """What starts processes quickly, and never from a process with threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def archive_for_ever(variables: dict[str, str], environment: dict[str, str], seed: int) -> None:
    """The process's work, until it is killed."""
    os.environ.update(environment)
    Work(WalSettings.from_environment(variables), tools(Weather(s3_client(), seed))).forever(Event())


def start(context: Any, variables: dict[str, str], seed: int) -> BaseProcess:
    """An archiver that somebody is going to kill."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    process: BaseProcess = context.Process(target=archive_for_ever, args=(variables, environment, seed), daemon=True)
    process.start()
    return process
