"""Owns the words in which ways are offered on the command line. Pure."""

from __future__ import annotations

from agent.situation import Kind, Situation, Way
from runbooks.walk import Stage, Walk

_WORDS = {
    Way.RUN: "run it, exactly as shown",
    Way.ANSWER: "answer",
    Way.RETRY: "try again: it is shown and confirmed anew",
    Way.VERIFY: "look again whether what must be true after it is",
    Way.SUCCEEDED: "it has taken effect: mark it as succeeded",
    Way.NOT_APPLIED: "it has not taken effect: mark it so, and make a new attempt",
    Way.FAILED: "it has failed: mark it so, and roll back",
    Way.GO_ON: "go on all the same",
    Way.WAIT: "go on",
    Way.END_PROGRAM: "end its program (TERM, and KILL five seconds later)",
    Way.DETACH: "wait no longer for it; its end is unknown from then on",
    Way.OVERRIDE: "set the rule aside",
    Way.SKIP: "skip it",
    Way.ROLL_BACK: "roll back what was done",
    Way.STOP: "stop the walk here, without a way back",
    Way.TAKE_OVER: "take the walk over",
    Way.APPROVE: "approve exactly this",
    Way.REFUSE: "do not approve it",
    Way.HAND_OVER: "hand the walk over, with the state of things",
    Way.KEEP: "keep the walk that you have handed over",
    Way.EVIDENCE: "show what it left",
    Way.SHOW: "show it again",
    Way.NOTE: "write a note",
    Way.LEAVE: "leave the walk open, and end this program",
}
_OF_KIND = {
    (Kind.FAILED, Way.SKIP): "let it pass, and go on with the next step",
    (Kind.OVERDUE, Way.WAIT): "go on waiting",
    (Kind.FOLLOWED, Way.WAIT): "go on watching",
    (Kind.RUNNING, Way.WAIT): "go on waiting",
    (Kind.SECRET, Way.ANSWER): "give its value",
}


def words_of(way: Way, situation: Situation, walk: Walk) -> str:
    """Return how a way is offered."""
    if way is Way.FAILED and walk.stage is not Stage.FORWARD:
        return "it has failed: mark it so"
    return _OF_KIND.get((situation.kind, way), _WORDS[way])
