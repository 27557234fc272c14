"""Points: summing up, thinning, packing."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from checks.storage.points import HOUR, MINUTE, Point, pack, roll_up, sample, thin, unpack

floats = st.floats(-1e6, 1e6, width=32)
samples = st.lists(st.tuples(st.integers(0, HOUR - 1), floats), min_size=1, max_size=200).map(
    lambda pairs: [sample(at, value) for at, value in pairs]
)


@given(samples)
def test_what_is_packed_comes_back(points: list[Point]) -> None:
    rising = sorted(points)
    start = 495_000 * HOUR
    moved = [point._replace(at=point.at + start) for point in rising]
    assert unpack(pack(moved, start), start) == moved


@given(samples)
def test_an_hour_of_minutes_is_an_hour_of_samples(points: list[Point]) -> None:
    (once,) = roll_up(points, HOUR)
    (twice,) = roll_up(roll_up(points, MINUTE), HOUR)
    assert (once.low, once.high, once.samples) == (twice.low, twice.high, twice.samples)
    assert once.mean == approx(twice.mean, rel=1e-9, abs=1e-6)


@given(samples, st.randoms())
def test_the_order_of_samples_does_not_matter(points: list[Point], random: st.random_module) -> None:  # type: ignore[valid-type]
    mixed = list(points)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    for one, other in zip(roll_up(points, MINUTE), roll_up(mixed, MINUTE), strict=True):
        assert one == approx(other, rel=1e-9, abs=1e-6)


def test_a_span_without_samples_is_left_out() -> None:
    assert [point.at for point in roll_up([sample(0, 1), sample(5 * MINUTE, 2)], MINUTE)] == [0, 5 * MINUTE]


def test_times_before_1970_have_spans_too() -> None:
    assert roll_up([sample(-1, 1)], MINUTE) == [Point(-MINUTE, 1, 1, 1, 1)]


@given(st.integers(2, 300), st.integers(0, 5000), st.integers(1, 10_000))
def test_thinning_never_gives_more_points_than_asked(limit: int, count: int, gap: int) -> None:
    points = [sample(7 + number * gap, number) for number in range(count)]
    thinned, _ = thin(points, 0, max(1, count * gap), limit)
    assert len(thinned) <= limit
    assert sum(point.samples for point in thinned) == count


def test_thinned_spans_stay_in_place_while_the_window_moves() -> None:
    points = [sample(at * 1000, at) for at in range(4000)]
    (first, width), (second, _) = (thin(points[at : at + 3600], 0, 3600_000, 60) for at in (0, 100))
    assert {p.at for p in second[1:-1]} <= {p.at for p in first} | {
        first[-1].at + width,
        first[-1].at + 2 * width,
    }


def test_a_minute_of_one_sample_takes_few_bytes() -> None:
    points = [sample(at * MINUTE, 50 + (at * 7919) % 1000 / 13) for at in range(60)]
    assert len(pack(points, 0)) <= 6 * 60
