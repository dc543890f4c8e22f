"""Which run of the embedded cloud a stack's resources live in: moto keeps nothing on disk, so they die with it."""

import json

from sandbox.cloud import control
from sandbox.engine import state
from sandbox.engine.errors import RefusedError
from sandbox.home import Home


def remember(home: Home, stack: str, boot_id: str | None) -> None:
    """From now on the stack's resources live in the run `boot_id`; None forgets the stack."""
    records = {**_read(home), stack: boot_id}
    draft = (home.root / "deployed.new").absolute()
    draft.write_text(json.dumps({name: boot for name, boot in records.items() if boot}), encoding="utf-8")
    draft.replace(home.root / "deployed.json")


def check(home: Home, project: str, stack: str) -> None:
    """Make sure that the cloud in which the stack's resources were made is the one that runs.

    Raises:
        RefusedError: it is gone, and the resources with it; what to do.
    """
    resources = len(state.read(home, project, stack).live)
    now = control.status(home)
    if not resources or (now.state == "running" and _read(home).get(stack) == now.boot_id):
        return
    how = "was started anew since" if now.state == "running" else "has ended"
    raise RefusedError(
        f"The embedded cloud that held the stack {stack} {how}. It keeps nothing on disk, so the {resources} resources "
        f"in the state are gone, data included; nothing was changed.\n"
        f"`make reset` forgets them, then `make up` makes them anew. (Why it ended may stand in {home.log}.)"
    )


def _read(home: Home) -> dict[str, str]:
    try:
        records: dict[str, str] = json.loads((home.root / "deployed.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return records
