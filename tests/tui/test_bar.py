from checks.model import Level
from tui.axes import Threshold
from tui.cell import Tone, text_of
from tui.lines import width_of
from tui.widgets.bar import Bar, draw_bar

BOUNDS = (Threshold(80, Level.WARN), Threshold(95, Level.CRIT))


def drawn(bar: Bar, width: int = 40, *, ascii_only: bool = False) -> str:
    line = draw_bar(bar, width, 5, 7, ascii_only=ascii_only)
    assert width_of(line) == width
    return text_of(line)


def test_a_bar_shows_label_share_bounds_value_and_level():
    assert drawn(Bar("used", 50.0, "50.0 %", thresholds=BOUNDS)) == "used  ━━━━━━━━━━━━───────W──C─  50.0 %  "
    over = drawn(Bar("used", 88.0, "88.0 %", thresholds=BOUNDS, level=Level.WARN))
    assert over == "used  ━━━━━━━━━━━━━━━━━━━W━─C─  88.0 % W"


def test_the_track_counts_in_half_cells_and_shows_the_smallest_share():
    assert drawn(Bar("a", 0.01, "0.0 %")).count("╸") == 1
    assert "━" not in drawn(Bar("a", 0.0, "0.0 %"))
    assert drawn(Bar("a", 250.0, "250 %")).count("─") == 0


def test_what_was_not_measured_has_an_empty_track():
    line = drawn(Bar("used", None, "-", level=Level.UNKNOWN))
    assert "━" not in line
    assert line.endswith("- ?")


def test_bounds_that_fall_together_both_stay_readable():
    near = (Threshold(94, Level.WARN), Threshold(95, Level.CRIT))
    assert "WC" in drawn(Bar("used", 10.0, "10 %", thresholds=near))


def test_bounds_beyond_the_whole_are_left_out():
    assert "C" not in drawn(Bar("load", 0.5, "0.5", whole=1.0, thresholds=(Threshold(4, Level.CRIT),)))


def test_a_narrow_bar_keeps_the_number_and_drops_the_track():
    assert drawn(Bar("used", 50.0, "50.0 %", thresholds=BOUNDS, level=Level.WARN), 16) == "used    50.0 % W"


def test_without_block_characters_it_is_ascii():
    assert drawn(Bar("used", 50.0, "50.0 %", thresholds=BOUNDS), ascii_only=True).isascii()


def test_what_is_stale_has_no_colour():
    line = draw_bar(Bar("used", 88.0, "88 %", level=Level.WARN, muted=True), 40, 5, 7)
    assert {piece.tone for piece in line if piece.text.strip()} <= {Tone.MUTED, Tone.RULE}


def test_a_wide_label_is_cut_at_cells_not_at_characters():
    drawn(Bar("日本語日本語", 50.0, "50 %"))
