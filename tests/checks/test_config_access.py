"""What is said about a section `access:` that is wrong, each mistake at its place."""

from pathlib import Path

import pytest

from tests.checks.configurations import complaints

RIGHT = """
    system: test
    access:
      owner: walkdown
      group: ops
      socket: /run/walkdown-test/agent.sock
      roles:
        view: ['@ops']
        run: [alice]
    checks:
      page: {kind: page, url: "http://127.0.0.1/", expect: {status: 2xx}}
"""


def test_what_is_right_is_taken(folder: Path) -> None:
    assert complaints(folder, system=RIGHT) == []


@pytest.mark.parametrize(
    ("wrong", "instead", "said"),
    [
        ("owner: walkdown", "ownr: walkdown", "3:3: access.ownr: unknown key; did you mean 'owner'?"),
        ("owner: walkdown", "ownr: walkdown", "2:1: access.owner: is required"),
        ("owner: walkdown", "owner: '@ops'", "3:3: access.owner: must be the name of a user or group"),
        ("owner: walkdown", "owner: 0", "3:3: access.owner: must be"),
        ("group: ops", "group: 'a b'", "4:3: access.group: must be the name of a user or group"),
        ("group: ops", "group:", "4:3: access.group: must be"),
        ("/run/walkdown-test/agent.sock", "agent.sock", "5:3: access.socket: must be an absolute path"),
        ("/run/walkdown-test/", "/run/../tmp/", "5:3: access.socket: must be an absolute path"),
        ("/run/", f"/run/{'x' * 100}/", "5:3: access.socket: is longer than the"),
        ("run: [alice]", "runs: [alice]", "8:5: access.roles.runs: unknown key; did you mean 'run'?"),
        ("run: [alice]", "run: alice", "8:5: access.roles.run: must be"),
        ("run: [alice]", "run: [alice, '@', x]", "8:18: access.roles.run[1]: must be the name of a user, or"),
        ("['@ops']", '["al\\nice"]', "7:12: access.roles.view[0]: must be the name of a user, or"),
        ("['@ops']", "[7]", "7:12: access.roles.view[0]: must be"),
    ],
)
def test_each_mistake_is_told_at_its_place(folder: Path, wrong: str, instead: str, said: str) -> None:
    found = complaints(folder, system=RIGHT.replace(wrong, instead, 1))
    assert [line for line in found if line.startswith(f"system.yaml:{said}")], found
