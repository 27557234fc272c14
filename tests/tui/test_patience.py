"""Keys of a person, told from keys that are held down, pasted, typed ahead."""

from __future__ import annotations

from tui.patience import ALONE, BURST, DEAD_TIME, Patience, too_fast


def presses(*times: float) -> list[float]:
    """Return which of the presses at these moments count, after a dialog came up at 0."""
    patience = Patience(0.0)
    counted = []
    for place, at in enumerate(times):
        counts = patience.press(at)
        followed = place + 1 < len(times) and times[place + 1] - at <= ALONE
        if counts and not followed:
            counted.append(at)
    return counted


def test_a_press_after_the_dead_time_counts() -> None:
    assert presses(1.0) == [1.0]
    assert presses(DEAD_TIME + 0.01) == [DEAD_TIME + 0.01]


def test_a_press_in_the_dead_time_does_not_and_begins_it_anew() -> None:
    assert presses(0.2) == []
    assert presses(0.7, 1.2) == []
    assert presses(0.7, 0.7 + DEAD_TIME) == [0.7 + DEAD_TIME]


def test_a_key_that_is_held_down_never_counts_however_long_keyboards_wait_before_they_repeat() -> None:
    for delay in (0.2, 0.25, 0.5, 0.66, 0.79, 1.0, 2.0):
        assert presses(*(delay + number * 0.033 for number in range(200))) == [], delay


def test_a_paste_of_many_lines_never_counts() -> None:
    assert presses(*(1.0 + number * 0.001 for number in range(100))) == []


def test_enter_right_behind_other_keys_was_pasted() -> None:
    patience = Patience(0.0)
    patience.key(2.0)
    assert not patience.press(2.0 + BURST / 2)
    patience.key(4.0)
    assert patience.press(4.0 + BURST * 2)


def test_what_follows_at_once_takes_a_press_back() -> None:
    patience = Patience(0.0)
    assert patience.press(1.0)
    assert patience.stayed_alone(1.0)
    patience.key(1.05)
    assert not patience.stayed_alone(1.0)


def test_nobody_types_a_phrase_in_no_time() -> None:
    assert too_fast(1.0, 1.001, 12)
    assert not too_fast(1.0, 2.0, 12)
    assert not too_fast(1.0, 1.0, 2)
