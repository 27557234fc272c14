"""Owns the making of a report of sections: from material to a value, and from that to a document.

Making one takes seconds where there is much to read: it belongs into a thread. Every text of the document is
clean, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

import msgspec

from checks.moments import moment
from checks.text import clean
from checks.version import __version__
from runbooks.material import Material
from runbooks.report_blocks import (
    Amount,
    Block,
    Cell,
    Document,
    Facts,
    Heading,
    Items,
    Quoted,
    Table,
    Ticket,
    fitting,
)
from runbooks.report_parts import HeadPart
from runbooks.section import Section
from runbooks.section_registry import SECTIONS, find_section

TITLES = {
    "daily": "Daily report on",
    "weekly": "Weekly report on",
    "monthly": "Monthly report on",
    "quarterly": "Quarterly report on",
    "window": "Report on a window of",
}


class Composed(msgspec.Struct, frozen=True):
    """A report of sections."""

    name: str
    """`daily`, `weekly`, `monthly`, `quarterly` or `window`."""
    system: str
    title: str
    since: float
    until: float
    made_at: float
    sections: dict[str, Section]
    """In the order in which they are told."""
    head: HeadPart = HeadPart()
    """The last row of the journal when it was made."""
    version: str = __version__


def compose(name: str, material: Material, sections: Iterable[str], head: HeadPart) -> Composed:
    """Return the report of these sections."""
    info = material.system.info
    return Composed(
        name,
        info.name,
        info.title,
        material.since,
        material.until,
        material.made_at,
        {section: find_section(section).of(material) for section in sections if section in SECTIONS},
        head,
    )


def document(report: Composed, zone: tzinfo) -> Document:
    """Return it as formats take it, with every text clean."""
    blocks = tuple(_clean_block(block) for block in _blocks(report, zone))
    plain = _clean_plain(msgspec.to_builtins(report))
    title = clean(f"{TITLES.get(report.name, report.name)} {report.title or report.system}")
    return Document(title, blocks, plain, _ticket(report, title, zone))


def _blocks(report: Composed, zone: tzinfo) -> Iterator[Block]:
    yield Heading(1, TITLES.get(report.name, "Report on"), report.title or report.system)
    yield Facts(
        (
            ("System", report.system),
            ("From", moment(report.since, zone)),
            ("Until", moment(report.until, zone)),
            ("Made", f"{moment(report.made_at, zone)} by walkdown {report.version}"),
        )
    )
    for section in report.sections.values():
        yield Heading(2, section.TITLE)
        yield from section.blocks(zone)
    yield Heading(2, "Audit")
    yield Facts(tuple(_audit(report.head)))


def _audit(head: HeadPart) -> Iterator[tuple[str, str]]:
    if not head.hash:
        yield "Journal", "it could not be read, or holds nothing"
        return
    yield "Journal's head", f"{head.seq}:{head.hash}"
    yield "To verify", f"walkdown audit verify --anchor {head.seq}:{head.hash}"


def _ticket(report: Composed, title: str, zone: tzinfo) -> Ticket:
    anchor = f", journal {report.head.seq}:{report.head.hash[:16]}" if report.head.hash else ""
    parts = tuple(
        (section.TITLE, tuple(map(clean, lines)))
        for section in report.sections.values()
        if (lines := section.brief(zone))
    )
    when = f"{moment(report.since, zone)} to {moment(report.until, zone)}"
    return Ticket((title, when), parts, f"Report {report.name}, made {moment(report.made_at, zone)}{anchor}")


def _clean_block(block: Block) -> Block:
    match block:
        case Heading():
            return Heading(block.level, block.label, clean(block.text))
        case Facts():
            return Facts(tuple((label, _clean_cell(cell)) for label, cell in block.rows))
        case Items():
            return Items(tuple(map(clean, block.lines)))
        case Quoted():
            return Quoted(block.label, clean(block.about), tuple(map(clean, block.lines)))
        case Table():
            told = fitting(block)
            return Table(told.columns, tuple(tuple(map(_clean_cell, row)) for row in told.rows))


def _clean_cell(cell: Cell) -> Cell:
    return cell if isinstance(cell, Amount) else clean(cell)


def _clean_plain(value: Any) -> Any:
    match value:
        case str():
            return clean(value, lines=True)
        case dict():
            return {clean(str(key)): _clean_plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_clean_plain(part) for part in value]
        case _:
            return value
