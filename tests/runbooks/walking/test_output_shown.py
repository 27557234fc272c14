"""What is shown of a step while it runs, and of what it saw: never a part of a secret, wherever it is cut."""

import pytest

from runbooks.condition import HttpCondition
from runbooks.model import InputPlan, Plan, StepPlan, WindowNeed
from runbooks.step import options_of
from runbooks.steps.command import CommandStep
from runbooks.steps.wait import WaitStep
from runbooks.templates import SecretTemplate, Template
from runbooks.walking.watching import OUTPUT
from tests.runbooks.walking.stage import Stage
from tests.servers import faults as fault

SECRET = "Zq7/canary+token=with&signs-0123456789"
PART = 6
"""Characters of a secret that are too many already."""

PRINTS = """
import os, sys, time; from pathlib import Path
secret, before, after, gate = os.environ["TOKEN"], int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
said = ("." * before) + secret + ("." * after) + secret
sys.stdout.write(said[:-12])
sys.stdout.flush()
while not gate.exists():
    time.sleep(0.02)
print(said[-12:], "end")
"""


def parts(text: str) -> set[str]:
    """Return every part of the secret that stands in a text."""
    found = (SECRET[start : start + PART] for start in range(len(SECRET) - PART + 1))
    return {part for part in found if part in text}


def plan(*arguments: object) -> Plan:
    words = ("python3", "-c", PRINTS, *map(str, arguments))
    step = CommandStep(
        run=tuple(Template.literal(word) for word in words),
        env={"TOKEN": SecretTemplate("{{ secret.token }}")},
    )
    prints = StepPlan("prints", "command", options=options_of(step), changes=True, timeout=60.0)
    return Plan("test", steps=(prints,), window=WindowNeed.ANY, inputs=(InputPlan("token", secret=True),))


@pytest.mark.parametrize("into", [1, len(SECRET) // 2, len(SECRET) - 1])
async def test_the_beginning_of_what_is_shown_holds_no_end_of_a_secret(tmp_path, into):
    """The last bytes that are shown begin in the middle of the secret."""
    after = OUTPUT - 2 * len(SECRET) + 12 + into
    async with Stage(tmp_path, plan(5000, after, tmp_path / "gate")).walking(token=SECRET) as stage:
        await stage.confirm("prints")
        await stage.until(lambda s: s.live.output_bytes > OUTPUT)
        assert not parts(stage.live.output)
        (tmp_path / "gate").touch()
        await stage.over()
    assert not parts("".join(map(str, stage.entries)))


async def test_the_end_of_what_is_shown_holds_no_beginning_of_a_secret(tmp_path):
    """The program has written most of the secret, and stops there for a while."""
    async with Stage(tmp_path, plan(4090, 10, tmp_path / "gate")).walking(token=SECRET) as stage:
        await stage.confirm("prints")
        await stage.until(lambda s: s.live.output)
        assert "*****" in stage.live.output
        assert not parts(stage.live.output)
        (tmp_path / "gate").touch()
        await stage.ended("prints")
        assert not parts(str(stage.walk.state("prints").outcome))
        await stage.over()


async def test_a_step_that_looks_is_given_the_secrets_that_it_names(tmp_path, faults):
    """And nothing of them is shown: neither in what it asks, nor in what is answered."""

    async def echo(reader, writer):
        token = (await fault.request(reader)).partition(b"X-Token: ")[2].partition(b"\r\n")[0]
        writer.write(fault.http(b'{"token": "%s"}' % token))
        await writer.drain()
        await fault.closed(writer)

    url = Template.literal(f"http://127.0.0.1:{await faults.serve(echo)}/")
    head = {"X-Token": SecretTemplate("{{ secret.token }}")}
    asks = WaitStep(http=HttpCondition(url, json={"token": Template("other")}, headers=head), within=0.5)
    steps = (StepPlan("asks", "wait", options=options_of(asks), timeout=20.0),)
    plan = Plan("test", steps=steps, window=WindowNeed.ANY, inputs=(InputPlan("token", secret=True),))
    async with Stage(tmp_path, plan).walking(token=SECRET) as stage:
        await stage.ended("asks")
        said = stage.walk.state("asks").outcome.summary
        assert said.endswith('200 OK, token is "*****"'), said
        assert not parts("".join(map(str, stage.entries)))
