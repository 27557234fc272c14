"""The rule language: what can be written, and what is said about what cannot."""

import pytest

from checks.errors import RuleError
from checks.expressions import Rule, parse
from checks.kind import ReadingSpec
from checks.model import Level

SPECS = (
    ReadingSpec("latency", "s", "Time to answer."),
    ReadingSpec("status", "", "Status."),
    ReadingSpec("used", "%", "Share used.", ("mount", "device")),
    ReadingSpec("free_bytes", "B", "Left.", ("mount",)),
    ReadingSpec("received", "B/s", "In."),
    ReadingSpec("errors", "/s", "Errors."),
)


def rule(text: str) -> Rule:
    return parse(text, Level.WARN, SPECS, "disk")


@pytest.mark.parametrize(
    ("text", "reading", "op", "bound", "lasting", "samples"),
    [
        ("latency > 1 s", "latency", ">", 1.0, 0.0, 1),
        ("latency>250ms", "latency", ">", 0.25, 0.0, 1),
        ("latency >= 2 for 3 samples", "latency", ">=", 2.0, 0.0, 3),
        ("latency > 2 s for 1 sample", "latency", ">", 2.0, 0.0, 1),
        ("used > 80 % for 15 m", "used", ">", 80.0, 900.0, 1),
        ("used > 80% for 15m", "used", ">", 80.0, 900.0, 1),
        ("status != 200", "status", "!=", 200.0, 0.0, 1),
        ("status == 5 k", "status", "==", 5000.0, 0.0, 1),
        ("free_bytes < 10 GiB", "free_bytes", "<", 10 * 2**30, 0.0, 1),
        ("received <= 1 MiB/s", "received", "<=", 2**20, 0.0, 1),
        ("errors > 60 /min for 1 h", "errors", ">", 1.0, 3600.0, 1),
        ("  status > -1.5e2  ", "status", ">", -150.0, 0.0, 1),
        ("disk.used > 1 %", "used", ">", 1.0, 0.0, 1),
    ],
)
def test_a_rule_is_read_with_its_bound_in_the_base_unit(
    text: str, reading: str, op: str, bound: float, lasting: float, samples: int
) -> None:
    read = rule(text)
    assert (read.reading, read.op, read.lasting, read.samples) == (reading, op, lasting, samples)
    assert read.bound == pytest.approx(bound)
    assert read.level is Level.WARN
    assert read.text == text.strip()


def test_a_rule_over_several_lines_is_shown_in_one() -> None:
    assert rule("latency\n  > 1 s\n  for 5 m\n").text == "latency > 1 s for 5 m"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("disk[mount=/var].used > 85 %", (("mount", "/var"),)),
        ("disk[mount=/var, device=sda1].used > 85 %", (("mount", "/var"), ("device", "sda1"))),
        ("disk[ mount = /srv/my data ].used > 85 %", (("mount", "/srv/my data"),)),
        ('disk[mount="/a,b]"].used > 85 %', (("mount", "/a,b]"),)),
        ("disk[mount='/a'].used > 85 %", (("mount", "/a"),)),
    ],
)
def test_labels_select_among_members(text: str, labels: tuple[tuple[str, str], ...]) -> None:
    assert rule(text).labels == labels


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("latncy > 1 s", 0, "unknown reading 'latncy'; did you mean 'latency'?"),
        ("speed > 1 s", 0, "unknown reading 'speed'; kind disk reports: latency, status, used"),
        ("", 0, "a rule begins with a reading"),
        ("> 1 s", 0, "a rule begins with a reading"),
        ("latency", 7, "a comparison is missing; there are: > >= < <= == !="),
        ("latency => 1 s", 8, "unknown comparison '=>'"),
        ("latency = 1 s", 8, "unknown comparison '='"),
        ("latency > fast", 10, "a number is missing; latency is compared with an amount in s"),
        ("status > ", 9, "an amount in no unit"),
        ("latency > 1 MiB", 12, "unit 'MiB' does not fit; units that do: ns, us"),
        ("status > 3 %", 11, "unit '%' does not fit"),
        ("latency > 1 s and used > 3", 14, "expected the end of the rule"),
        ("latency > 1 s for", 17, "after `for` comes a duration"),
        ("latency > 1 s for 3", 18, "after `for` comes a duration"),
        ("latency > 1 s for 3 MiB", 20, "unit 'MiB' does not fit"),
        ("latency > 1 s for 0 samples", 18, "whole number from 1 on"),
        ("latency > 1 s for 1.5 samples", 18, "whole number from 1 on"),
        ("latency > 1 s for 0 s", 18, "longer than zero"),
        ("latency > 1 s fortnight", 14, "expected the end of the rule"),
        ("cpu.used > 3 %", 0, "this check is of kind 'disk', not 'cpu'"),
        ("used[mount=/var] > 3 %", 0, "write disk.used[...]"),
        ("disk[mont=/var].used > 3 %", 5, "unknown label 'mont'; did you mean 'mount'?"),
        ("disk[mount=/].latency > 3 s", 5, "unknown label 'mount'; labels of latency: none"),
        ("disk[mount].used > 3 %", 5, "labels are written [name=value, ...]"),
        ("disk[mount=/var.used > 3 %", 5, "labels are written [name=value, ...]"),
        ("disk[mount=/var]used > 3 %", 16, "after the labels comes a dot"),
        ("disk[mount=/var]. > 3 %", 17, "a reading is missing after the dot"),
    ],
)
def test_a_wrong_rule_says_where_and_what(text: str, position: int, said: str) -> None:
    with pytest.raises(RuleError) as error:
        rule(text)
    assert said in str(error.value)
    assert error.value.position == position
