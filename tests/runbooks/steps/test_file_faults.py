"""The step kind file where it cannot be written: the old file stays, and nothing lies beside it."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from runbooks.files.present import look_at
from runbooks.files.swap import Owner, put
from runbooks.outcome import Applied, FailedError
from runbooks.steps.file import FileStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
from tests.runbooks.files.places import mounted, remount

KEY = "0123456789abcdef0123456789abcdef"


def writing(path, content="new\n", **options):
    return FileStep(Template(str(path)), SecretTemplate(content), **options)


@pytest.fixture
def attempt(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    return lambda step, **options: step_context(step, folder, key=KEY, **options)


@pytest.fixture
def target(tmp_path):
    file = tmp_path / "place" / "shop.conf"
    file.parent.mkdir()
    file.write_text("old\n")
    return file


async def failed(step, context, *, prepared=False):
    with pytest.raises(FailedError) as error:
        await (step.prepare if prepared else step.act)(context)
    assert error.value.applied is Applied.NONE
    return error.value.error_class


async def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path, attempt):
    with mounted(tmp_path / "small", "size=64k") as small:
        target = small / "shop.conf"
        target.write_text("old\n")
        (small / "ballast").write_bytes(b"x" * 40_000)
        step = writing(target, "x" * 60_000)
        assert await failed(step, attempt(step)) == "disk_full"
        assert target.read_text() == "old\n"
        assert sorted(os.listdir(small)) == ["ballast", "shop.conf"]
        fits = writing(target, "new\n")
        await fits.act(attempt(fits))
        assert target.read_text() == "new\n"


async def test_a_full_evidence_disk_refuses_before_the_file_is_touched(tmp_path, target):
    with mounted(tmp_path / "small", "size=16k") as small:
        (small / "ballast").write_bytes(b"x" * 16 * 1024)
        step = writing(target)
        context = step_context(step, small, key=KEY)
        assert await failed(step, context) == "disk_full"
    assert target.read_text() == "old\n"
    assert os.listdir(target.parent) == ["shop.conf"]


async def test_a_disk_that_cannot_be_written_says_so(tmp_path, attempt):
    with mounted(tmp_path / "fixed", "size=64k") as fixed:
        target = fixed / "shop.conf"
        target.write_text("old\n")
        remount(fixed, "ro")
        for step in (writing(target), FileStep(Template(str(target)), remove=True)):
            assert await failed(step, attempt(step)) == "read_only"
        assert target.read_text() == "old\n"


@pytest.mark.parametrize("path", ["gone/shop.conf", "shop.conf/below", "folder"])
async def test_what_can_hold_no_file_is_refused_when_it_is_shown(target, attempt, path):
    (target.parent / "folder").mkdir()
    step = writing(target.parent / path)
    assert await failed(step, attempt(step), prepared=True) in ("not_found", "not_a_file")


@pytest.mark.parametrize("path", ["shop.conf", "", "/srv/shop/", "/srv/a\0b"])
async def test_a_path_must_be_whole(attempt, path):
    step = FileStep(Template("{{ path }}"), SecretTemplate("x"))
    assert await failed(step, attempt(step, values={"path": path}), prepared=True) == "path"


async def test_a_pipe_hangs_nobody(target, attempt):
    os.mkfifo(target.with_name("pipe"))
    step = writing(target.with_name("pipe"))
    assert await failed(step, attempt(step), prepared=True) == "not_a_file"


async def test_a_link_is_refused_and_what_it_points_to_stays(target, attempt):
    link = target.with_name("link.conf")
    link.symlink_to(target)
    step = writing(link)
    assert await failed(step, attempt(step), prepared=True) == "link"
    assert await failed(step, attempt(step)) == "link"
    assert target.read_text() == "old\n"
    followed = writing(link, follow=True)
    assert (await followed.prepare(attempt(followed))).where == str(target)
    outcome = await followed.act(attempt(followed))
    assert link.is_symlink()
    assert target.read_text() == "new\n"
    assert outcome.facts["path"] == str(target)


async def test_a_file_that_is_changed_while_it_is_replaced_is_left_alone(target):
    present = look_at(str(target))

    def content():
        yield b"new\n"
        target.write_text("edited by somebody\n")

    with pytest.raises(FailedError) as refused:
        put(
            present,
            content(),
            "7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c",
            Owner(0o644),
            KEY,
        )
    assert refused.value.error_class == "changed"
    assert target.read_text() == "edited by somebody\n"
    assert os.listdir(target.parent) == ["shop.conf"]


async def test_a_file_that_appears_meanwhile_is_left_alone(target):
    new = target.with_name("new.conf")
    present = look_at(str(new))

    def content():
        yield b"new\n"
        new.write_text("somebody was faster\n")

    with pytest.raises(FailedError):
        put(
            present,
            content(),
            "7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c",
            Owner(0o644),
            KEY,
        )
    assert new.read_text() == "somebody was faster\n"
    assert sorted(os.listdir(target.parent)) == ["new.conf", "shop.conf"]


async def test_a_backup_of_that_name_is_never_overwritten(target, attempt):
    target.with_name(f"shop.conf.walkdown-{KEY}").write_text("earlier\n")
    step = writing(target)
    await failed(step, attempt(step))
    assert target.read_text() == "old\n"
    assert target.with_name(f"shop.conf.walkdown-{KEY}").read_text() == "earlier\n"
    assert len(os.listdir(target.parent)) == 2


async def test_where_there_are_no_hard_links_the_old_file_is_copied(target, attempt, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    target.chmod(0o640)
    step = writing(target)
    facts = (await step.act(attempt(step))).facts
    backup = target.with_name(f"shop.conf.walkdown-{KEY}")
    assert facts["backup"] == str(backup)
    assert backup.read_text() == "old\n"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640
    undo = FileStep(restore=True)
    await undo.act(attempt(undo, forward=facts))
    assert target.read_text() == "old\n"


async def test_other_names_of_the_file_keep_the_old_content_and_that_is_shown(target, attempt):
    os.link(target, target.with_name("other.conf"))
    step = writing(target)
    assert any("2 names" in line for line in (await step.prepare(attempt(step))).lines)
    await step.act(attempt(step))
    assert target.with_name("other.conf").read_text() == "old\n"


async def test_no_file_of_ours_can_be_read_by_others_while_it_is_written(target, attempt, monkeypatch):
    modes = []
    real = os.fsync

    def look(descriptor):
        modes.extend(
            stat.S_IMODE(file.stat().st_mode)
            for file in target.parent.iterdir()
            if file.name.endswith(".tmp")
        )
        real(descriptor)

    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "fsync", look)
        step = writing(target.with_name("secret.conf"), "{{ secret.key }}")
        await step.act(attempt(step, secrets={"key": "hunter22"}))
    finally:
        os.umask(before)
    assert set(modes) == {0o600}
