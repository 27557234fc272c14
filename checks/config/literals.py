"""Owns the finding of secrets that stand in a configuration itself: by their names, or their looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from checks.config.nodes import Node, Path
from checks.secrets import SECRET_NAME

_USER_IN_URL = re.compile(r"://[^/\s:@{}]*:[^/\s@{}]+@")
"""A password in a URL."""


def literal_secrets(node: Node, path: Path, harmless: Callable[[Path], bool]) -> Iterator[tuple[Node, Path]]:
    """Yield every text below the node that is a secret, with its path; nothing from what is harmless."""
    for key, child in node.children():
        below = (*path, key)
        if harmless(below):
            continue
        if not isinstance(child.value, str):
            yield from literal_secrets(child, below, harmless)
        elif child.value and (SECRET_NAME.fullmatch(str(key)) or _USER_IN_URL.search(child.value)):
            yield child, below
