"""Owns whether a route's URL is of a sort that Apprise carries. Asking costs seconds, so it is asked late."""

from __future__ import annotations

import re
import warnings
from importlib import import_module

from checks.config.nodes import Node
from checks.config.problems import Problems
from checks.suggest import did_you_mean

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://")


def check_schemes(routes: Node, problems: Problems) -> None:
    """Record of each route whose scheme is written out, not kept in a secret, that nothing carries it."""
    for name, node in routes.children():
        url = node.get("url")
        found = _SCHEME.match(url.value) if url is not None and isinstance(url.value, str) else None
        if url is None or found is None:
            continue
        scheme = found[1].lower()
        if scheme not in (known := _known()):
            near = did_you_mean(scheme, known)
            problems.error(url.key, ("notify", name, "url"), f"Apprise knows no {scheme}://{near}")


def _known() -> tuple[str, ...]:
    """Return what may stand before `://`; what Apprise knows of itself is kept by it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its plug-ins use of Python is not the operator's to mend
        manager = import_module("apprise.manager_plugins").NotificationManager()
        return tuple(str(scheme) for scheme in manager.schemas())
