"""Owns JSON documents whose texts are templates: in YAML a structure, in a plan its shape and its texts.

Only texts are filled in, and what fills them in stays text: no value can become a key, a list or a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from checks.secrets import REFUSED
from runbooks.templates import SecretTemplate, Template

Fill = Callable[[Template], str]
"""Fills in a template: to be shown, or to be sent."""
DEEPEST = 50
"""Levels that a document may have."""


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON document whose texts may name inputs and captured values, but no secrets."""

    shape: str
    """The document as JSON, with the number of a text in the place of each text."""
    texts: tuple[Template, ...] = ()

    TEXT: ClassVar[type[Template]] = Template

    def filled(self, fill: Fill) -> Any:
        """Return the document with its texts filled in.

        Raises:
            MissingValueError: when a text names a value that is not there.
        """

        def put(part: Any) -> Any:
            if isinstance(part, str):
                return fill(self.texts[int(part)])
            if isinstance(part, list):
                return [put(item) for item in part]
            if isinstance(part, dict):
                return {key: put(item) for key, item in part.items()}
            return part

        return put(json.loads(self.shape))

    @classmethod
    def of(cls, document: Any) -> Self:
        """Return a document; texts in it are templates already, or plain and then say just what they say.

        Raises:
            ValueError: when it is none.
        """
        texts: list[Template] = []
        shape = json.dumps(cls._shape(document, texts, 0), ensure_ascii=False, allow_nan=False)
        return cls(shape, tuple(texts))

    @classmethod
    def _shape(cls, part: Any, texts: list[Template], depth: int) -> Any:
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} levels deep")
        if isinstance(part, (str, Template)):
            texts.append(cls._text(part))
            return str(len(texts) - 1)
        if isinstance(part, (list, tuple)):
            return [cls._shape(item, texts, depth + 1) for item in part]
        if isinstance(part, dict):
            if not all(isinstance(key, str) for key in part):
                raise ValueError("keys of a JSON document must be text; put them in quotes")
            return {key: cls._shape(item, texts, depth + 1) for key, item in part.items()}
        if part is None or isinstance(part, (bool, int, float)):
            return part
        raise ValueError("must be plain data: texts, numbers, true, false, null, lists and mappings")

    @classmethod
    def _text(cls, part: str | Template) -> Template:
        if not isinstance(part, Template):
            return cls.TEXT.literal(part)
        if part.secrets and not cls.TEXT.SECRETS:
            raise ValueError(REFUSED)
        return cls.TEXT(part.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Let pydantic read it from plain data, without importing pydantic here."""
        return {"type": "function-plain", "function": {"type": "no-info", "function": cls._read}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as anything to editors."""
        may = "inputs, captured values and secrets" if cls.TEXT.SECRETS else "inputs and captured values"
        return {"description": f"any JSON; its texts may name {may}: {{{{ NAME }}}}"}

    @classmethod
    def _read(cls, value: Any) -> Self:
        return value if isinstance(value, cls) else cls.of(value)


@dataclass(frozen=True, slots=True)
class SecretJson(Json):
    """A JSON document whose texts may name secrets as well."""

    texts: tuple[SecretTemplate, ...] = ()

    TEXT: ClassVar[type[Template]] = SecretTemplate
