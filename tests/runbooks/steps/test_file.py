"""The step kind file: written whole or not at all, shown before, and taken back."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from runbooks.files.wanted import Replacement
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.file import FileStep
from runbooks.templates import MissingValueError, SecretTemplate, Template
from runbooks.testing import step_context

KEY = "0123456789abcdef0123456789abcdef"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def writing(path: Path, content: str, **options) -> FileStep:
    return FileStep(Template(str(path)), SecretTemplate(content), **options)


@pytest.fixture
def attempt(tmp_path):
    """Build the context of an attempt, with a folder of its own."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    return lambda step, **options: step_context(step, folder, key=KEY, **options)


@pytest.fixture
def target(tmp_path):
    """A file with content, of others to read."""
    file = tmp_path / "place" / "shop.conf"
    file.parent.mkdir()
    file.write_text("port = 1\nname = shop\n")
    file.chmod(0o640)
    return file


def beside(file: Path) -> list[str]:
    return sorted(os.listdir(file.parent))


async def test_a_file_is_written_and_the_old_one_kept_under_a_name_of_its_own(attempt, target):
    old = target.read_bytes()
    step = writing(target, "port = {{ port }}\n")
    outcome = await step.act(attempt(step, values={"port": "2"}))
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.applied is Applied.FULL
    assert target.read_text() == "port = 2\n"
    backup = target.with_name(f"shop.conf.walkdown-{KEY}")
    assert backup.read_bytes() == old
    assert beside(target) == ["shop.conf", backup.name]
    assert outcome.facts == {
        "path": str(target),
        "absent_before": "no",
        "sha256_before": sha(old),
        "sha256_after": sha(b"port = 2\n"),
        "backup": str(backup),
        "owner_before": f"0640:{os.getuid()}:{os.getgid()}",
    }


async def test_owner_and_mode_are_kept(attempt, target):
    if os.geteuid() == 0:
        os.chown(target, 1234, 4321)
    before = target.stat()
    step = writing(target, "new\n")
    await step.act(attempt(step))
    after = target.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


async def test_mode_and_owner_can_be_set(attempt, target):
    step = writing(target, "new\n", mode="0600", owner=f"{os.getuid()}:{os.getgid()}")
    assert any("mode 0600" in line for line in (await step.prepare(attempt(step))).lines)
    await step.act(attempt(step))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    unknown = writing(target, "new\n", owner="nobody-of-that-name")
    with pytest.raises(FailedError) as refused:
        await unknown.prepare(attempt(unknown))
    assert refused.value.error_class == "owner"


@pytest.mark.parametrize(("content", "mode"), [("plain\n", 0o644), ("key = {{ secret.key }}\n", 0o600)])
async def test_a_new_file_can_be_read_by_others_unless_it_holds_a_secret(attempt, target, content, mode):
    os.umask(before := os.umask(0))
    new = target.with_name("new.conf")
    step = writing(new, content)
    outcome = await step.act(attempt(step, secrets={"key": "hunter22"}))
    assert stat.S_IMODE(new.stat().st_mode) == mode
    assert outcome.facts["absent_before"] == "yes"
    assert outcome.facts["backup"] == ""
    assert beside(new) == ["new.conf", "shop.conf"]
    assert os.umask(before) == before


async def test_the_difference_is_shown_and_nothing_is_touched_by_showing_it(attempt, target):
    step = writing(target, "port = 2\nname = shop\n")
    seen = target.stat()
    action = await step.prepare(attempt(step))
    assert action.difference == (
        f"--- {target}",
        f"+++ {target}",
        "@@ -1,2 +1,2 @@",
        "-port = 1",
        "+port = 2",
        " name = shop",
    )
    assert action.where == str(target)
    assert not action.done_already
    assert (target.stat().st_mtime_ns, beside(target)) == (seen.st_mtime_ns, ["shop.conf"])


async def test_what_was_changed_since_it_was_shown_is_another_action(attempt, target):
    step = writing(target, "port = 2\n")
    shown = await step.prepare(attempt(step))
    assert (await step.prepare(attempt(step))).sha256 == shown.sha256
    target.write_text("port = 1\nname = other\n")
    assert (await step.prepare(attempt(step))).sha256 != shown.sha256


async def test_a_file_that_holds_it_already_need_not_be_written(attempt, target):
    step = writing(target, target.read_text())
    assert "already" in (await step.prepare(attempt(step))).done_already
    seen = target.stat()
    outcome = await step.act(attempt(step))
    assert outcome.applied is Applied.NONE
    assert target.stat() == seen
    back = FileStep(restore=True)
    assert (await back.prepare(attempt(back, forward=outcome.facts))).done_already


async def test_a_secret_is_written_but_shown_by_its_name_and_what_it_replaces_not_at_all(attempt, target):
    target.write_text("# settings\nlogin = hunter21\nport = 1\n")
    step = writing(target, "# settings\nlogin = {{ secret.key }}\nport = 1\n")
    action = await step.prepare(attempt(step))
    shown = "\n".join((*action.lines, *action.difference))
    assert "+login = {{ secret.key }}" in action.difference
    assert "hunter" not in shown
    outcome = await step.act(attempt(step, secrets={"key": "hunter22"}))
    assert "login = hunter22" in target.read_text()
    assert "hunter22" not in str(outcome)


async def test_secrets_of_the_same_file_that_are_not_touched_are_covered(attempt, target):
    secret = "api_key: abcdef\npassword = opensesame\nurl = postgres://shop:opensesame@db/shop\n"
    target.write_text(f"{secret}port = 1\n")
    step = writing(target, f"{secret}port = 2\n")
    shown = "\n".join((await step.prepare(attempt(step))).difference)
    assert "+port = 2" in shown
    assert "url = postgres://shop:*****@db/shop" in shown
    assert "abcdef" not in shown
    assert "opensesame" not in shown


@pytest.mark.parametrize("data", [b"\x00\x01binary", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nMII\n"])
async def test_what_is_no_text_or_a_key_is_not_compared_line_by_line(attempt, target, data):
    target.write_bytes(data)
    step = writing(target, "text\n")
    (line,) = (await step.prepare(attempt(step))).difference
    assert "not compared line by line" in line


async def test_long_differences_are_cut_and_say_so(attempt, target):
    step = writing(target, "".join(f"line {number}\n" for number in range(2000)))
    difference = (await step.prepare(attempt(step))).difference
    assert len(difference) == 301
    assert difference[-1].startswith("... and 17")
    wide = writing(target, "x" * 60_000)
    assert max(map(len, (await wide.prepare(attempt(wide))).difference)) < 400


async def test_a_template_is_filled_in_with_values_and_names_of_its_own(attempt, target, tmp_path):
    template = tmp_path / "shop.tmpl"
    template.write_text(
        "port = {{ port }}\nroot = {{ root }}\nkey = {{ key }}\nother = {{ .Helm }} \\{{ x }}\n"
    )
    step = FileStep(
        Template(str(target)),
        template=Template(str(template)),
        values={"root": SecretTemplate("/srv"), "key": SecretTemplate("{{ secret.key }}")},
    )
    await step.act(attempt(step, values={"port": "{{ secret.key }}"}, secrets={"key": "hunter22"}))
    assert target.read_text() == (
        "port = {{ secret.key }}\nroot = /srv\nkey = hunter22\nother = {{ .Helm }} {{ x }}\n"
    )
    with pytest.raises(MissingValueError):
        await step.prepare(attempt(step))
    template.write_text("{{ secret.key }}")
    with pytest.raises(FailedError) as refused:
        await step.prepare(attempt(step, values={"port": "1"}))
    assert refused.value.error_class == "template"


async def test_a_copy_has_the_content_of_the_other_file(attempt, target, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3 * 1024 * 1024))
    step = FileStep(Template(str(target)), copy=Template(str(source)))
    await step.act(attempt(step))
    assert target.read_bytes() == source.read_bytes()
    source.unlink()
    with pytest.raises(FailedError) as failed:
        await step.prepare(attempt(step))
    assert failed.value.error_class == "not_found"


@pytest.mark.parametrize(
    ("replacement", "after"),
    [
        (Replacement(SecretTemplate("port = {{ port }}"), Template("port = 1")), "port = 2\nname = shop\n"),
        (Replacement(SecretTemplate(r"port = \1"), pattern=r"(?m)^port = .*$"), "port = \\1\nname = shop\n"),
        (Replacement(SecretTemplate("{{ secret.key }}"), Template("shop")), "port = 1\nname = hunter22\n"),
        (Replacement(SecretTemplate(""), pattern=r"(?s)\n.*", times=1), "port = 1"),
    ],
)
async def test_a_part_of_a_text_is_replaced(attempt, target, replacement, after):
    step = FileStep(Template(str(target)), replace=replacement)
    await step.act(attempt(step, values={"port": "2"}, secrets={"key": "hunter22"}))
    assert target.read_text() == after


@pytest.mark.parametrize(("text", "times"), [("gone", 1), ("o", 1), ("port", 2)])
async def test_a_part_that_is_not_found_as_often_as_it_must_be_is_refused(attempt, target, text, times):
    step = FileStep(
        Template(str(target)), replace=Replacement(SecretTemplate("x"), Template(text), times=times)
    )
    with pytest.raises(FailedError) as refused:
        await step.prepare(attempt(step))
    assert refused.value.error_class == "no_match"
    assert beside(target) == ["shop.conf"]


async def test_bytes_that_are_no_text_survive_a_replacement(attempt, target):
    target.write_bytes(b"caf\xe9 port = 1\n")
    step = FileStep(
        Template(str(target)), replace=Replacement(SecretTemplate("port = 2"), Template("port = 1"))
    )
    await step.act(attempt(step))
    assert target.read_bytes() == b"caf\xe9 port = 2\n"


async def test_a_file_is_taken_away_and_kept(attempt, target):
    step = FileStep(Template(str(target)), remove=True)
    action = await step.prepare(attempt(step))
    assert len(action.destroys) == 1
    assert str(target) in action.destroys[0]
    outcome = await step.act(attempt(step))
    assert not target.exists()
    assert beside(target) == [f"shop.conf.walkdown-{KEY}"]
    assert outcome.facts["sha256_after"] == ""
    assert (await step.prepare(attempt(step))).done_already
    assert (await step.act(attempt(step))).applied is Applied.NONE


async def test_a_large_file_is_copied_without_taking_memory_and_told_by_size_and_time(
    attempt, target, tmp_path
):
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    step = FileStep(Template(str(target)), copy=Template(str(source)))
    shown = await step.prepare(attempt(step))
    assert any("identity" in line for line in shown.lines)
    os.utime(source, (1, 1))
    assert (await step.prepare(attempt(step))).sha256 != shown.sha256
    outcome = await step.act(attempt(step))
    assert target.stat().st_size == 65 * 1024 * 1024
    assert outcome.facts["sha256_after"]
