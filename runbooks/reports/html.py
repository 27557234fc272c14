"""Owns the format `html`: one file that needs nothing else, without a script, that prints well.

Every text is escaped; the policy in its head forbids scripts, requests and every style but its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from runbooks.report_blocks import Amount, Block, Cell, Document, Facts, Heading, Items, Quoted, Table, words

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid; }
h3 { font-size: 1rem; margin-top: 1.5rem; } h4 { font-size: 1rem; font-weight: normal; font-style: italic; }
table { border-collapse: collapse; } td, th { padding: .1rem .8rem .1rem 0; vertical-align: top; }
th { text-align: left; font-weight: normal; opacity: .7; white-space: nowrap; }
th[scope=col] { border-bottom: 1px solid; }
td, li { overflow-wrap: anywhere; }
td.number { text-align: right; white-space: nowrap; }
pre { border-left: 3px solid; padding: .3rem .8rem; margin: .4rem 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: .6rem 0; } figcaption { opacity: .7; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } h3 { break-after: avoid; } }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"


def render(document: Document) -> str:
    """Return the document."""
    body = "\n".join(line for block in document.blocks for line in _lines(block))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(document.title)}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level=level):
            yield f"<h{level}>{escape(f'{block.label} {block.text}'.rstrip())}</h{level}>"
        case Facts():
            yield "<table>"
            for label, text in block.rows:
                yield f'<tr><th scope="row">{escape(label)}</th>{_cell(text)}</tr>'
            yield "</table>"
        case Items():
            yield "<ul>"
            yield from (f"<li>{escape(line)}</li>" for line in block.lines)
            yield "</ul>"
        case Table():
            yield "<table>"
            yield "<tr>" + "".join(f'<th scope="col">{escape(name)}</th>' for name in block.columns) + "</tr>"
            for first, *rest in block.rows:
                yield f'<tr><th scope="row">{escape(words(first))}</th>{"".join(map(_cell, rest))}</tr>'
            yield "</table>"
        case Quoted():
            caption = escape(f"{block.label} {block.about}".rstrip())
            yield f"<figure><figcaption>{caption}</figcaption>"
            yield f"<pre>{escape(chr(10).join(block.lines))}</pre></figure>"


def _cell(cell: Cell) -> str:
    kind = ' class="number"' if isinstance(cell, Amount) else ""
    return f"<td{kind}>{escape(words(cell))}</td>"
