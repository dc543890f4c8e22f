"""Recoveries by hand: `python -m runtime.recovery plan` says what one would do, `python -m runtime.recovery run` does it."""

import argparse
import sys
import time
from collections.abc import Sequence

from runtime.common.aws import s3_client, secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError
from runtime.recovery.arguments import connection_of, parse, target_of
from runtime.recovery.base.restoring import RestoreOptions
from runtime.recovery.plan import Plan, Planner, Store
from runtime.recovery.recover import Around, Step, recover, resume


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when it succeeded, 1 when it failed, 2 when it was called wrongly."""
    options = parse(arguments)
    store = Store(s3_client(), options.bucket, options.base_prefix, options.wal_prefix, options.database)
    try:
        plan = Planner(store, options.line).plan(target_of(options))
        print(plan.text())
        if options.command == "run":
            _run(options, store, plan)
    except OperationError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace, store: Store, plan: Plan) -> None:
    target = connection_of(options, secrets_manager_client())
    target.tls.check()
    clock = Clock()
    around = Around(clock, Deadline.never(clock), _Reporter())
    if options.resume:
        recovered = resume(store, plan, target, around)
    else:
        how = RestoreOptions(
            workers=options.workers,
            owners=not options.no_owner,
            privileges=not options.no_privileges,
            publications=False,
        )
        recovered = recover(store, plan, target, how, around)
    print(recovered.text())


class _Reporter:
    """Says every second what is being done, and at once when that changes."""

    def __init__(self) -> None:
        self._stage, self._at = "", 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.stage != self._stage or now - self._at >= 1:
            self._stage, self._at = step.stage, now
            share = f" {100 * step.done // step.total} %" if step.total else ""
            print(f"  {step.stage}{share}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
