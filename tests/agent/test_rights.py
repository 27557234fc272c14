"""Which right each question of the wire needs: every one is listed, and what is not is the owner's alone."""

import typing

import pytest

from agent import protocol
from agent.protocol import Hello, Pace, Stop, ToAgent
from agent.rights import OWNER_ONLY, RIGHTS, right_for
from runbooks.rights import ALL, NONE, OWNER, Right, role_of

FIRST_WORD = Hello
"""Says who somebody is and asks nothing; whoever has no right at all is turned away before."""


def test_every_question_of_the_protocol_has_a_right():
    asked = set(typing.get_args(ToAgent)) - {FIRST_WORD}
    missing = sorted(kind.__name__ for kind in asked - set(RIGHTS))
    assert not missing, (
        f"no right is written for {', '.join(missing)}: add a line for each to RIGHTS in agent/rights.py: "
        "Right.VIEW for what is only looked at, Right.RUN for what changes something or runs a program, "
        "OWNER_ONLY for what concerns the agent itself"
    )


def test_nothing_is_listed_that_nobody_can_ask():
    assert set(RIGHTS) <= set(typing.get_args(ToAgent))


def test_what_is_not_listed_is_the_owners_alone():
    assert right_for(protocol.Welcome) is OWNER_ONLY


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        (Stop, OWNER_ONLY),
        (Pace, Right.VIEW),
        (protocol.walk_messages.Decide, Right.RUN),
        (protocol.walk_messages.AskDryRun, Right.RUN),
        (protocol.walk_messages.AskEvidence, Right.VIEW),
        (protocol.access_messages.ApproveStep, Right.APPROVE),
    ],
)
def test_the_rights_of_some(kind, right):
    assert right_for(kind) is right


def test_the_owner_may_not_approve_by_being_the_owner():
    assert Right.APPROVE not in OWNER


@pytest.mark.parametrize(
    ("rights", "word"),
    [
        (NONE, "nothing"),
        ({Right.VIEW}, "view"),
        ({Right.VIEW, Right.RUN}, "run"),
        ({Right.VIEW, Right.APPROVE}, "approve"),
        (ALL, "run and approve"),
    ],
)
def test_a_role_in_words(rights, word):
    assert role_of(frozenset(rights)) == word
