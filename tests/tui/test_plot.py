from datetime import UTC
from itertools import pairwise
from math import nan
from zoneinfo import ZoneInfo

import pytest
from textual.app import App, ComposeResult

from checks.model import Level, Series
from tui.axes import Threshold, round_top, time_ticks
from tui.cell import Tone, text_of
from tui.lines import width_of
from tui.sampling import sample
from tui.widgets.plot import Course, Plot, PlotData, draw_plot

T = 1_800_000_000.0
HALF_AN_HOUR = 1800.0


def course(*values: float, step: float = 10.0, until: float = T, unit: str = "%") -> Series:
    at = tuple(until - step * (len(values) - 1 - i) for i in range(len(values)))
    return Series("cpu", "usage", (), unit, at, values, values, values)


def plot(
    *courses: Series, thresholds: tuple[Threshold, ...] = (), top: float = 100.0, span: float = 300.0
) -> PlotData:
    lines = tuple(Course(f"line {i}", "ab"[i], series) for i, series in enumerate(courses))
    return PlotData("CPU", lines, "%", T, span, thresholds, top, UTC)


def drawn(data: PlotData, width: int = 30, height: int = 6, *, ascii_only: bool = False) -> list[str]:
    lines = draw_plot(data, width, height, ascii_only=ascii_only)
    assert all(width_of(line) <= width for line in lines)
    assert len(lines) <= height
    return [text_of(line).rstrip() for line in lines]


RAMP = course(*(i * 100 / 30 for i in range(31)))


def test_a_ramp_rises_from_the_lower_left_to_the_upper_right():
    assert drawn(plot(RAMP)) == [
        "CPU  line 0              5 min",
        "100 %│                 ⣀⣀⠤⠒⠒⠉",
        "     │           ⣀⣀⠤⠒⠒⠉",
        "     │     ⣀⡠⠔⠒⠊⠉",
        "    0│⡠⠔⠒⠉⠉",
        "        07:56    07:58",
    ]


def test_without_braille_it_is_ascii():
    lines = drawn(plot(RAMP), ascii_only=True)
    assert all(line.isascii() for line in lines)
    assert lines[1].endswith("aaaa")
    assert lines[4].startswith("    0|aaa")


def test_it_is_of_use_from_20_by_4_cells():
    lines = drawn(plot(RAMP, span=900.0), 20, 4)
    assert lines[0].startswith("100 %│")
    assert lines[2].startswith("    0│")
    assert lines[3].strip() == "07:50"


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (9, 3), (200, 60)])
def test_no_size_breaks_it(size):
    drawn(plot(RAMP, RAMP), *size)


def test_thresholds_are_dashed_and_named_by_the_letter_of_their_level():
    lines = drawn(plot(RAMP, thresholds=(Threshold(60, Level.WARN), Threshold(100, Level.CRIT))))
    assert lines[1].endswith("C")
    assert lines[2].endswith("W")
    assert "┄┄┄" in lines[2]


def test_a_threshold_far_above_the_course_does_not_press_it_flat():
    low = course(*([1.0] * 31))
    lines = drawn(plot(low, thresholds=(Threshold(50, Level.CRIT),), top=0.0))
    assert lines[1].startswith("  1 %")
    assert not any(line.endswith("C") for line in lines)


def test_nothing_is_drawn_where_nothing_was_measured():
    values = [50.0] * 10 + [nan] + [50.0] * 10
    at = (*(T - 300 + 5 * i for i in range(10)), T - 200, *(T - 45 + 5 * i for i in range(10)))
    lines = drawn(plot(Series("cpu", "usage", (), "%", at, tuple(values), tuple(values), tuple(values))))
    assert "⣀⣀⣀" in lines[2]
    assert " " * 8 in lines[2].partition("│")[2].strip()


def test_slow_measurements_that_follow_one_another_are_joined():
    row = drawn(plot(course(50, 50, 50, 50, step=90.0)))[2]
    assert "⣀" * 12 in row


def test_an_empty_plot_says_so():
    assert "nothing measured yet" in "\n".join(drawn(plot(course()), 40, 8))


def test_merged_points_show_the_span_between_lowest_and_highest():
    at = tuple(T - 300 + 10 * i for i in range(31))
    merged = Series("cpu", "usage", (), "%", at, (10.0,) * 31, (50.0,) * 31, (90.0,) * 31)
    lines = draw_plot(plot(merged), 30, 12)
    banded = [line for line in lines if any(piece.tone is Tone.BAND for piece in line)]
    assert len(banded) >= 6
    assert any(piece.tone is Tone.COURSE_1 for line in lines for piece in line)


def test_several_courses_end_in_their_letters_and_the_legend_names_them():
    data = PlotData(
        "eth0",
        (
            Course("received", "r", course(80, 80, 80), "80 %"),
            Course("sent", "s", course(10, 10, 10), "10 %"),
        ),
        "%",
        T,
        300.0,
        top=100.0,
        where=UTC,
    )
    lines = drawn(data, 60, 10)
    assert lines[0].startswith("eth0  received 80 %  sent 10 %")
    assert [line[-1] for line in lines[1:-1] if line[-1] in "rs"] == ["r", "s"]


def test_courses_that_end_together_keep_both_letters():
    assert any("ba" in line for line in drawn(plot(RAMP, RAMP)))


def test_a_legend_without_room_drops_the_numbers_first():
    data = PlotData(
        "T", (Course("received", "r", RAMP, "123.4 MiB/s"), Course("sent", "s", RAMP, "1 B/s")), "%", T
    )
    assert drawn(data, 34, 8)[0] == "T  received  sent           15 min"


def test_the_picture_stays_still_until_a_new_column_begins():
    step = 300.0 / (2 * (30 - 7))
    start = T // step * step + 0.1
    pictures = {
        tuple(drawn(PlotData("", (), "%", start + i * step / 10, 300.0, where=UTC))) for i in range(9)
    }
    assert len(pictures) == 1


def test_a_value_above_the_axis_is_drawn_at_its_edge():
    assert "⠉" in drawn(plot(course(*([400.0] * 31))))[1]


@pytest.mark.parametrize(
    ("highest", "unit", "top"),
    [
        (0.0, "", 1.0),
        (3.2, "", 5.0),
        (51.0, "%", 100.0),
        (0.012, "s", 0.02),
        (75.0, "s", 120.0),
        (1500.0, "B", 2048.0),
        (900 * 1024.0**2, "B/s", 1024.0**3),
        (10.0, "", 10.0),
    ],
)
def test_the_value_axis_ends_at_a_round_number(highest, unit, top):
    assert round_top(highest, unit) == pytest.approx(top)


def test_moments_are_round_in_the_local_time_zone():
    where = ZoneInfo("Asia/Kolkata")
    assert [tick.text for tick in time_ticks(T - 12 * 3600, T, 60, where)] == [
        "03:30",
        "06:30",
        "09:30",
        "12:30",
    ] or all(tick.text.endswith(":00") for tick in time_ticks(T - 12 * 3600, T, 60, where))


def test_moments_never_overlap():
    for span in (60.0, 300.0, 3600.0, 86400.0, 90 * 86400.0):
        for width in (8, 20, 53, 200):
            ends = [
                (tick.column, tick.column + len(tick.text)) for tick in time_ticks(T - span, T, width, UTC)
            ]
            assert all(left[1] < right[0] for left, right in pairwise(ends))
            assert all(start >= 0 and end <= width for start, end in ends)


def test_a_dot_column_holds_lowest_mean_and_highest_of_its_time():
    series = course(10, 20, 60, step=1.0, until=2.0)
    first = sample(series, 0.0, 3.0, 1)[0]
    assert first is not None
    assert (first.low, first.mean, first.high) == (10, 30, 60)


class PlotApp(App[None]):
    CSS = "Plot { height: 10; }"

    def compose(self) -> ComposeResult:
        yield Plot()


async def test_only_lines_that_changed_are_painted_again(monkeypatch):
    monkeypatch.setattr(Plot, "PACE", 0.0)
    app = PlotApp()
    async with app.run_test(size=(40, 10)) as pilot:
        widget = app.query_one(Plot)
        widget.show(plot(RAMP))
        await pilot.pause(0.1)
        painted: list[int] = []
        render = widget.render_line
        monkeypatch.setattr(widget, "render_line", lambda y: (painted.append(y), render(y))[1])
        widget.show(plot(course(*(i * 100 / 30 for i in range(30)), 60.0)))
        await pilot.pause(0.1)
        assert painted
        assert set(painted) < set(range(5))


async def test_a_flood_of_values_is_drawn_at_most_once_a_second(monkeypatch):
    app = PlotApp()
    async with app.run_test(size=(40, 10)) as pilot:
        widget = app.query_one(Plot)
        pictures: list[str] = []
        picture = widget.picture
        monkeypatch.setattr(widget, "picture", lambda *size: (pictures.append(""), picture(*size))[1])
        for value in range(200):
            widget.show(plot(course(*([float(value % 100)] * 31))))
            await pilot.pause(0)
        assert len(pictures) <= 3


async def test_the_newest_value_is_drawn_in_the_end():
    app = PlotApp()
    async with app.run_test(size=(40, 10)) as pilot:
        widget = app.query_one(Plot)
        for value in range(5):
            widget.show(PlotData(f"picture {value}"))
        while "picture 4" not in widget.text:
            await pilot.pause(0.05)
