"""Which walks were open in a stretch of the journal, read back from its file."""

from checks.testing import FakeClock
from runbooks.journal.database import looking
from runbooks.journal.spans import PastJournal
from tests.runbooks.journal.drafting import ended, opened, write


async def test_walks_are_found_that_were_open_at_any_time_however_long_before_they_were_begun(tmp_path):
    journal, clock = tmp_path / "journal.db", FakeClock()
    since = clock.now() + 90 * 86400.0
    write(journal, [opened("ended-before"), opened("waited"), opened("open"), ended("ended-before")], clock)
    await clock.advance(90 * 86400.0 + 60)
    write(journal, [opened("within"), ended("waited")], clock)
    await clock.advance(3600)
    write(journal, [opened("after"), ended("within")], clock)
    with looking(journal) as connection:
        past = PastJournal(connection)
        assert past.walks_open(since, since + 3600) == ("waited", "open", "within")
        assert past.walks_open(since - 86400, since) == ("waited", "open")
        assert past.walks_open(0.0, since - 91 * 86400) == ()
