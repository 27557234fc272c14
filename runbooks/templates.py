r"""Owns texts that are filled in when a step is rendered: `{{ name }}` for inputs and captured values.

Variables of the system were filled in while loading, so what is left names only what a walk brings: its
inputs, the values that earlier steps captured, and secrets as `{{ secret.name }}`. A text is gone through
once; what a value brings in is never looked at again. Braces that are not ours are kept as `\{{`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, Self

from checks.secrets import REFUSED

NAME = r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
"""What can be named: a word; those of nested runbooks have the id of the step before them and a dot."""
PARTS = re.compile(rf"\\\{{\{{|\{{\{{\s*({NAME})\s*\}}\}}")
"""Braces that are not ours, or a name between those that are."""
SECRET = "secret."  # noqa: S105 - how names of secrets begin, not one
LONGEST = 64 * 1024
"""Characters of one text with everything filled in (reliability S9)."""


class MissingValueError(LookupError):
    """A text names something that the walk does not have, or becomes too long."""


@dataclass(frozen=True, slots=True)
class Template:
    """Text that may name inputs and captured values, but no secrets."""

    text: str
    """As written, without the system's variables, which are filled in."""

    SECRETS: ClassVar[bool] = False
    """Whether secrets may be named here."""

    @classmethod
    def literal(cls, text: str) -> Self:
        """Return a template that says just this text, whatever braces are in it."""
        return cls(text.replace("{{", r"\{{"))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the inputs and captured values that it names."""
        return tuple(name for name in self._named() if not name.startswith(SECRET))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the secrets that it names."""
        return tuple(name.removeprefix(SECRET) for name in self._named() if name.startswith(SECRET))

    @property
    def refusal(self) -> str:
        """Return why it may not stand where plain text is needed."""
        if self.secrets:
            return REFUSED
        return "may not depend on an input or a captured value: it must be known before the walk"

    def shown(self, values: Mapping[str, str]) -> str:
        """Return the text with everything filled in but secrets, which show as their names.

        Raises:
            MissingValueError: when it names a value that is not there.
        """
        return self._filled(values, lambda name: f"{{{{ {SECRET}{name} }}}}")

    def filled(self, values: Mapping[str, str], secrets: Mapping[str, str]) -> str:
        """Return the text with everything filled in, secrets included: never to be shown or stored.

        Raises:
            MissingValueError: when it names a value or a secret that is not there.
        """
        return self._filled(values, lambda name: _find(secrets, name, "secret"))

    def _named(self) -> tuple[str, ...]:
        return tuple(match[1] for match in PARTS.finditer(self.text) if match[1] is not None)

    def _filled(self, values: Mapping[str, str], secret: Callable[[str], str]) -> str:
        def part(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return "{{"
            if name.startswith(SECRET):
                return secret(name.removeprefix(SECRET))
            return _find(values, name, "value")

        text = PARTS.sub(part, self.text)
        if len(text) > LONGEST:
            raise MissingValueError(f"values make {len(text)} characters of this; {LONGEST} are the most")
        return text

    def __str__(self) -> str:
        """Return it as written."""
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Let pydantic read it from plain text or a template, without importing pydantic here."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": cls._read},
            "serialization": {"type": "function-plain", "function": str},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as a text to editors."""
        may = "inputs, captured values and secrets" if cls.SECRETS else "inputs and captured values"
        return {"type": ["string", "number"], "description": f"may name {may}: {{{{ NAME }}}}"}

    @classmethod
    def _read(cls, value: Any) -> Self:
        if isinstance(value, Template):
            if value.secrets and not cls.SECRETS:
                raise ValueError(REFUSED)
            return cls(value.text)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError("Input should be text; put it in quotes")
        return cls.literal(str(value))


@dataclass(frozen=True, slots=True)
class SecretTemplate(Template):
    """Text that may name secrets as well; only options that never reach argv, a log or a screen have it."""

    SECRETS: ClassVar[bool] = True


def _find(values: Mapping[str, str], name: str, what: str) -> str:
    try:
        return values[name]
    except KeyError:
        raise MissingValueError(f"{what} {name} is not known") from None


def templates_in(value: object) -> Iterator[Template]:
    """Yield every template in a value: itself, or those in its fields and members, however deep."""
    if isinstance(value, Template):
        yield value
    elif is_dataclass(value):
        for option in fields(value):
            yield from templates_in(getattr(value, option.name))
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from templates_in(member)
    elif isinstance(value, (tuple, list)):
        for member in value:
            yield from templates_in(member)
