"""Crontab lines run when the window opens, over more than a year, by crontab(5) and a real shell."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checks.errors import UsageError
from runbooks.windows.crontab import crontab
from tests.runbooks.windows.planning import window

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 430
"""One winter and one summer, a leap day not among them, every weekday on every date group."""


def lines(plan: object, *command: str, host: str = "UTC") -> list[str]:
    return crontab(plan, command or ("true",), ZoneInfo(host), BEGIN.timestamp()).splitlines()  # type: ignore[arg-type]


def numbers(text: str, all_of: range) -> set[int]:
    return set(all_of) if text == "*" else {int(number) for number in text.split(",")}


class Cron:
    """Matches a line at every minute as cron does, and asks a real shell whether its command would run."""

    def __init__(self, folder: Path, line: str, host: str):
        minute, hour, date, month, day, self.command = line.split(maxsplit=5)
        self.minutes, self.hours = numbers(minute, range(60)), numbers(hour, range(24))
        self.dates, self.months = numbers(date, range(1, 32)), numbers(month, range(1, 13))
        self.weekdays = {number % 7 for number in numbers(day, range(7))}
        self.any = date == "*" or day == "*"
        self.host = host
        date_program = folder / "date"
        # `date` as it would answer at $NOW.
        date_program.write_text(
            '#!/bin/sh\nif [ "$1" = -d ]; then\n'
            '  set -- -d "$(/bin/date -d "@$NOW" +%F) $2" "$3"\nelse\n  set -- -d "@$NOW" "$1"\nfi\n'
            'exec /bin/date "$@"\n'
        )
        date_program.chmod(0o755)
        self.path = f"{folder}:{os.environ['PATH']}"

    def runs(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.host))
        if local.minute not in self.minutes or local.hour not in self.hours or local.month not in self.months:
            return False
        dated, weekly = local.day in self.dates, (local.weekday() + 1) % 7 in self.weekdays
        if not (dated and weekly if self.any else dated or weekly):
            return False
        environment = {"PATH": self.path, "NOW": str(int(at.timestamp())), "TZ": self.host}
        # cron: a bare % ends the command, \% is one.
        command = self.command.replace("\\%", "%")
        return subprocess.run(["/bin/sh", "-c", command], env=environment, check=False).returncode == 0


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({"every": "daily 02:00"}, "UTC"),
        ({"every": "monday,thursday 22:30"}, "UTC"),
        ({"every": "first sunday 04:00"}, "UTC"),
        ({"every": "second tuesday 04:00"}, "UTC"),
        ({"every": "fifth friday 04:00"}, "UTC"),
        ({"every": "last friday 23:00"}, "UTC"),
        ({"every": "first sunday of quarter 04:00"}, "UTC"),
        ({"every": "day 31 04:00"}, "UTC"),
        ({"every": "day 1 of january, july 04:00"}, "UTC"),
        ({"cron": "15 3 1,15 * 5"}, "UTC"),
        ({"cron": "15 3 */5 * 5"}, "UTC"),
        ({"every": "first sunday 04:00", "timezone": "Asia/Tokyo"}, "UTC"),
        ({"every": "last saturday of quarter 03:10", "timezone": "Asia/Kolkata"}, "America/New_York"),
        ({"cron": "15 5 1,15 * 5", "timezone": "Australia/Lord_Howe"}, "Europe/Berlin"),
    ],
)
def test_a_line_runs_exactly_when_the_window_opens(
    tmp_path: Path, options: dict[str, str], host: str
) -> None:
    plan = window(**options)
    cron = Cron(tmp_path, lines(plan, host=host)[-1], host)
    end = BEGIN + timedelta(days=DAYS)
    starts = plan.timing.after(BEGIN.timestamp() - 1)
    expected = {span.start for span in takewhile(lambda span: span.start < end.timestamp(), starts)}
    days = [BEGIN + timedelta(days=number) for number in range(DAYS)]
    # Every minute at which anything could happen: those of the fields, and of the window itself.
    moments = {
        day.timestamp() + 60 * minute for day in days for minute in range(1440) if minute % 60 in cron.minutes
    }
    local_times = {datetime.fromtimestamp(start, UTC).strftime("%H:%M") for start in expected}
    nearby = {at for at in moments if datetime.fromtimestamp(at, UTC).strftime("%H:%M") in local_times}
    sample = {at for index, at in enumerate(sorted(moments - nearby)) if index % 2003 == 0}
    found = {at for at in nearby | sample if cron.runs(datetime.fromtimestamp(at, UTC))}
    assert found == expected
    assert expected


def test_the_first_sunday_is_every_sunday_with_a_test_of_the_date() -> None:
    found = lines(window("monthly", every="first sunday 04:00"), "walkdown", "run", "monthly 100%")
    assert found == [
        "# monthly: first sunday 04:00 (UTC)",
        """0 4 * * 0 [ "$(date +\\%d)" -le 07 ] && walkdown run 'monthly 100\\%'""",
    ]


def test_a_line_for_another_zone_warns_of_the_night_in_which_clocks_change() -> None:
    found = lines(window(every="daily 02:30", timezone="Europe/Berlin"))
    assert "may be left out, or run twice" in found[1]
    assert lines(window(every="daily 02:30", timezone="Europe/Berlin"), host="Europe/Paris")[1:] == [
        "30 2 * * * true"
    ]


def test_what_comes_once_is_no_line() -> None:
    with pytest.raises(UsageError, match="comes once"):
        lines(window(from_="2026-11-29 03:00"))


def test_what_comes_every_ninety_minutes_takes_two_lines_and_runs_as_often(tmp_path: Path) -> None:
    plan = window(every="90 m", lasts="10m")
    crons = [Cron(tmp_path, line, "UTC") for line in lines(plan)[1:]]
    minutes = [BEGIN + timedelta(minutes=number) for number in range(1440)]
    found = [at.timestamp() for at in minutes if sum(cron.runs(at) for cron in crons)]
    starts = plan.timing.after(BEGIN.timestamp() - 1)
    assert found == [span.start for span in takewhile(lambda s: s.start < BEGIN.timestamp() + 86400, starts)]
    assert len(found) == 16
