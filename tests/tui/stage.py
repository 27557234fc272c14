"""Owns the stage for tests of screens: a console without a terminal, an agent in memory, a still clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from textual.pilot import Pilot
from textual.widgets import Static

from agent.testing import MemoryLink
from checks.board import Snapshot, SystemInfo
from checks.testing import FakeClock
from runbooks.live import Live
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Walk
from tests.tui import parsed
from tests.tui.boards import SHOP, SHOP_BOARD, START
from tests.tui.golden import screen_text
from tui.app import BEAT, ConsoleApp
from tui.environment import PLAIN_MANNERS, Manners
from tui.messages import DetailOpened
from tui.screen_registry import SCREENS
from tui.screens.walk import WalkScreen
from tui.walk_messages import BeginRequested

ENTER = "\u23ce"

parsed.share()


def key_of(screen: str) -> str:
    """Return the number key of a screen."""
    return str(list(SCREENS).index(screen) + 1)


@dataclass
class Stage:
    """A console at work and all that a test moves it with."""

    app: ConsoleApp
    pilot: Pilot[None]
    link: MemoryLink
    clock: FakeClock

    @property
    def text(self) -> str:
        """Return what is on the screen."""
        return screen_text(self.app)

    def line(self, word: str) -> str:
        """Return the first line of the screen that holds the word."""
        return next((line for line in self.text.splitlines() if word in line), "")

    async def until(self, condition: str | Callable[[], bool]) -> None:
        """Wait until the text is on the screen, or the condition holds."""
        holds = condition if callable(condition) else lambda: condition in self.text
        for _ in range(400):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"{condition!r} did not come about; the screen shows:\n{self.text}")

    async def update(self, snapshot: Snapshot) -> None:
        """Have the agent send a picture, and let it arrive."""
        await self.clock.advance(BEAT)
        await self.link.update(snapshot)
        await self.until(lambda: self.app.snapshot is snapshot)
        await self.pilot.pause()

    async def move(self, walk: Walk, live: Live = Live(), *, held: bool | None = None) -> None:  # noqa: B008
        """Have the agent tell of a walk; `held` as one that this console has begun, as long as it is set."""
        if held:
            await self._begin(walk)
        await self.link.move(walk, live)
        await self.until(lambda: walk.id in self.app.walks and self.app.walks[walk.id].walk is walk)
        await self.pilot.pause()

    async def _begin(self, walk: Walk) -> None:
        """Have this console begin a walk that the agent calls by that id, unless it holds it already."""
        if walk.id in self.app.walks and self.app.walks[walk.id].held:
            return
        begun = len(self.link.opened)
        self.link.begins = walk.id
        self.app.post_message(BeginRequested(self.app, walk.plan.name, walk.plan_sha256, {}))
        await self.until(lambda: len(self.link.opened) > begun)
        self.link.begins = ""

    async def enter_walk(self, walk: Walk, live: Live = Live(), *, held: bool = True) -> None:  # noqa: B008
        """Go to the screen of a walk, of this console unless it is another's."""
        await self.move(walk, live, held=held)
        self.app.post_message(DetailOpened("walk", (walk.id,)))
        await self.until(lambda: isinstance(self.app.screen, WalkScreen))
        await self.pilot.pause(0.05)

    async def type(self, text: str, pause: float = 0.03) -> None:
        """Type as a person does."""
        for key in text:
            await self.pilot.press("space" if key == " " else key)
            await self.pilot.pause(pause)

    async def accept(self) -> None:
        """Press enter in a dialog once it counts, and let it take effect."""
        dialog = self.app.screen
        await self.until(lambda: self.hint.startswith(ENTER))
        await self.pilot.pause(0.03)
        await self.pilot.press("enter")
        await self.until(lambda: self.app.screen is not dialog or not self.hint.startswith(ENTER))
        await self.until(lambda: self.app.screen is not dialog or self.settled)

    @property
    def hint(self) -> str:
        """Return the last line of the dialog, which says what enter does."""
        return str(self.app.screen.query_one("#hint", Static).content)

    @property
    def settled(self) -> bool:
        """Return whether enter was let through or refused by now."""
        return self.hint.startswith(ENTER) or "one moment" not in self.hint

    async def press(self, *keys: str) -> None:
        """Press keys and let them take effect."""
        await self.pilot.press(*keys)
        await self.pilot.pause()


@contextlib.asynccontextmanager
async def stage(
    system: SystemInfo = SHOP,
    snapshot: Snapshot | None = SHOP_BOARD,
    size: tuple[int, int] = (80, 24),
    manners: Manners = PLAIN_MANNERS,
    standpoint: Standpoint = HERE,
) -> AsyncIterator[Stage]:
    """Open a console; attached to an agent unless there is no snapshot."""
    link, clock = MemoryLink(), FakeClock(START)
    app = ConsoleApp(lambda: link, manners, clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        set_up = Stage(app, pilot, link, clock)
        if snapshot is not None:
            await link.attach(system, snapshot, standpoint)
            await set_up.until(lambda: app.snapshot is snapshot)
            await pilot.pause()
        yield set_up
