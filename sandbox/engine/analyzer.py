"""`python -m sandbox.engine.analyzer ENGINE PACK`: runs a policy pack as the engine asks, and ends with the engine however that dies."""

import os
import runpy
import threading

STANDARD_INPUT = 0


def _end_with_engine() -> None:
    # The engine holds the other end of the standard input, which the system closes for a killed one, too.
    # Read from the descriptor: a thread inside sys.stdin's lock would crash the interpreter's own end.
    while os.read(STANDARD_INPUT, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_engine, daemon=True).start()
    runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)
