"""What the inspection of containers says of a service, alone and together."""

from __future__ import annotations

import msgspec
import pytest

from runbooks.driver import Running
from runbooks.services.containers import Inspected, seen, together
from runbooks.services.doing import renewed, replaced

STARTED = "2026-11-25T21:00:00.123456789Z"
NOW = 1795640400.0 + 3600
"""An hour after that."""
NEVER = "0001-01-01T00:00:00Z"


def one(
    number: int = 1, *, restarts: int = 0, image: str = "a", named: str = "shop/api:1.2", **state
) -> Inspected:
    said = {
        "Id": f"{number:064x}",
        "Name": f"/api-{number}",
        "Image": f"sha256:{image * 64}",
        "RestartCount": restarts,
        "State": {"Status": "running", "StartedAt": STARTED} | state,
        "Config": {"Image": named, "Labels": None},
    }
    return msgspec.convert(said, Inspected)


CASES = [
    (one(), Running.RUNNING),
    (one(Health={"Status": "unhealthy"}), Running.RUNNING),
    (one(restarts=9), Running.RUNNING),
    (one(Status="restarting"), Running.FAILED),
    (one(Status="paused"), Running.FAILED),
    (one(Status="exited", ExitCode=0), Running.STOPPED),
    (one(Status="exited", ExitCode=143), Running.STOPPED),
    (one(Status="exited", ExitCode=137, OOMKilled=True), Running.FAILED),
    (one(Status="exited", ExitCode=1), Running.FAILED),
    (one(Status="created", StartedAt=NEVER), Running.STOPPED),
    (one(Status="created", StartedAt=NEVER, Error="no such program"), Running.FAILED),
    (one(Status="dead"), Running.FAILED),
    (one(Status="never heard of"), Running.FAILED),
]


@pytest.mark.parametrize(("container", "running"), CASES)
def test_the_state_of_one_container(container, running):
    assert seen(container, NOW).running is running


def test_one_that_the_engine_has_just_started_again_is_starting_then_failed():
    just_now = NOW - 3600 + 2
    assert seen(one(restarts=1), just_now).running is Running.STARTING
    assert seen(one(restarts=3), just_now).running is Running.FAILED
    assert "restarted 3 times by itself" in seen(one(restarts=3), just_now).detail


def test_an_identity_is_a_run_of_a_container_and_of_what_does_not_run_there_is_none():
    assert seen(one(), NOW).identity == f"000000000000@{STARTED}"
    assert seen(one(), NOW).since == pytest.approx(NOW - 3600, abs=1)
    assert (seen(one(Status="exited"), NOW).identity, seen(one(Status="exited"), NOW).since) == ("", None)


@pytest.mark.parametrize(
    ("named", "version"),
    [
        ("shop/api:1.2", "1.2"),
        ("host:5000/shop/api:1.2@sha256:00", "1.2"),
        ("host:5000/shop/api", ""),
        ("shop/api:latest", ""),
        ("sha256:0123", ""),
    ],
)
def test_the_version_is_the_tag_when_no_label_says_it(named, version):
    assert seen(one(named=named), NOW).version == version


def test_several_containers_are_one_service():
    stopped = {"Status": "exited"}
    assert together([], NOW).running is Running.STOPPED
    assert together([one(1), one(2)], NOW).running is Running.RUNNING
    assert together([one(1, **stopped), one(2, **stopped)], NOW).running is Running.STOPPED
    part = together([one(1), one(2, **stopped)], NOW)
    assert (part.running, part.identity) == (Running.FAILED, seen(one(1), NOW).identity)
    assert together([one(1), one(2, restarts=1)], NOW - 3599).running is Running.STARTING
    assert together([one(2), one(1)], NOW).identity == together([one(1), one(2)], NOW).identity


def test_of_several_images_none_is_the_one_that_runs():
    mixed = together([one(1, image="a"), one(2, image="b")], NOW)
    assert (mixed.image, mixed.version) == ("", "")


def test_runs_are_told_apart_and_so_are_containers():
    assert renewed("a@1; b@1", "a@2; b@2")
    assert not renewed("a@1; b@1", "a@2; b@1"), "one of two still runs"
    assert replaced("a@1; b@1", "c@1; d@1")
    assert not replaced("a@1", "a@2"), "the same container, started again"
    assert renewed("", "a@1")


def test_hostile_words_stay_short():
    hostile = one(Status="exited", ExitCode=1, Error="\x1b[2J" + "n" * 9000)
    assert len(seen(hostile, NOW).detail) <= 300
    assert len(together([hostile] * 100, NOW).detail) <= 1200
