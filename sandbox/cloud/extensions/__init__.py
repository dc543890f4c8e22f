"""What moto drops, lacks or accepts wrongly: one small module each, with the AWS behaviour that it restores and a test."""

from importlib import import_module

from sandbox.home import Home

# In the order of installation. Each module has `install(home)`, and `shut_down()` where it starts threads or processes.
NAMES: tuple[str, ...] = ("functions", "topics", "queues", "rules", "schedules", "state_machines")


def install(home: Home) -> None:
    """Patch moto in this process. Call it once, before the first request."""
    for name in NAMES:
        import_module(f"{__name__}.{name}").install(home)


def shut_down() -> None:
    """End the threads and processes that extensions started."""
    for name in NAMES:
        shut = getattr(import_module(f"{__name__}.{name}"), "shut_down", None)
        if shut is not None:
            shut()
