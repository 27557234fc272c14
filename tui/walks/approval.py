"""Owns what is said of approvals on screens: who waits for whom, how long one holds, which key. Pure."""

from __future__ import annotations

from runbooks.approval import fitting, named, needed, same_person, seconds_left
from runbooks.walk import Status, StepState
from tui.cell import Cell, Piece, Tone
from tui.walks.open_walk import OpenWalk
from tui.walks.words import said, short_who, span


def waits(opened: OpenWalk) -> bool:
    """Return whether a step is shown that nobody has approved yet, or that somebody does not want."""
    state = opened.walk.current
    if state is None or state.status is not Status.PLANNED or not needed(opened.walk, state):
        return False
    approval = fitting(state)
    return not approval.at or bool(approval.refused)


def may_approve(opened: OpenWalk) -> bool:
    """Return whether whoever sits here can say something to the step that is shown."""
    walk, state = opened.walk, opened.walk.current
    return (
        opened.standpoint.may_approve
        and state is not None
        and state.status is Status.PLANNED
        and needed(walk, state)
        and approver_uid(state) != opened.standpoint.me.uid
        and not same_person(opened.standpoint.me, walk.holder)
    )


def waiting(opened: OpenWalk, now: float) -> Cell:
    """Return what is waited for, since when, and what can be done about it from here."""
    walk, state = opened.walk, opened.walk.current
    assert state is not None, "asked only while a step is shown"
    approval = fitting(state)
    if approval.refused:
        words = f"{said(named(approval.by))} does not approve it: {said(approval.refused)}"
    else:
        since = f", asked {span(now - approval.asked_at)} ago" if approval.asked_at and now else ""
        words = f"waits for another user to approve it for {short_who(walk.holder)}{since}"
    keys = "   a reads it to its end and approves" if may_approve(opened) else ""
    return (Piece(words), Piece(keys, Tone.FOCUS))


def standing(opened: OpenWalk, now: float) -> Cell:
    """Return who has approved what is shown, and for how long that still holds; nothing when nobody has."""
    state = opened.walk.current
    if state is None or state.status is not Status.PLANNED or not needed(opened.walk, state):
        return ()
    approval = fitting(state)
    if not approval.at or approval.refused:
        return ()
    left = seconds_left(approval, now)
    word = Piece(" APPROVED ", Tone.OK if left else Tone.WARN)
    by = f" by {said(named(approval.by))}"
    return (word, Piece(f"{by}, good for {span(left)}" if left else f"{by}, and expired by now"))


def offered(opened: OpenWalk) -> Cell:
    """Return that the walk is handed over, and to whom; nothing when it is not."""
    offer = opened.walk.offer
    if offer is None or opened.walk.over:
        return ()
    mine = offer.is_for(opened.standpoint.me) and opened.standpoint.may_run
    to = "to you" if mine and offer.things.to else f"to {said(offer.things.to) or 'whoever takes it'}"
    keys = "   T reads how things stand and takes it" if mine and not opened.held else ""
    keys = "   H keeps it after all" if opened.held else keys
    return (
        Piece(" HANDED OVER ", Tone.WARN_BADGE),
        Piece(f" {to} by {short_who(offer.by)}"),
        Piece(keys, Tone.FOCUS),
    )


def approver(state: StepState) -> str:
    """Return who has approved what is shown; empty when nobody has."""
    approval = fitting(state)
    return said(named(approval.by)) if approval.at and not approval.refused else ""


def approver_uid(state: StepState) -> int | None:
    """Return the number of the user who has approved what is shown; None when nobody has."""
    approval = fitting(state)
    return approval.by.uid if approval.at and not approval.refused else None


def prefix(state: StepState) -> str:
    """Return the beginning of the hash of what is shown, enough to tell it from any other by eye."""
    return state.action_sha256[:12]


def called_for(opened: OpenWalk) -> str:
    """Return in words for what whoever sits here is waited for; empty when he is not."""
    walk, state = opened.walk, opened.walk.current
    if waits(opened) and may_approve(opened) and state is not None and not fitting(state).refused:
        what = f"{said(state.id)} of {said(walk.plan.name)}"
        return f"{short_who(walk.holder)} asks for approval of {what} ({prefix(state)}): open the walk, a"
    offer = walk.offer
    if offer is None or walk.over or not offer.things.to or not offer.is_for(opened.standpoint.me):
        return ""
    return f"{short_who(offer.by)} hands {said(walk.plan.name)} over to you: open the walk, T"
