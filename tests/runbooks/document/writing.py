"""Makes systems with runbooks for tests: files, and kinds of steps small enough to see through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any, ClassVar, Literal

import pytest

from checks.options import Seconds
from checks.system import load_system
from runbooks.action import NO_ACTION, Action
from runbooks.document.shelf import Library
from runbooks.driver import Deed, DriverContext, ServiceStatus
from runbooks.library import load_library
from runbooks.model import Plan
from runbooks.outcome import Outcome, succeeded
from runbooks.question import Question
from runbooks.registry import DRIVERS, STEPS
from runbooks.step import Board, CheckName, ServiceName, StepContext, StepName
from runbooks.templates import SecretTemplate, Template

NOTHING = Template("")
SYSTEM = """
    system: shop
    vars: {root: /opt/shop, host: 127.0.0.1, port: 8080, braces: "a{{b", half: "{", slash: 'C:\\'}
    secrets: {db: {env: DB}, token: {env: TOKEN}}
    services:
      api: {driver: fake, unit: "{{ root }}/api"}
      worker: {driver: fake, unit: worker}
    checks:
      api-health: {kind: tcp, host: "{{ host }}", port: 80}
      database: {kind: tcp, host: "{{ host }}", port: 5432}
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Options within options."""

    says: Template = NOTHING
    checks: tuple[CheckName, ...] = ()


@dataclass(frozen=True, slots=True)
class DoStep:
    """A kind that changes something, with an option of every sort."""

    run: tuple[Template, ...] = ()
    shell: str = ""
    folder: str = ""
    env: Mapping[str, SecretTemplate] = field(default_factory=dict)
    service: ServiceName = ""
    after: StepName | None = None
    capture: Mapping[str, str] = field(default_factory=dict)
    save: str = ""
    part: Part = field(default_factory=Part)
    parts: tuple[Part, ...] = ()
    pause: Seconds = 0.0
    count: int = 1
    mode: Literal["fast", "slow"] = "fast"
    transaction: Literal["whole", "none"] = "whole"
    body: Any = None
    harmless: bool = False

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = "id: it\nkind: do\nundo: none"

    def __post_init__(self) -> None:
        if self.folder.startswith("~"):
            raise ValueError("folder begins with /")

    @property
    def changes(self) -> bool:
        return not self.harmless

    async def prepare(self, context: StepContext) -> Action:
        return NO_ACTION

    async def act(self, context: StepContext) -> Outcome:
        return succeeded("")


@dataclass(frozen=True, slots=True)
class SeeStep:
    """A kind that looks."""

    check: CheckName | tuple[CheckName, ...] = ()
    lasts: Seconds = 0.0
    capture: Mapping[str, str] = field(default_factory=dict)

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = "id: it\nkind: see"

    async def prepare(self, context: StepContext) -> Action:
        return NO_ACTION

    async def look(self, context: StepContext, board: Board) -> Outcome:
        return succeeded("")


@dataclass(frozen=True, slots=True)
class AskStep:
    """A kind that asks."""

    prompt: Template = NOTHING
    save: str = ""
    choices: tuple[Template, ...] = ()
    secret: bool = False

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = False
    EXAMPLE: ClassVar[str] = "id: it\nkind: ask"

    async def prepare(self, context: StepContext) -> Action:
        return NO_ACTION

    async def question(self, context: StepContext) -> Question:
        return Question("")

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        return succeeded("")


@dataclass(frozen=True, slots=True)
class FakeDriver:
    """A driver with few options."""

    unit: str
    wait: Seconds = 1.0

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "stop", "restart", "rollback-image")
    EXAMPLE: ClassVar[str] = "driver: fake\nunit: x"

    def shown(self, action: str) -> tuple[str, ...]:
        return (action,)

    async def status(self, context: DriverContext) -> ServiceStatus:
        raise NotImplementedError

    async def logs(self, lines: int, context: DriverContext) -> str:
        raise NotImplementedError

    async def perform(self, action: str, context: DriverContext) -> Deed:
        raise NotImplementedError


@dataclass
class Desk:
    """Writes a system with runbooks, and loads them."""

    folder: Path

    def system(self, text: str = SYSTEM) -> None:
        (self.folder / "system.yaml").write_text(dedent(text).lstrip("\n"))

    def write(self, **runbooks: str) -> None:
        """Write `runbooks/NAME.yaml` for each, `runbook: NAME` on top where they do not say so."""
        for name, text in runbooks.items():
            (self.folder / "runbooks").mkdir(exist_ok=True)
            text = dedent(text).lstrip("\n")
            head = "" if text.startswith("runbook:") else f"runbook: {name}\n"
            (self.folder / "runbooks" / f"{name}.yaml").write_text(head + text)

    def library(self, **runbooks: str) -> Library:
        self.write(**runbooks)
        return load_library(load_system(self.folder), self.folder)

    def plan(self, text: str, **others: str) -> Plan:
        """Return the plan of a runbook that is right, without a warning about it."""
        library = self.library(it=text, **others)
        assert [str(problem) for one in library.broken for problem in one.problems] == []
        assert [str(warning) for warning in library.warnings if warning.file.endswith("/it.yaml")] == []
        return library.plan("it")

    def complaints(self, text: str = "", **others: str) -> list[str]:
        """Return everything said about the files, without their folders."""
        library = self.library(**({"it": text} if text else {}), **others)
        problems = (*library.warnings, *(problem for one in library.broken for problem in one.problems))
        shorts = (f"{self.folder}/runbooks/", f"{self.folder}/")
        return [str(problem).removeprefix(shorts[0]).removeprefix(shorts[1]) for problem in problems]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A system with two services and two checks, the kinds `do`, `see` and `ask`, and a cache of its own."""
    for name, kind in (("do", "DoStep"), ("see", "SeeStep"), ("ask", "AskStep")):
        monkeypatch.setitem(STEPS, name, f"{__name__}:{kind}")
    monkeypatch.setitem(DRIVERS, "fake", f"{__name__}:FakeDriver")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    made = Desk(tmp_path / "shop")
    made.folder.mkdir(mode=0o755)
    made.system()
    yield made
