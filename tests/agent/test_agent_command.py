"""`walkdown agent` and `walkdown watch`: seen, ended whatever their state, one at a time, told to systemd."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks import paths
from checks.version import __version__
from tests.servers.commands import CommandLine

NO_AGENT, UNAVAILABLE, IO, ALREADY_RUNS = 3, 69, 74, 75


def socket_of(walkdown: CommandLine, source: Path) -> Path:
    return walkdown.folder / "state" / "walkdown" / f"{paths.system_name(source)}.sock"


def test_without_an_agent_status_says_so_with_3_and_stop_is_content(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    done = walkdown("agent", "status", "--system", folder)
    assert (done.returncode, done.stderr) == (NO_AGENT, "")
    assert done.stdout.startswith("no agent runs for small-")
    assert walkdown("agent", "stop", "--system", folder).returncode == 0


def test_status_says_who_watches_what_and_where_it_is_kept(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder) as agent:
        walkdown("check", "--system", folder)
        agent_line, system, *places = walkdown("agent", "status", "--system", folder).stdout.splitlines()
    assert agent_line.startswith(f"agent {__version__}, process {agent.pid}, since 20")
    assert system == "system Small system: healthy (2 OK)"
    assert [line.split()[0] for line in places] == ["socket", "store", "log"]
    assert Path(places[1].split()[1]).is_file(), "the store is where status says"


def test_stop_returns_when_the_agent_has_ended(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder) as agent:
        done = walkdown("agent", "stop", "--system", folder)
        assert done.stdout == f"agent ended (process {agent.pid})\n"
        assert agent.wait(timeout=0.5) == 0
    assert not socket_of(walkdown, folder).exists()
    assert walkdown("agent", "status", "--system", folder).returncode == NO_AGENT


@pytest.mark.parametrize("protocol", [0, 99])
def test_stop_ends_an_agent_of_another_version(walkdown: CommandLine, protocol: int) -> None:
    folder = walkdown.system()
    code = (
        f"import agent.protocol; agent.protocol.PROTOCOL = {protocol}\n"
        "from pathlib import Path; from agent.run import run\n"
        f"raise SystemExit(run(Path({str(folder)!r}), stay=True))"
    )
    command = [sys.executable, "-P", "-c", code]
    with subprocess.Popen(command, env=walkdown.environ, stderr=subprocess.PIPE, text=True) as old:
        assert any("watching" in line for line in old.stderr)
        refused = walkdown("agent", "status", "--system", folder)
        assert refused.returncode == UNAVAILABLE
        assert f"walkdown agent stop ends it (process {old.pid})" in refused.stderr
        checked = walkdown("check", "--system", folder)
        assert checked.returncode == 0, "check needs no agent"
        assert "the agent was left out: " in checked.stderr
        assert walkdown("agent", "stop", "--system", folder).returncode == 0
        assert old.wait(timeout=5) == 0


def test_an_agent_that_hangs_is_named_by_its_process_and_left_alone(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder) as agent:
        os.kill(agent.pid, signal.SIGSTOP)
        done = walkdown("agent", "stop", "--system", folder)
        assert (done.returncode, done.stdout) == (UNAVAILABLE, "")
        assert done.stderr == f"the agent does not end; if it must: kill -KILL {agent.pid}\n"
        assert agent.poll() is None


@contextlib.contextmanager
def stranger(place: Path, says: bytes) -> Iterator[int]:
    """Somebody who listens where an agent should, says this, and ends when the other side says Stop."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    code = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX)\n"
        "s.bind(sys.argv[1]); s.listen(); print(flush=True)\n"
        "while True:\n"
        "    c, _ = s.accept(); c.sendall(bytes.fromhex(sys.argv[2])); words = c.recv(4096)\n"
        "    if b'Stop' in words: break\n"
        "    c.close()"
    )
    command = [sys.executable, "-c", code, str(place), says.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        try:
            yield child.pid
        finally:
            child.kill()


@pytest.mark.parametrize("says", [b"", b"nonsense that is no frame", b"\x00\x00\x00\x03abc"], ids=str)
def test_what_does_not_answer_as_an_agent_is_ended_as_one(walkdown: CommandLine, says: bytes) -> None:
    folder = walkdown.system()
    with stranger(socket_of(walkdown, folder), says) as pid:
        assert walkdown("agent", "status", "--system", folder).returncode == UNAVAILABLE
        assert walkdown("check", "--system", folder).returncode == 0
        done = walkdown("agent", "stop", "--system", folder)
        assert (done.returncode, done.stdout) == (0, f"agent ended (process {pid})\n")


def test_one_agent_watches_a_system(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder):
        second = walkdown("watch", "--system", folder)
        assert second.returncode == ALREADY_RUNS
        assert "another agent looks after small-" in second.stderr
        other = walkdown.system(name="other")
        with walkdown.watching(other):
            assert walkdown("check", "--system", other).returncode == 0


def test_a_state_folder_that_cannot_be_used_is_74_and_said(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    (walkdown.folder / "state").mkdir()
    (walkdown.folder / "elsewhere").mkdir()
    (walkdown.folder / "state" / "walkdown").symlink_to(walkdown.folder / "elsewhere")
    done = walkdown("watch", "--system", folder)
    assert done.returncode == IO
    assert "is a symbolic link" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_with_a_long_name_holds_an_agent_all_the_same(walkdown: CommandLine) -> None:
    """The kernel takes 107 bytes as the address of a socket; the path of this one has more."""
    state = walkdown.folder / ("n" * 120)
    folder = walkdown.system()
    env = {"XDG_STATE_HOME": str(state)}
    with walkdown.watching(folder, **env) as agent:
        assert f"process {agent.pid}" in walkdown("agent", "status", "--system", folder, env=env).stdout
        assert walkdown("check", "--system", folder, env=env).stderr == ""


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_when_it_watches_and_when_it_ends(walkdown: CommandLine, abstract: bool) -> None:
    name = f"walkdown-test-{os.getpid()}" if abstract else str(walkdown.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}" if abstract else name)
        systemd.settimeout(20)
        folder = walkdown.system()
        env = {"NOTIFY_SOCKET": f"@{name}" if abstract else name}
        with walkdown.started("watch", "--system", folder, env=env, stderr=subprocess.PIPE) as agent:
            assert systemd.recv(4096).decode().splitlines() == ["READY=1", "STATUS=2 checks of small"]
            assert walkdown("agent", "status", "--system", folder).returncode == 0, "ready means: it answers"
            agent.terminate()
            assert systemd.recv(4096) == b"STOPPING=1"
            assert agent.wait(timeout=20) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_watch_ends_in_good_order_by_signal(walkdown: CommandLine, number: signal.Signals) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder) as agent:
        agent.send_signal(number)
        _, said = agent.communicate(timeout=20)
        assert agent.returncode == 0
        assert "Traceback" not in said
    assert not socket_of(walkdown, folder).exists()
