"""Makes configurations for tests: files in a folder, and kinds small enough to see through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import ClassVar, Literal

import pytest

from checks.errors import ConfigError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation
from checks.options import Bytes, Seconds
from checks.registry import KINDS
from checks.secrets import SecretText
from checks.system import System, load_system


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page must be."""

    status: str = "2xx"
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCheck:
    """A kind with an option of every sort."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    password: SecretText | None = None
    headers: Mapping[str, SecretText] = field(default_factory=dict)
    expect: Wanted = field(default_factory=Wanted)
    run: tuple[str, ...] = ()
    tries: int = 1
    verify: bool = True
    pause: Seconds = 0.5
    room: Bytes = 1024.0
    either: str | Wanted | None = None

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("latency", "s", "Time."),
        ReadingSpec("used", "%", "Share.", ("mount",)),
    )
    EXAMPLE: ClassVar[str] = "kind: page\nurl: http://127.0.0.1/"

    def __post_init__(self) -> None:
        if self.method == "POST" and self.verify:
            raise ValueError("method POST cannot be verified")

    async def probe(self, context: ProbeContext) -> Observation:
        return Observation(self.url)


@dataclass(frozen=True, slots=True)
class AskCheck:
    """A kind whose operators name readings of their own."""

    takes: tuple[str, ...] = ()

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = ()
    EXAMPLE: ClassVar[str] = "kind: ask"

    def declared_readings(self) -> tuple[ReadingSpec, ...]:
        return tuple(ReadingSpec(name, "B", "Taken.") for name in self.takes)

    async def probe(self, context: ProbeContext) -> Observation:
        return Observation("")


@dataclass(frozen=True, slots=True)
class OddCheck:
    """A third party's kind with options of a sort that cannot be read, or not be kept."""

    odd: object = None
    pattern: re.Pattern[str] | None = None

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = ()
    EXAMPLE: ClassVar[str] = "kind: odd"

    async def probe(self, context: ProbeContext) -> Observation:
        return Observation("")


@dataclass(frozen=True, slots=True)
class WorseCheck:
    """A third party's kind whose options no validator understands."""

    worse: ProbeContext | None = None

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = ()
    EXAMPLE: ClassVar[str] = "kind: worse"

    async def probe(self, context: ProbeContext) -> Observation:
        return Observation("")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a configuration, with the kinds `page` and `ask`, and a cache of its own."""
    monkeypatch.setitem(KINDS, "page", f"{__name__}:PageCheck")
    monkeypatch.setitem(KINDS, "odd", f"{__name__}:OddCheck")
    monkeypatch.setitem(KINDS, "worse", f"{__name__}:WorseCheck")
    monkeypatch.setitem(KINDS, "ask", f"{__name__}:AskCheck")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    made = tmp_path / "system"
    made.mkdir(mode=0o755)
    return made


def write(folder: Path, **files: str) -> Path:
    """Write `NAME.yaml` for each."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(dedent(text).lstrip("\n"))
    return folder


def load(folder: Path, **files: str) -> System:
    """Write the files and load them."""
    return load_system(write(folder, **files))


def complaints(folder: Path, **files: str) -> list[str]:
    """Return what loading complains about, the folder left out of the lines."""
    try:
        problems = load(folder, **files).warnings
    except ConfigError as error:
        problems = error.problems
    return [str(problem).removeprefix(f"{folder}/") for problem in problems]
