"""How a step is told in a line by its options: amounts with their units, counts without."""

from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from checks.options import Bytes, Seconds
from runbooks.model import StepPlan
from runbooks.registry import DRIVERS, STEPS, find_driver, find_step
from runbooks.wording import UNITS, called


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("soak", {"lasts": 5.0, "every": None, "tolerate": 2}, "soak: lasts 5 s, tolerate 2"),
        (
            "wait",
            {"check": "api", "within": 90.0, "initial": 0.0},
            "wait: check api, within 1 m 30 s",
        ),
        ("http", {"url": {"text": "http://x"}, "max_body": 1048576.0}, "http: url http://x, max_body 1 MiB"),
        ("other", {"every": 3, "rows": 5.0}, "other: every 3, rows 5"),
        ("service", {"action": "stop", "driver": {"grace": 10.0}}, "service: action stop, driver grace=10 s"),
    ],
)
def test_amounts_are_told_with_their_units(kind: str, options: dict[str, Any], said: str) -> None:
    assert called(StepPlan("it", kind, options=options)) == said


def amounts_of(kind: type) -> dict[str, str]:
    """Return the unit of every amount among the options of a kind, those within options too."""
    found: dict[str, str] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        for amount, unit in ((Seconds, "s"), (Bytes, "B")):
            if hint in (amount, amount | None):
                found[name] = unit
        for part in (hint, *get_args(hint)):
            if is_dataclass(part) and isinstance(part, type):
                found |= amounts_of(part)
    return found


def test_every_option_that_is_an_amount_has_its_unit() -> None:
    found: dict[str, str] = {}
    for kind in (*map(find_step, STEPS), *map(find_driver, DRIVERS)):
        found |= amounts_of(kind)
    assert found == UNITS
