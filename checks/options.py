"""Owns the types of options that YAML writes as text with a unit: `timeout: 10s`, `max_body: 1 MiB`.

A kind annotates a field `Seconds`, `Bytes` or `Percent` and holds a float in the base unit. The reading is
done by pydantic while loading; this module imports none of it, so that kinds stay light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from checks.units import read


@dataclass(frozen=True, slots=True)
class Amount:
    """Annotates a float option that may be written with a unit."""

    base: str
    least: float = 0.0

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Tell pydantic how to read it; its core schemas are plain mappings."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": self.read},
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as a number or a text with a unit to editors."""
        return {
            "anyOf": [{"type": "number"}, {"type": "string"}],
            "description": f"amount, in {self.base!r} when bare",
        }

    def read(self, value: Any) -> float:
        """Return the amount in the base unit.

        Raises:
            ValueError: when it is no amount, of another family, or below the least.
        """
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError("Input should be a number or an amount with a unit")
        amount = read(value, self.base) if isinstance(value, str) else float(value)
        if not amount >= self.least:
            raise ValueError(f"must be at least {self.least:g} {self.base}".rstrip())
        return amount


Seconds = Annotated[float, Amount("s")]
"""A span of time; `30s`, `5 m`, `1 h`; bare numbers are seconds."""
Bytes = Annotated[float, Amount("B")]
"""A size; `10 MiB`, `1 GB`; bare numbers are bytes."""
Percent = Annotated[float, Amount("%")]
"""A share; `80 %`; bare numbers are percent."""
