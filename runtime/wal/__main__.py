"""`python -m runtime.wal`: the archiver as a task, until SIGTERM. Its settings are the environment's (runtime/wal/settings.py)."""

import signal
import sys
from threading import Event

from runtime.common.errors import SettingsError
from runtime.wal.handler import tools
from runtime.wal.settings import WalSettings
from runtime.wal.work import Work


def main() -> int:
    """Archive until the task is told to end; 2 when the environment is wrong."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = WalSettings.from_environment()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    Work(settings, tools("task")).forever(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
