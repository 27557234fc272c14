"""Owns how a kind of step and a driver are explained to an operator: options, actions, an example."""

from __future__ import annotations

from checks.config.schema import options_schema
from checks.explain import Row, explained, option_rows
from runbooks.document.form import COMMON, HEADINGS, WITHIN
from runbooks.document.schema import FILLED_IN, common_schema
from runbooks.registry import find_driver, find_step
from runbooks.step import Act, Ask, Look, Program, Step

_SORTS = (
    (Ask, "the operator answers"),
    (Look, "only looks; may be repeated at any time"),
    (Program, "a program under a supervisor"),
    (Act, "done in a process of its own"),
)


def explain_step(name: str) -> str:
    """Return everything that a user of the kind of step needs, as text.

    Raises:
        KeyError: when no kind has that name.
    """
    kind = find_step(name)
    filled_in = FILLED_IN.get(name, ())
    options: list[Row] = [
        (option, "filled in" if option in filled_in else need, words)
        for option, need, words in option_rows(options_schema(kind, name))
    ]
    if name in WITHIN:
        key, words = WITHIN[name]
        options.append((key, "", words))
    common = [row for row in option_rows(common_schema({})) if row[0] in HEADINGS.get(name, COMMON)]
    tables = {"Nature": _nature(kind), "Options": options, "Options of every step": common}
    return explained(name, kind, tables)


def explain_driver(name: str) -> str:
    """Return everything that a user of the driver needs, as text.

    Raises:
        KeyError: when no driver has that name.
    """
    driver = find_driver(name)
    actions: list[Row] = [(", ".join(driver.ACTIONS), "", "")]
    tables = {"Can do": actions, "Options": option_rows(options_schema(driver, name))}
    return explained(name, driver, tables)


def _nature(kind: type[Step]) -> list[Row]:
    sort = next(words for contract, words in _SORTS if issubclass(kind, contract))
    changes = "changes something unless it says otherwise" if kind.CHANGES else "changes nothing by itself"
    alone = "can be done without an operator" if kind.AUTO else "needs an operator"
    return [(words, "", "") for words in (sort, changes, alone)]
