"""Whatever a probe says is kept short, clean and without secrets (reliability G8), and stored so."""

import base64
import itertools
from dataclasses import dataclass
from typing import ClassVar

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.model import Level, Observation, Reading, Result, Table
from checks.runner import DETAIL_BYTES, SUMMARY_CELLS, open_runner
from checks.secrets import SecretSource, SecretText
from checks.storage.store import Store
from checks.text import clean
from tests.hostile import BYTES, PAYLOADS, raw_in, stacked


@dataclass(frozen=True, slots=True)
class Says:
    """A check that says what the test wants."""

    what: Observation
    password: SecretText | None = None
    READINGS: ClassVar = ()
    EXAMPLE: ClassVar = ""

    async def probe(self, context):
        context.reveal(self.password)
        return self.what


CANARY = "canary-Pa55word/+"


def everywhere(text: str) -> Observation:
    """Return an observation with the text wherever one can stand."""
    return Observation(
        text,
        Level.CRIT,
        "refused",
        (Reading("n", 1.0, "", (("name", text),)),),
        Table((text,), ((text,),) * 3),
        "\n".join([text] * 10),
    )


def texts_of(result: Result) -> tuple[list[str], str]:
    """Return all lines of a result, and its one text of several lines."""
    seen = result.observation
    labels = [value for reading in seen.readings for _, value in reading.labels]
    return [seen.summary, *labels, *seen.rows.columns, *itertools.chain(*seen.rows.rows)], seen.detail


@pytest.mark.parametrize("payload", range(len(PAYLOADS)))
async def test_no_hostile_text_is_kept_as_it_came_or_longer_than_allowed(payload, tmp_path):
    mark, decoded = PAYLOADS[payload][:3], BYTES[payload].decode(errors="surrogateescape")
    results = {}
    async with (
        open_runner({}, SystemClock()) as runner,
        Store(tmp_path / "s" / "it.db", SystemClock()) as store,
    ):
        for number, text in enumerate((PAYLOADS[payload], decoded)):
            seen = everywhere(text)
            result = await runner.run(Definition(f"it{number}", "says", Says(seen)))
            results[result.check] = result
            store.put(result)
            lines, detail = texts_of(result)
            assert all(mark in line for line in (*lines, detail)), "what came is still to be seen"
            for line in (*lines, detail):
                assert not raw_in(line) and not stacked(line)
                assert clean(line, lines=line is detail) == line
            assert all(len(line) <= SUMMARY_CELLS for line in lines)
            assert "\n" not in "".join(lines)
            assert len(detail.encode()) <= DETAIL_BYTES
        await store.flush()
        assert not store.notices
        for kept in (await store.newest()).values():
            assert texts_of(kept) == texts_of(results[kept.check])


async def test_a_secret_is_masked_in_every_form_and_every_place(tmp_path):
    file = tmp_path / "word"
    file.write_text(CANARY)
    file.chmod(0o600)
    forms = (CANARY, base64.b64encode(f"user:{CANARY}".encode()).decode(), "canary-Pa55word%2F%2B")
    word = SecretText("{{ secret.word }}")
    async with open_runner({"word": SecretSource(file=str(file))}, SystemClock()) as runner:
        for form in forms:
            said = Says(everywhere(f"login with {form} failed"), word)
            result = await runner.run(Definition("it", "says", said))
            assert "login with" in result.summary
            assert not any(form in text or "Pa55" in text for text in (repr(result), *texts_of(result)[0]))
