"""Owns the screen of a runbook's plan: all that a walk would do, before it is begun, and its dry run."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding

from runbooks.live import DryStep
from runbooks.model import Plan
from runbooks.wording import shut_for
from tui.cell import Cell, Piece, Tone
from tui.dialogs.begin import BeginDialog
from tui.messages import DetailOpened
from tui.paragraph import Paragraph, prose
from tui.screen import ConsoleScreen
from tui.walk_messages import (
    NO_RUNBOOKS,
    DryRunArrived,
    DryRunRequested,
    RunbooksArrived,
    RunbooksRequested,
)
from tui.walks.library import plan_of
from tui.walks.plan_text import plan_text
from tui.walks.words import name_of, said
from tui.widgets.page import Page
from tui.widgets.walk_lines import TitleLine


class PlanScreen(ConsoleScreen):
    """The plan of one runbook."""

    DETAIL = "plan"
    GIVES_WAY_TO = ("walk",)
    TITLE = "Plan"
    HELP = """\
All that a walk of this runbook would do: each step with what it runs, what must be true afterwards, and how
it is taken back. Values that are not known before the walk stand in braces.

A dry run runs the steps that only look, and shows of all others what they would do. A walk begins when you
have given its inputs; nothing is changed before you have confirmed the step that changes it."""
    DEFAULT_CSS = "PlanScreen #plan { padding: 0 0 0 1; }"
    AUTO_FOCUS = "#plan"
    CHANGES = frozenset({"walk", "dry_run"})
    BINDINGS = [
        Binding("enter,w", "walk", "Walk it", id="plan.walk", tooltip="Give its inputs and begin to walk"),
        Binding("d", "dry_run", "Dry run", id="plan.dry-run", tooltip="Show what each step would do"),
        Binding("r", "reload", "Reload", id="plan.reload", tooltip="Ask the agent for the plan again"),
        Binding("escape", "back", "Back", id="plan.back", tooltip="Back to the library"),
    ]

    def __init__(self, runbook: str) -> None:
        """Show the plan of the runbook of that name."""
        super().__init__()
        self._runbook = runbook
        self._library = NO_RUNBOOKS
        self._problem = ""
        self._known = False
        self._dry: dict[str, DryStep] = {}

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="plan-title")
        yield Page(id="plan")

    @property
    def plan(self) -> Plan | None:
        """Return the plan; None until it has come, or when there is none any more."""
        return plan_of(self._library, self._runbook)

    def draw(self) -> None:
        """Show the plan."""
        if not self._known and not self.detached and self.snapshot.at:
            self._known = True
            self.post_message(RunbooksRequested(self))
        plan, page = self.plan, self.query_one("#plan", Page)
        failed = sum(not step.passed for step in self._dry.values())
        right: Cell = ()
        shut = shut_for(plan, self.windows.gate) if plan else ""
        if self._dry:
            words = f"{failed} not fine" if failed else "steps fine, no window" if shut else "all fine"
            right = (Piece(f" dry run: {words} ", Tone.CRIT if failed else Tone.WARN if shut else Tone.OK),)
        self.query_one(TitleLine).show(name_of(plan) if plan else said(self._runbook), right, focused=True)
        text = plan_text(plan, self._library, self._dry) if plan else self._absent()
        page.show((prose(f"{said(shut)}.", Tone.WARN), *text) if self._dry and shut else text)

    def _absent(self) -> tuple[Paragraph, ...]:
        if self._problem:
            return (prose(said(self._problem), Tone.WARN),)
        return (prose("there is no such runbook any more" if self._library.plans else "waiting", Tone.MUTED),)

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._known = False
        super().watch_detached()

    def on_runbooks_arrived(self, answer: RunbooksArrived) -> None:
        """Show the plan as it is now."""
        self._problem = answer.problem
        if not answer.problem:
            self._library = answer.runbooks
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys of what cannot be done without a plan and an agent."""
        if action in ("walk", "dry_run") and self.is_mounted:
            return self.plan is not None and not self.detached
        return True

    # What can be done with it

    def action_walk(self) -> None:
        """Ask for the inputs, and begin."""
        if self.plan is None:
            return
        dialog = BeginDialog(self.plan)

        def begun(result: str | None) -> None:
            if result == "begun":
                self.post_message(DetailOpened("walk", (dialog.walk,)))

        self.app.push_screen(dialog, begun)

    def action_dry_run(self) -> None:
        """Ask for the inputs, if there are any, and show what each step would do."""
        plan = self.plan
        if plan is None:
            return
        if not plan.inputs:
            self.post_message(DryRunRequested(self, plan.name, {}))
            return
        dialog = BeginDialog(plan, dry=True)

        def tried(result: str | None) -> None:
            if result == "tried":
                self._show_dry(dialog.steps)

        self.app.push_screen(dialog, tried)

    def on_dry_run_arrived(self, answer: DryRunArrived) -> None:
        """Show what each step would do."""
        if answer.problem:
            self.notify(answer.problem, severity="error")
        else:
            self._show_dry(answer.steps)

    def _show_dry(self, steps: tuple[DryStep, ...]) -> None:
        self._dry = {step.step: step for step in steps}
        self.ask_draw()

    def action_reload(self) -> None:
        """Ask for the plan again; what a dry run said was about the one before."""
        self._known = False
        self._dry = {}
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
