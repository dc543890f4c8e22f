"""What a plan would lose: the same judgement that `python -m policy.plan` makes of a plan for AWS."""

import yaml
from rich.console import Console

from policy import plan
from sandbox.engine.errors import RefusedError
from sandbox.engine.progress import Progress
from sandbox.engine.workspace import Workspace


def check(console: Console, workspace: Workspace, planned: Progress) -> None:
    """Tell what holds data and would be replaced or deleted; stop before it, unless the stack is disposable.

    Raises:
        RefusedError: something would be lost that no waiver covers.
    """
    findings = plan.refused(plan.Change(step.urn, step.word) for step in planned.steps)
    for finding in findings:
        console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
    if findings and not _is_disposable(workspace):
        raise RefusedError(f"{len(findings)} resources that hold data would be lost. Nothing was changed.")


def _is_disposable(workspace: Workspace) -> bool:
    folder = workspace.folder
    written = yaml.safe_load((folder.path / f"Pulumi.{folder.stack}.yaml").read_text(encoding="utf-8"))
    return str((written.get("config") or {}).get(f"{folder.project}:disposable")).lower() == "true"
