"""Windows of tests, from what a configuration would say."""

from checks.recurrence.timing import read_timing
from checks.recurrence.zones import zone_named
from runbooks.windows.plan import WindowPlan


def window(name: str = "weekly", timezone: str = "UTC", **options: str) -> WindowPlan:
    written = {key.removesuffix("_"): value for key, value in options.items()}
    written.setdefault("lasts", "2h")
    words = written.get("every") or written.get("cron") or written["from"]
    return WindowPlan(
        name, read_timing(written, timezone), words, zone_named(written.get("timezone", timezone))
    )
