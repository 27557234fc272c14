"""The step kind file, backwards: what it changed is put back, and found again after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.file import FileStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context

FORWARD, BACK = "f" * 32, "b" * 32
UNDO, FORCED = FileStep(restore=True), FileStep(restore=True, force=True)


def writing(path, content="new\n"):
    return FileStep(Template(str(path)), SecretTemplate(content))


@pytest.fixture
def target(tmp_path):
    file = tmp_path / "place" / "shop.conf"
    file.parent.mkdir()
    file.write_text("old\n")
    file.chmod(0o640)
    return file


async def forward(step, tmp_path):
    """Do it and return the facts that it left."""
    (tmp_path / "forward").mkdir(exist_ok=True)
    return (await step.act(step_context(step, tmp_path / "forward", key=FORWARD))).facts


def back(facts, tmp_path, step=UNDO):
    (tmp_path / "back").mkdir(exist_ok=True)
    return step_context(step, tmp_path / "back", key=BACK, forward=facts)


async def test_the_file_from_before_is_put_back_with_its_owner_and_mode(tmp_path, target):
    if os.geteuid() == 0:
        os.chown(target, 1234, 4321)
    before = target.stat()
    facts = await forward(writing(target), tmp_path)
    context = back(facts, tmp_path)
    shown = await UNDO.prepare(context)
    assert shown.lines[0] == f"put back {target} from {facts['backup']}"
    assert "+old" in shown.difference
    outcome = await UNDO.act(context)
    assert outcome.applied is Applied.FULL
    after = target.stat()
    assert target.read_text() == "old\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.listdir(target.parent) == ["shop.conf"]


async def test_a_mode_that_was_changed_alone_is_put_back_too(tmp_path, target):
    step = FileStep(Template(str(target)), SecretTemplate("old\n"), mode="0600")
    facts = await forward(step, tmp_path)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (await traced(step, tmp_path / "forward")).ending is Ending.SUCCEEDED
    assert not (await UNDO.prepare(back(facts, tmp_path))).done_already
    await UNDO.act(back(facts, tmp_path))
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert (await traced(step, tmp_path / "forward")).error_class == "not_applied"


async def test_putting_back_twice_is_putting_back_once(tmp_path, target):
    facts = await forward(writing(target), tmp_path)
    await UNDO.act(back(facts, tmp_path))
    context = back(facts, tmp_path)
    assert (await UNDO.prepare(context)).done_already
    assert (await UNDO.act(context)).ending is Ending.SUCCEEDED
    assert target.read_text() == "old\n"


async def test_a_file_that_was_not_there_is_taken_away_again(tmp_path, target):
    new = target.with_name("new.conf")
    facts = await forward(writing(new), tmp_path)
    context = back(facts, tmp_path)
    assert len((await UNDO.prepare(context)).destroys) == 1
    await UNDO.act(context)
    assert os.listdir(target.parent) == ["shop.conf"]


async def test_a_file_that_was_taken_away_comes_back(tmp_path, target):
    facts = await forward(FileStep(Template(str(target)), remove=True), tmp_path)
    await UNDO.act(back(facts, tmp_path))
    assert target.read_text() == "old\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(target.parent) == ["shop.conf"]


@pytest.mark.parametrize("change", [lambda file: file.write_text("edited\n"), lambda file: file.unlink()])
async def test_what_somebody_has_changed_since_is_left_alone_unless_forced(tmp_path, target, change):
    facts = await forward(writing(target), tmp_path)
    change(target)
    there = target.exists()
    for attempt in (UNDO.prepare, UNDO.act):
        with pytest.raises(FailedError) as refused:
            await attempt(back(facts, tmp_path))
        assert refused.value.error_class == "changed_since"
    assert target.exists() is there
    outcome = await FORCED.act(back(facts, tmp_path, FORCED))
    assert target.read_text() == "old\n"
    kept = target.with_name(f"shop.conf.walkdown-{BACK}")
    assert kept.exists() is there
    if there:
        assert kept.read_text() == "edited\n"
        assert str(kept) in outcome.summary


@pytest.mark.parametrize("damage", ["gone", "another"])
async def test_a_backup_that_is_gone_or_is_another_is_not_used_not_even_by_force(tmp_path, target, damage):
    facts = await forward(writing(target), tmp_path)
    backup = Path(facts["backup"])
    backup.unlink()
    if damage == "another":
        backup.write_text("another\n")
    for step in (UNDO, FORCED):
        with pytest.raises(FailedError) as failed:
            await step.act(back(facts, tmp_path, step))
        assert failed.value.error_class == "no_backup"
        assert failed.value.applied is Applied.NONE
    assert target.read_text() == "new\n"


async def test_without_what_the_step_left_there_is_no_way_back(tmp_path):
    with pytest.raises(FailedError) as refused:
        await UNDO.prepare(back({}, tmp_path))
    assert refused.value.error_class == "nothing_left"


async def traced(step, folder, **options):
    return await step.trace(step_context(step, folder, key=FORWARD, **options))


async def test_a_finished_attempt_is_found_to_have_succeeded_with_what_it_left(tmp_path, target):
    step = writing(target)
    facts = await forward(step, tmp_path)
    outcome = await traced(step, tmp_path / "forward")
    assert (outcome.ending, outcome.facts) == (Ending.SUCCEEDED, facts)
    target.write_text("edited\n")
    assert (await traced(step, tmp_path / "forward")).ending is Ending.UNKNOWN
    target.write_text("old\n")
    outcome = await traced(step, tmp_path / "forward")
    assert (outcome.ending, outcome.error_class) == (Ending.FAILED, "not_applied")


async def test_an_attempt_that_never_began_is_found_not_to_be_applied(tmp_path, target):
    outcome = await traced(writing(target), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("not_applied", Applied.NONE)


async def test_the_way_back_can_be_traced_too(tmp_path, target):
    facts = await forward(writing(target), tmp_path)
    assert (await traced(UNDO, tmp_path, forward=facts)).error_class == "not_applied"
    await UNDO.act(back(facts, tmp_path))
    assert (await traced(UNDO, tmp_path, forward=facts)).ending is Ending.SUCCEEDED
    target.write_text("edited\n")
    assert (await traced(UNDO, tmp_path, forward=facts)).ending is Ending.UNKNOWN


ACTOR = """
import asyncio, sys
from pathlib import Path
from runbooks.steps.file import FileStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
step = FileStep(Template(sys.argv[1]), SecretTemplate("new\\n" * 5000))
asyncio.run(step.act(step_context(step, Path(sys.argv[2]), key=sys.argv[3])))
"""


@pytest.mark.parametrize("there", [True, False], ids=["there before", "not there before"])
async def test_killed_anywhere_the_file_is_the_old_or_the_new_one_and_it_is_known_which(
    tmp_path, target, there
):
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    step, seen = writing(target, "new\n" * 5000), []
    for call in ("fsync", "link,linkat", "rename,renameat,renameat2", "fchmod", "unlinkat"):
        for number in range(1, 6):
            for leftover in target.parent.iterdir():
                leftover.unlink()
            if there:
                target.write_text("old\n")
            folder = tmp_path / f"{call}-{number}"
            folder.mkdir()
            argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
            argv += ["-e", f"inject={call}:signal=SIGKILL:when={number}"]
            argv += [sys.executable, "-c", ACTOR, str(target), str(folder), FORWARD]
            ended = subprocess.run(argv, capture_output=True).returncode
            found = await traced(step, folder)
            content = target.read_text() if target.exists() else ""
            assert content in ("old\n" if there else "", "new\n" * 5000)
            applied = content.startswith("new")
            assert found.ending is (Ending.SUCCEEDED if applied else Ending.FAILED)
            if applied:
                await UNDO.act(back(found.facts, tmp_path))
                assert target.exists() is there
                assert not there or target.read_text() == "old\n"
            if ended == 0:
                break
            assert ended in (-signal.SIGKILL, 128 + signal.SIGKILL)
            seen.append(applied)
    assert len(seen) >= 6
    assert {True, False} == set(seen)
    assert msgspec.json.decode((folder / "file.json").read_bytes())["path"] == str(target)
