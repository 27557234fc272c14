"""Who may only look: no key of any screen changes anything or asks for what it would take."""

from __future__ import annotations

import pytest
from textual.screen import ModalScreen

from agent.baseline_messages import BaselinesAnswer, KeptBaseline
from agent.calendar_messages import CalendarAnswer, CalendarMoved
from agent.checklist_messages import ChecklistAnswer, ChecklistsAnswer, ChecklistsMoved
from agent.incident_messages import IncidentAnswer, IncidentsMoved
from agent.notice_messages import ContactsAnswer, DraftAnswer, NoticesMoved
from agent.quiet_messages import AlertsAnswer, QuietMoved
from agent.report_messages import ReportAnswer, ReportsAnswer
from agent.rights import right_for
from runbooks.incidents.state import IncidentsNow, IncidentStory, head_of
from runbooks.incidents.timeline import timeline
from runbooks.operators import Operator
from runbooks.rights import HERE, Right, Standpoint
from tests.tui import test_calendar, test_incidents, test_quiet, test_reports
from tests.tui.boards import START
from tests.tui.lists import LISTS, weekly
from tests.tui.lists import now as lists_now
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import LIBRARY, at_restart
from tests.tui.windows import BASELINE, HEADS
from tests.tui.windows import now as windows_now
from tui.dialogs.help import HelpDialog
from tui.dialogs.text import TextDialog
from tui.messages import DetailOpened
from tui.palette import ConsoleCommands
from tui.screen import ConsoleScreen
from tui.screen_registry import DETAILS, SCREENS, find_detail, find_screen
from tui.window_messages import WindowAsked

VERA = Standpoint(Operator("vera", 1003), frozenset({Right.VIEW}))
BOB = Standpoint(Operator("bob", 1001), frozenset({Right.VIEW, Right.APPROVE}))
WALK = at_restart().walk
LIST = weekly()
SHOWN: dict[str, tuple[object, ...]] = {
    "check": ("orders",),
    "alerts": (),
    "plan": ("minor-update",),
    "walk": (WALK.id,),
    "past_walk": (WALK.id,),
    "checklist": (LIST.id,),
    "evidence": (WALK.id, "restart", 1, ()),
    "window": (),
    "baselines": (),
    "difference": (HEADS[0],),
    "incidents": (),
    "incident": (test_incidents.DOWN.id,),
    "notices": (),
    "notice": ("announcement",),
    "contacts": (),
    "reports": (),
    "report": (test_reports.KEPT[0].file, "/var/lib/walkdown"),
}
"""What each detail view is shown with."""
ELSEWHERE = ("back", "clear", "filter", "leave")
"""What is the same on every screen and only leads away, or to a filter."""
READ_ONLY = (TextDialog, HelpDialog)
"""Dialogs in which nothing can be said."""


async def furnished(console: Stage) -> None:
    """Have something of everything, so that each key would have something to act on."""
    link, down = console.link, test_incidents.DOWN
    link.library = LIBRARY
    link.answers |= {
        BaselinesAnswer: BaselinesAnswer(1, HEADS),
        KeptBaseline: KeptBaseline(1, BASELINE, START - 3590),
        CalendarAnswer: CalendarAnswer(0, test_calendar.AGENDA),
        ChecklistsAnswer: ChecklistsAnswer(1, LISTS, lists_now(LIST)),
        ChecklistAnswer: ChecklistAnswer(1, LIST),
        IncidentAnswer: IncidentAnswer(1, IncidentStory(down, timeline(down, START), "", START - 30)),
        DraftAnswer: DraftAnswer(1, test_incidents.DRAFT),
        ContactsAnswer: ContactsAnswer(1, ()),
        AlertsAnswer: AlertsAnswer(1, ()),
        ReportsAnswer: ReportsAnswer(0, test_reports.KEPT, test_reports.PLANNED, "/var/lib/walkdown"),
        ReportAnswer: ReportAnswer(0, test_reports.TEXT),
    }
    await console.move(WALK)
    await link.move_windows(windows_now())
    for told in (
        CalendarMoved(test_calendar.NOW),
        ChecklistsMoved(lists_now(LIST)),
        IncidentsMoved(IncidentsNow((head_of(down),))),
        NoticesMoved(test_incidents.NOTICES),
        QuietMoved(test_quiet.QUIET),
    ):
        await link.stand(told)
        await console.pilot.pause()


async def show(console: Stage, name: str) -> ConsoleScreen:
    """Go to a screen, from wherever one is."""
    app = console.app
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    if name in SCREENS:
        await app.action_show_mode(name)
    else:
        app.post_message(DetailOpened(name, SHOWN[name]))
    kind = find_screen(name) if name in SCREENS else find_detail(name)
    await console.until(lambda: isinstance(app.screen, kind))
    await console.pilot.pause(0.02)
    return app.screen


def own_keys(screen: ConsoleScreen) -> list[str]:
    """Return the keys of the screen that work, one for each action; those of tables and pages only move."""
    own = [one for one in screen.active_bindings.values() if one.enabled and one.node is screen]
    keys = {one.binding.action: one.binding.key for one in own}
    return [key for action, key in keys.items() if action not in ELSEWHERE]


def test_every_screen_is_looked_at_and_says_in_one_place_what_changes_something() -> None:
    assert set(SHOWN) == set(DETAILS)
    for kind in (*map(find_screen, SCREENS), *map(find_detail, DETAILS)):
        between = kind.__mro__[: kind.__mro__.index(ConsoleScreen)]
        assert not [one for one in between if "check_action" in vars(one)], f"{kind.__name__}: use offers"
        assert not [name for name in kind.CHANGES if not hasattr(kind, f"action_{name}")]


@pytest.mark.parametrize("name", [*SCREENS, *DETAILS])
async def test_no_key_of_an_observer_changes_anything(name: str) -> None:
    async with stage(standpoint=VERA) as console:
        await furnished(console)
        screen = await show(console, name)
        for key in dict.fromkeys((*own_keys(screen), "enter")):
            if console.app.screen is not screen:
                screen = await show(console, name)
            await console.press(key)
            above = console.app.screen
            asks = isinstance(above, ModalScreen) and not isinstance(above, READ_ONLY)
            assert not asks, f"{key} opened {above}"
        link = console.link
        assert {right_for(type(question)) for question in link.asked} <= {Right.VIEW}
        assert not (link.opened or link.decisions or link.baselines or link.window_wishes)


@pytest.mark.parametrize("standpoint", [VERA, BOB, HERE], ids=["view", "approve", "run"])
async def test_a_screen_says_that_one_may_look_only_where_a_key_would_be(standpoint: Standpoint) -> None:
    said = {VERA: "you may look only", BOB: "you may look and approve", HERE: ""}[standpoint]
    async with stage(standpoint=standpoint) as console:
        await furnished(console)
        for name, key in (("plan", "Walk it"), ("window", "Extend"), ("incidents", "New one")):
            await show(console, name)
            await console.until(said or key)
            assert (key in console.text.splitlines()[-1]) is not said
            assert (key in console.text.splitlines()[-1]) is (standpoint is HERE)
        await show(console, "contacts")
        assert "you may look" not in console.text


async def test_a_row_that_would_ask_for_something_says_so_too() -> None:
    async with stage(size=(120, 40), standpoint=VERA) as console:
        await furnished(console)
        await console.press(key_of("checklists"))
        await console.until("The daily look")
        console.app.screen.query_one("#checklists").choose("plan daily")
        await console.press("enter")
        await console.until(lambda: console.text.count("you may look only") == 2)


async def test_the_palette_and_what_comes_up_by_itself_ask_an_observer_nothing() -> None:
    async with stage(standpoint=VERA) as console:
        await furnished(console)
        screen = await show(console, "window")
        offered = [command.text for command in ConsoleCommands(screen)._commands()]
        assert not [text for text in offered if "window early" in text or "Extend" in text]
        console.app.post_message(WindowAsked("close"))
        await console.pilot.pause(0.05)
        assert console.app.screen is screen
