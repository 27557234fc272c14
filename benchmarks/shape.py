"""Prints the ten largest files, functions and classes: places to ask whether each is still one idea."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("checks", "runbooks", "agent", "tui")
MOST = 10

Row = tuple[int, str]


def main() -> None:
    files: list[Row] = []
    functions: list[Row] = []
    classes: list[Row] = []
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        text = path.read_text("utf-8")
        name = str(path.relative_to(ROOT))
        files.append((text.count("\n"), name))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions.append((_length(node), f"{name}:{node.lineno} {node.name}"))
            elif isinstance(node, ast.ClassDef):
                classes.append((_length(node), f"{name}:{node.lineno} {node.name}"))
    for title, rows in (("files", files), ("functions", functions), ("classes", classes)):
        print(f"{title}: {len(rows)}, {sum(size for size, _ in rows)} lines")
        for row in _largest(rows):
            print(f"  {row[0]:5}  {row[1]}")


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _largest(rows: list[Row]) -> Iterator[Row]:
    yield from sorted(rows, reverse=True)[:MOST]


if __name__ == "__main__":
    main()
