"""What is shipped beside the code: a unit that systemd accepts, in the wheel."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.servers.commands import WALKDOWN

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "packaging" / "walkdown@.service"


def test_the_wheel_brings_the_unit_along() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"packaging/walkdown@.service": "share/walkdown/walkdown@.service"}
    assert UNIT.is_file()


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    (tmp_path / UNIT.name).write_text(UNIT.read_text().replace("/usr/bin/env walkdown", WALKDOWN))
    done = subprocess.run(
        [analyze, "verify", str(tmp_path / "walkdown@web.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_keeps_its_promises_to_the_agent() -> None:
    lines = UNIT.read_text().splitlines()
    for line in (
        "Type=notify",
        "ExecStart=/usr/bin/env walkdown watch --system /etc/walkdown/%i",
        "Restart=on-failure",
        "RestartPreventExitStatus=75 78",
        "StateDirectory=walkdown",
        "RuntimeDirectory=walkdown",
        "#LoadCredential=db_password:/etc/walkdown/secrets/db_password",
    ):
        assert line in lines
    closed = [
        line
        for line in lines
        if line.startswith(("PrivateTmp=", "ProtectHome=", "ProtectClock=", "PrivateMounts="))
    ]
    assert not closed, "checks look at these"
