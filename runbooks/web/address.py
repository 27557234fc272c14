"""Owns the addresses of steps: templates of URLs, filled in so that no value leads anywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from checks.net.url import Url, parse_url
from runbooks.outcome import FailedError
from runbooks.templates import PARTS, Template

_ORIGIN = re.compile(r"(?:https?://)?(?:\{\{[^}]*\}\}|[^/?#{])*")
"""The beginning of a URL, up to its path."""


def is_fixed(url: Template) -> bool:
    """Return whether the origin is written out, so that no value decides who is asked."""
    return PARTS.search(_ORIGIN.match(url.text)[0]) is None  # type: ignore[index] # it matches anything


def address(url: Template, values: Mapping[str, str]) -> Url:
    """Return the URL filled in. What a value brings into path or query stays one part of it, encoded.

    Raises:
        FailedError: `url`, when it is none then.
        MissingValueError: when it names a value that is not there.
    """
    origin = _ORIGIN.match(url.text)
    assert origin is not None, "it matches anything"
    head, tail = Template(url.text[: origin.end()]), Template(url.text[origin.end() :])
    try:
        encoded = {name: quote(values[name], safe="") for name in tail.names if name in values}
        parsed = parse_url(head.shown(values) + tail.shown(encoded))
    except UnicodeError:
        raise FailedError("url", f"{url}: a value holds a character that no URL can hold") from None
    except ValueError as error:
        raise FailedError("url", str(error)) from None
    steps = parsed.path.partition("?")[0].split("/")
    if "." in steps or ".." in steps:
        raise FailedError("url", f"{parsed} leads out of where it was to lead")
    return parsed
