"""Owns the dialog in which a walk is begun, or tried dry: what it is, and the inputs that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Static

from checks.text import clean
from runbooks.inputs import unfit
from runbooks.live import DryStep
from runbooks.model import InputPlan, Plan
from tui.cell import Tone
from tui.dialog import Dialog
from tui.paragraph import Paragraph, fact, prose
from tui.walk_messages import BeginRequested, DryRunArrived, DryRunRequested, WalkBegun
from tui.walks.words import RISK_TONE, WINDOW_WORD, name_of, said, size_of
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page

HINTS = 60
"""Characters of the choices that are told."""


class BeginDialog(Dialog):
    """Asks for the inputs of a runbook; enter begins the walk, or the dry run."""

    DEFAULT_CSS = """
    BeginDialog {
        & #inputs { height: auto; max-height: 60%; margin-bottom: 1; }
        & .hint { color: $text-muted; padding: 0 0 0 2; }
        & .hint.-wrong { color: $text-warning; }
        & Labelled { margin-bottom: 0; }
    }
    """

    def __init__(self, plan: Plan, *, dry: bool = False) -> None:
        """Ask for the inputs of this plan."""
        super().__init__(f"{'Dry run' if dry else 'Walk'}: {name_of(plan)}")
        self._plan = plan
        self._dry = dry
        self.walk = ""
        """Id of the walk that was begun."""
        self.steps: tuple[DryStep, ...] = ()
        """What the dry run said."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        if self._plan.inputs:
            with VerticalScroll(id="inputs", can_focus=False):
                for place, each in enumerate(self._plan.inputs):
                    yield Labelled(said(each.prompt) or said(each.name), _field(each, place))
                    yield Static(id=f"hint-{place}", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Say what will be walked."""
        self.query_one(Page).show(tuple(self._facts()))
        self._hint()

    def _facts(self) -> Iterator[Paragraph]:
        plan = self._plan
        if plan.summary:
            yield prose(said(plan.summary))
        if self._dry:
            yield prose(
                "Only steps that look are run; of all others it is shown what they would do.", Tone.MUTED
            )
            return
        yield fact("steps", f"{size_of(plan)}; each is shown before it is run")
        yield fact("risk", plan.risk.value, RISK_TONE[plan.risk])
        yield fact("when", WINDOW_WORD[plan.window])
        if plan.guards:
            yield fact("guards", ", ".join(map(said, plan.guards)))

    # Inputs

    def _values(self) -> dict[str, str]:
        return {each.name: self._value(place) for place, each in enumerate(self._plan.inputs)}

    def _value(self, place: int) -> str:
        return self.query_one(f"#input-{place}", Field).value

    @on(Field.Changed)
    def _hint(self) -> None:
        """Say beneath each field what may stand in it, and whether it does."""
        for place, each in enumerate(self._plan.inputs):
            value = self._value(place)
            wrong = said(unfit(each, value)) if value else ""
            hint = self.query_one(f"#hint-{place}", Static)
            hint.update(Content(wrong or _wanted(each)))
            hint.set_class(bool(wrong), "-wrong")

    def missing(self) -> str:
        """Return which input is not there, or not as it should be."""
        for place, each in enumerate(self._plan.inputs):
            if unfit(each, self._value(place)):
                return f"{said(each.prompt) or said(each.name)} is needed (tab: next)"
        return ""

    def forget(self) -> None:
        """Forget the values of secret inputs."""
        for place, each in enumerate(self._plan.inputs):
            if each.secret and self.is_mounted:
                self.query_one(f"#input-{place}", Field).value = ""

    # What comes of it

    def promise(self) -> str:
        """Return what begins."""
        return "try it dry" if self._dry else "begin; nothing is changed before you confirm it"

    def accept(self) -> None:
        """Ask the agent."""
        self._sent = True
        plan, values = self._plan, self._values()
        self.forget()
        if self._dry:
            self.post_message(DryRunRequested(self, plan.name, values))
        else:
            self.post_message(BeginRequested(self, plan.name, plan.sha256, values))
        self.say()

    def on_walk_begun(self, answer: WalkBegun) -> None:
        """Be gone when it has begun, or say why it has not."""
        self.walk = answer.walk
        self._answered(answer.problem, "begun")

    def on_dry_run_arrived(self, answer: DryRunArrived) -> None:
        """Be gone with what was said, or say why nothing was."""
        self.steps = answer.steps
        self._answered(answer.problem, "tried")

    def _answered(self, problem: str, result: str) -> None:
        self._sent = False
        if problem:
            self.complain(problem)
        else:
            self.finish(result)


def _field(each: InputPlan, place: int) -> Field:
    suggester = SuggestFromList(each.choices) if each.choices else None
    default = "" if each.secret else clean(each.default or "")
    return Field(default, secret=each.secret, id=f"input-{place}", suggester=suggester)


def _wanted(each: InputPlan) -> str:
    if each.choices:
        choices = ", ".join(map(said, each.choices))
        return f"one of: {choices[:HINTS]}{' ...' if len(choices) > HINTS else ''}"
    return f"must match {said(each.pattern)}" if each.pattern else ""
