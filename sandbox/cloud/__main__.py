"""`python -m sandbox.cloud`: run the embedded AWS in the foreground until interrupted."""

import signal
import sys
import threading

from sandbox.cloud import extensions, server
from sandbox.cloud.errors import CloudError, explained
from sandbox.home import Home


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit code, 2 when the cloud could not start."""
    home = Home.current()
    try:
        with explained(home.root):
            cloud = server.build(home)
    except CloudError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 2
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=cloud.serve_forever, daemon=True, name="listener").start()
    print(f"the embedded AWS answers at {home.endpoint}", flush=True)
    ended.wait()
    cloud.shutdown()
    extensions.shut_down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
