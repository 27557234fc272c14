"""A real sshd on loopback, with keys of its own, for one test; its sessions can be cut."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

SSHD = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin")


@dataclass
class SshServer:
    """A server that lets this user in by key."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def command(self, *words: str) -> list[str]:
        """Return the command line that runs something there, in a terminal."""
        options = [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes",
            "LogLevel=ERROR",
        ]
        given = [part for option in options for part in ("-o", option)]
        key = str(self.folder / "key")
        return ["ssh", "-tt", "-F", "none", "-i", key, "-p", str(self.port), *given, "127.0.0.1", *words]

    def cut(self) -> None:
        """Kill what serves the sessions: for what runs behind it, the line is dead at once."""
        for session in psutil.Process(self.process.pid).children(recursive=True):
            if session.name().startswith("sshd"):
                os.kill(session.pid, signal.SIGKILL)


@pytest.fixture
def ssh_server(tmp_path):
    """Start an sshd; skip when there is none, or no right to start it."""
    if SSHD is None or shutil.which("ssh") is None or os.geteuid() != 0:
        pytest.skip("needs openssh-server, openssh-client and root")
    folder = tmp_path / "ssh"
    folder.mkdir(0o700)
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "authorized").write_text((folder / "key.pub").read_text())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = [
        f"ListenAddress 127.0.0.1:{port}",
        f"HostKey {folder}/host",
        f"AuthorizedKeysFile {folder}/authorized",
        f"PidFile {folder}/pid",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "AcceptEnv XDG_* WALKDOWN_*",
    ]
    (folder / "config").write_text("\n".join(lines))
    Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "config"], stderr=subprocess.PIPE)
    server = SshServer(folder, port, process)
    _wait_until_it_listens(server)
    yield server
    server.cut()
    process.terminate()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()


def _wait_until_it_listens(server: SshServer) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        assert server.process.poll() is None, server.process.stderr.read()
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")
