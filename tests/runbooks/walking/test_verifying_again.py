"""What must be true after a step, looked at again and again: every look is a fresh one."""

from checks.clock import SystemClock
from runbooks import decisions
from runbooks.model import Plan, WindowNeed
from runbooks.step_events import StepVerified
from runbooks.walk_events import WalkEnding
from tests.runbooks.walking.stage import Stage, World, command


class StoppedClock(SystemClock):
    """A wall clock that stands still, as between two looks of one second."""

    def now(self) -> float:
        return 1_800_000_000.0


async def test_a_program_that_verifies_is_run_anew_each_time_also_within_one_second(tmp_path):
    flag, looks = tmp_path / "flag", tmp_path / "looks"
    script = 'echo look >> "$2"; test -e "$1"'
    look = command("one.verify", "sh", "-c", script, "sh", str(flag), str(looks), changes=False)
    plan = Plan(
        "test",
        steps=(World(tmp_path).does("one", verify=(look,)),),
        window=WindowNeed.ANY,
        target="target",
    )
    stage = Stage(tmp_path, plan)
    stage.clock = StoppedClock()
    async with stage.walking():
        await stage.confirm("one")
        await stage.until(lambda s: s.walk.state("one").verified is False)
        await stage.decide(decisions.VerifyAgain("one"))
        await stage.until(lambda s: sum(isinstance(e.event, StepVerified) for e in s.entries) == 2)
        flag.touch()
        await stage.decide(decisions.VerifyAgain("one"))
        walk = await stage.over()
    assert walk.ending is WalkEnding.DONE
    assert looks.read_text().split() == ["look"] * 3
