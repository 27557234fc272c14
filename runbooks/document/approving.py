"""Owns what may be said about approvals: which steps another user has to approve, and whether anybody can."""

from __future__ import annotations

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from runbooks.document.reading import Reading
from runbooks.model import ApprovalNeed, Plan, Risk

KEY = "approval"
_HIGH = "needs risk: high; what is asked of two people should be asked of the first one, too"


def check_runbook_approval(said: ApprovalNeed, root: Node, reading: Reading) -> None:
    """Record when a runbook asks for approvals and may not, or nobody could give them."""
    node = root.get(KEY)
    if said is not ApprovalNeed.REQUIRED or node is None:
        return
    if reading.risk is not Risk.HIGH:
        reading.problems.error(node.key, (KEY,), _HIGH)
    warn_nobody(node, (KEY,), reading)


def wants_approval(
    said: ApprovalNeed | None, changes: bool, node: Node, path: Path, reading: Reading
) -> bool:
    """Return whether another user has to approve the step; what makes no sense is recorded."""
    written = node.get(KEY)
    if said is None or written is None:
        return changes and path[0] != "finally" and reading.approval is ApprovalNeed.REQUIRED
    if said is not ApprovalNeed.REQUIRED:
        return False
    where = (*path, KEY)
    if path[0] == "finally":
        message = "the steps of finally: are always run, and wait for nobody"
        reading.problems.error(written.key, where, message)
    elif not changes:
        message = "is for steps that change something; say changes: true if this one does"
        reading.problems.error(written.key, where, message)
    elif reading.risk is not Risk.HIGH:
        reading.problems.error(written.key, where, _HIGH)
    if reading.approval is not ApprovalNeed.REQUIRED:
        warn_nobody(written, where, reading)
    return True


def refuse_at_the_end(inner: Plan, node: Node, path: Path, problems: Problems) -> None:
    """Record that a runbook whose steps wait for somebody stands where nothing does."""
    if inner.approval:
        message = f"{inner.name} has steps that another user has to approve, and the steps of finally: "
        problems.error(node.key, path, f"{message}wait for nobody")


def warn_nobody(node: Node, path: Path, reading: Reading) -> None:
    """Record that the system names nobody who could approve anything."""
    if reading.known.complete and not reading.known.approvers:
        message = "nobody can approve it: access: roles: approve: of the system names nobody"
        reading.problems.warn(node.key, path, message)
