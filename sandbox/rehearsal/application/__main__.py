"""`python -m sandbox.rehearsal.application ADDRESS PORT`."""

import os
import signal
import sys
import threading
from collections.abc import Mapping

from aiohttp import web

from sandbox.rehearsal.application.faults import Faults
from sandbox.rehearsal.application.server import Application

# Longer than the load balancer keeps an idle connection (infra/application/load_balancer.py), so that it is never this end that hangs up:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html, connection idle timeout.
KEPT_SECONDS = 75.0
# The container's stopTimeout (infra/application/container.py): what is in flight has so long after SIGTERM.
IN_FLIGHT_SECONDS = 30.0


def end_with_standard_input() -> None:
    """End as by SIGTERM when standard input does: whoever started this process has ended, perhaps without a word."""

    def wait() -> None:
        # Not by sys.stdin: the interpreter aborts at its end while a thread holds that one's lock.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Serve until SIGTERM; 1 at once where the environment asks for a crash or lacks what is needed."""
    faults = Faults.of(environment)
    missing = [name for name in ("DATABASE_URL", "PGSSLROOTCERT") if not environment.get(name)]
    if missing:
        print(f"The application cannot start: {' and '.join(missing)} must be set.", file=sys.stderr)
    if faults.crash or missing:
        return 1

    async def application() -> web.Application:
        return Application(environment, faults).build()

    web.run_app(
        application(),
        host=arguments[0],
        port=int(arguments[1]),
        access_log=None,
        print=None,
        keepalive_timeout=KEPT_SECONDS,
        shutdown_timeout=IN_FLIGHT_SECONDS,
    )
    return 0


if __name__ == "__main__":
    end_with_standard_input()
    sys.exit(main(sys.argv[1:], dict(os.environ)))
