"""Steps that are Python, done in a process of their own: once, as confirmed, with an end that is said."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.masking import MASK
from runbooks.action import Action
from runbooks.actor import Request, judge_act, order_for_act, write_request
from runbooks.launch import Launcher, Running
from runbooks.model import ServicePlan, StepPlan
from runbooks.outcome import Applied, Ending, FailedError, Outcome
from runbooks.step import StepContext
from runbooks.testing import step_context
from tests.checks.test_supervise import until
from tests.hostile import PAYLOADS, raw_in
from tests.runbooks.attempts import end, fresh, run, whole

CANARY = "canary-4fd1-ABCDEFGH-in-no-file"

KIND = """
import asyncio, json, logging, os, sys, warnings
from dataclasses import dataclass
from pathlib import Path
from runbooks.action import Action
from runbooks.outcome import Applied, Ending, FailedError, Outcome, UnknownError, succeeded
from runbooks.templates import SecretTemplate, Template

@dataclass(frozen=True)
class Deed:
    do: str
    trace: str
    shows: Template = Template("deed {{ what }}")
    password: SecretTemplate = SecretTemplate("{{ secret.canary }}")

    async def prepare(self, context):
        assert not context.secrets
        if self.do == "bad prepare":
            raise RuntimeError("bug while it looked")
        return Action((self.shows.shown(context.values),))

    async def act(self, context):
        secret = self.password.filled(context.values, context.secrets)
        with open(self.trace, "a") as trace:
            trace.write(f"{self.do}\\n")
        return await getattr(self, self.do)(context, secret)

    async def report(self, context, secret):
        told = {"given": str((context.walk, context.attempt, context.key, context.fence, context.target)),
                "facts": str((context.forward, context.facts, context.services["api"].driver)),
                "hidden": str(sorted(context.hidden)), "folder": str(context.folder)}
        return succeeded("done", captured={"what": context.values["what"]}, facts=told, detail="two\\nlines")

    async def fail(self, context, secret):
        raise FailedError("refused", "the server said no", Applied.PARTIAL, facts={"id": "7"}, detail="seen")

    async def lose(self, context, secret):
        raise UnknownError("connection_lost", "no answer came")

    async def bug(self, context, secret):
        raise ValueError(f"cannot use {secret}")

    async def leak(self, context, secret):
        print("out", secret, end="", flush=True)
        logging.getLogger("driver").warning("log %s", secret)
        warnings.warn(f"warned of {secret}")
        sys.stderr.write("half " + secret[:9])
        sys.stderr.write(secret[9:])
        Path(context.folder, "rows").write_text("rows")
        told = {"a": secret}, {"b": secret}, secret
        return Outcome(Ending.SUCCEEDED, f"s {secret}", Applied.FULL, "", *told)

    async def hostile(self, context, secret):
        texts = json.loads(Path(f"{self.trace}.payloads").read_text())
        facts = {str(number): text for number, text in enumerate(texts)}
        return Outcome(Ending.SUCCEEDED, "".join(texts), Applied.FULL, "", {}, facts, "".join(texts))

    async def die(self, context, secret):
        print("last words", flush=True)
        os.kill(os.getpid(), 9)

    async def wait(self, context, secret):
        await asyncio.sleep(300)

    async def tidy(self, context, secret):
        try:
            await asyncio.sleep(300)
        except asyncio.CancelledError:
            raise FailedError("cancelled", "taken back", Applied.NONE) from None

    async def ignore(self, context, secret):
        while True:
            try:
                await asyncio.sleep(300)
            except asyncio.CancelledError:
                continue

class Changing(Deed):
    CHANGES, AUTO, EXAMPLE = True, True, ""
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A distribution that brings the step kind `deed`."""
    place = tmp_path / "library"
    about = place / "deeds-1.0.dist-info"
    about.mkdir(parents=True)
    (place / "deeds.py").write_text(KIND)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: deeds\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[walkdown.steps]\ndeed = deeds:Deed\n")
    return place


class Deeds:
    """Has deeds done under a supervisor."""

    def __init__(self, root: Path, library: Path) -> None:
        self.folder = fresh(root)
        self.trace = root / "trace"
        self._library = library

    def context(self, do: str, changes: bool = True, **values: str) -> StepContext:
        plan = StepPlan("step", "deed", options={"do": do, "trace": str(self.trace)}, changes=changes)
        values = {"what": "it"} | values
        api = ServicePlan("api", "compose")
        context = step_context(None, self.folder, plan=plan, fence=3, values=values, services={"api": api})
        return replace(
            context,
            forward={"image": "before"},
            facts={"one": {"a": "b"}},
            target="shop",
            hidden=frozenset({"A", "B"}),
        )

    def order(self, context: StepContext, confirmed: Action):
        write_request(self.folder, Request.of(context, confirmed.sha256))
        order = order_for_act(self.folder, {"canary": CANARY})
        return replace(order, environment={"PYTHONPATH": str(self._library)})

    async def done(self, do: str, confirmed: str = "deed it", changes: bool = True, **values: str) -> Outcome:
        order = self.order(self.context(do, changes, **values), Action((confirmed,)))
        return judge_act(self.folder, await run(order, self.folder))

    @asynccontextmanager
    async def doing(self, do: str, changes: bool = True) -> AsyncIterator[Running]:
        async with Launcher(SystemClock()) as launcher:
            order = self.order(self.context(do, changes), Action(("deed it",)))
            yield await launcher.start(order, self.folder)
            end(self.folder)


@pytest.fixture
def deeds(tmp_path: Path, library: Path) -> Deeds:
    return Deeds(tmp_path, library)


async def test_a_step_is_done_once_with_all_that_a_context_holds(deeds: Deeds):
    outcome = await deeds.done("report")
    assert (outcome.ending, outcome.summary, outcome.applied) == (Ending.SUCCEEDED, "done", Applied.FULL)
    assert outcome.captured == {"what": "it"}
    assert outcome.facts == {
        "given": str(("walk", 1, "0123456789abcdef0123456789abcdef", 3, "shop")),
        "facts": str(({"image": "before"}, {"one": {"a": "b"}}, "compose")),
        "hidden": "['A', 'B']",
        "folder": str(deeds.folder),
    }
    assert outcome.detail == "two\nlines"
    assert deeds.trace.read_text() == "report\n"


async def test_another_action_than_the_confirmed_one_is_refused_and_nothing_is_done(deeds: Deeds):
    outcome = await deeds.done("report", confirmed="deed that")
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "action_changed",
        Applied.NONE,
    )
    assert not deeds.trace.exists()


async def test_a_failure_says_what_was_applied(deeds: Deeds):
    outcome = await deeds.done("fail")
    assert (
        outcome
        == FailedError(
            "refused", "the server said no", Applied.PARTIAL, facts={"id": "7"}, detail="seen"
        ).outcome
    )


async def test_what_nobody_can_say_is_unknown(deeds: Deeds):
    outcome = await deeds.done("lose")
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "connection_lost")


@pytest.mark.parametrize(("changes", "ending"), [(True, Ending.UNKNOWN), (False, Ending.FAILED)])
async def test_a_bug_leaves_a_masked_traceback_and_of_a_change_an_unknown_end(deeds: Deeds, changes, ending):
    outcome = await deeds.done("bug", changes=changes)
    assert (outcome.ending, outcome.error_class) == (ending, "internal_error")
    assert outcome.summary == "bug in kind deed: ValueError, see its errors"
    errors = (deeds.folder / "errors").read_text()
    assert f"ValueError: cannot use {MASK}" in errors
    assert "line" in errors
    assert not any(CANARY.encode() in content for content in whole(deeds.folder).values())


async def test_a_bug_before_anything_was_done_is_a_failure_that_applied_nothing(deeds: Deeds):
    outcome = await deeds.done("bad prepare")
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "internal_error",
        Applied.NONE,
    )
    assert "bug while it looked" in (deeds.folder / "errors").read_text()


async def test_no_way_out_of_the_process_lets_a_secret_onto_the_disk(deeds: Deeds):
    outcome = await deeds.done("leak")
    assert (outcome.summary, outcome.detail) == (f"s {MASK}", MASK)
    assert (outcome.captured, outcome.facts) == ({"a": MASK}, {"b": MASK})
    files = whole(deeds.folder)
    assert not any(CANARY.encode() in content for content in files.values())
    assert files["out"] == f"out {MASK}".encode()
    errors = files["errors"].decode()
    assert f"log {MASK}" in errors
    assert f"warned of {MASK}" in errors
    assert f"half {MASK}" in errors


async def test_hostile_text_is_cleaned_and_cut_and_facts_stay_as_they_are(deeds: Deeds):
    Path(f"{deeds.trace}.payloads").write_text(json.dumps(PAYLOADS))
    outcome = await deeds.done("hostile")
    assert not raw_in(outcome.summary + outcome.detail)
    assert "\n" not in outcome.summary
    assert len(outcome.summary) < 20_000
    encodable = {str(number): text for number, text in enumerate(PAYLOADS) if text.isprintable()}
    assert encodable.items() <= outcome.facts.items()


async def test_a_process_that_dies_leaves_an_unknown_end(deeds: Deeds):
    outcome = await deeds.done("die")
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "actor_died")
    assert "-9" in outcome.summary


async def test_a_process_that_cannot_even_begin_says_so(deeds: Deeds):
    order = deeds.order(deeds.context("report"), Action(("deed it",)))
    outcome = judge_act(deeds.folder, await run(replace(order, stdin=b"no json"), deeds.folder))
    assert outcome.error_class == "actor_died"
    assert "malformed" in outcome.detail
    assert not deeds.trace.exists()


async def test_a_program_that_was_never_executed_has_no_outcome(deeds: Deeds):
    ended = await run(replace(order_for_act(deeds.folder, {}), folder="/no/such/folder"), deeds.folder)
    with pytest.raises(FailedError) as caught:
        judge_act(deeds.folder, ended)
    assert (caught.value.error_class, caught.value.applied) == ("no_folder", Applied.NONE)


@pytest.mark.parametrize(
    ("do", "changes", "ending", "error_class"),
    [
        ("wait", True, Ending.UNKNOWN, "terminated"),
        ("wait", False, Ending.FAILED, "terminated"),
        ("tidy", True, Ending.FAILED, "cancelled"),
        ("ignore", True, Ending.UNKNOWN, "terminated"),
    ],
)
async def test_asked_to_end_a_step_may_say_how_far_it_came(deeds: Deeds, do, changes, ending, error_class):
    async with deeds.doing(do, changes) as one:
        await until(deeds.trace.exists)
        one.terminate()
        ended = await one.ended()
    outcome = judge_act(deeds.folder, ended)
    assert (outcome.ending, outcome.error_class) == (ending, error_class)
    assert ended.terminated
    assert ended.status != -signal.SIGKILL, "it had to be killed"


def test_a_request_holds_no_value_of_a_secret(deeds: Deeds):
    context = replace(deeds.context("report"), secrets={"canary": CANARY})
    order = deeds.order(context, Action(("deed it",)))
    assert not any(CANARY in word for word in order.argv)
    assert CANARY.encode() not in (deeds.folder / "step.json").read_bytes()
    assert json.loads(order.stdin) == {"canary": CANARY}
