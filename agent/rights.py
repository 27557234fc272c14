"""Owns the table of rights: which right each question needs. What is not in it is the owner's alone.

`agent/desk.py` is the one place that goes by it; `tests/agent/test_rights.py` holds it against the protocol.
"""

from __future__ import annotations

import enum

from agent import (
    access_messages,
    baseline_messages,
    calendar_messages,
    check_messages,
    checklist_messages,
    incident_messages,
    notice_messages,
    quiet_messages,
    report_messages,
    walk_messages,
    window_messages,
)
from agent.protocol import Pace, Stop
from runbooks.rights import Right


class OwnerOnly(enum.Enum):
    """Stands where a right stands, for what nobody but the agent's own user may do."""

    OWNER_ONLY = "owner only"


OWNER_ONLY = OwnerOnly.OWNER_ONLY

RIGHTS: dict[type, Right | OwnerOnly] = {
    # What is only looked at. Probing is what happens all the time anyway.
    Pace: Right.VIEW,
    check_messages.ProbeNow: Right.VIEW,
    check_messages.AskProbe: Right.VIEW,
    check_messages.AskHistory: Right.VIEW,
    check_messages.AskResults: Right.VIEW,
    walk_messages.AskRunbooks: Right.VIEW,
    walk_messages.AskWalks: Right.VIEW,
    walk_messages.AskEntries: Right.VIEW,
    walk_messages.AskEvidence: Right.VIEW,
    window_messages.AskWindows: Right.VIEW,
    baseline_messages.AskDifference: Right.VIEW,
    checklist_messages.AskChecklists: Right.VIEW,
    checklist_messages.AskChecklist: Right.VIEW,
    calendar_messages.AskCalendar: Right.VIEW,
    calendar_messages.AskTasks: Right.VIEW,
    baseline_messages.AskBaselines: Right.VIEW,
    baseline_messages.AskBaseline: Right.VIEW,
    quiet_messages.AskQuiet: Right.VIEW,
    quiet_messages.AskAlerts: Right.VIEW,
    notice_messages.AskNotices: Right.VIEW,
    notice_messages.AskContacts: Right.VIEW,
    notice_messages.AskDraft: Right.VIEW,
    incident_messages.AskIncidents: Right.VIEW,
    incident_messages.AskIncident: Right.VIEW,
    access_messages.AskAccess: Right.VIEW,
    report_messages.AskReports: Right.VIEW,
    report_messages.AskReport: Right.VIEW,
    # What changes something, or runs a program that would not run by itself.
    walk_messages.AskDryRun: Right.RUN,
    walk_messages.OpenWalk: Right.RUN,
    walk_messages.Decide: Right.RUN,
    window_messages.OpenWindow: Right.RUN,
    window_messages.ExtendWindow: Right.RUN,
    window_messages.CloseWindow: Right.RUN,
    baseline_messages.TakeBaseline: Right.RUN,
    checklist_messages.OpenChecklist: Right.RUN,
    checklist_messages.AskShown: Right.RUN,
    checklist_messages.DecideChecklist: Right.RUN,
    calendar_messages.FinishTask: Right.RUN,
    calendar_messages.SkipTask: Right.RUN,
    calendar_messages.RefuseTask: Right.RUN,
    quiet_messages.BeginSilence: Right.RUN,
    quiet_messages.EndSilence: Right.RUN,
    quiet_messages.Acknowledge: Right.RUN,
    quiet_messages.Withdraw: Right.RUN,
    quiet_messages.RaiseAlert: Right.RUN,
    notice_messages.SendNotice: Right.RUN,
    report_messages.MakeReport: Right.RUN,
    incident_messages.OpenIncident: Right.RUN,
    incident_messages.MoveIncident: Right.RUN,
    incident_messages.NoteIncident: Right.RUN,
    # The second pair of eyes.
    access_messages.ApproveStep: Right.APPROVE,
    access_messages.RefuseStep: Right.APPROVE,
    # The agent itself.
    Stop: OWNER_ONLY,
}


def right_for(kind: type) -> Right | OwnerOnly:
    """Return which right a question of this kind needs; what is not listed is the owner's alone."""
    return RIGHTS.get(kind, OWNER_ONLY)
