"""Who may attach to an agent and what each may do: real users, a real agent, the kernel's word."""

import os
import socket
import typing

import pytest

from agent import protocol
from agent.rights import OWNER_ONLY, RIGHTS
from runbooks.denials import AT_ONCE
from runbooks.rights import Right

pytest_plugins = ["tests.agent.access_stage"]

ASKED = sorted(
    kind.__name__ for kind in typing.get_args(protocol.ToAgent) if kind.__name__ not in ("Hello", "Stop")
)
ROLES = {
    "vera": {Right.VIEW},
    "dave": {Right.VIEW, Right.RUN},
    "bob": {Right.VIEW, Right.APPROVE},
    "alice": {Right.VIEW, Right.RUN, Right.APPROVE},
}
NEEDED = {kind.__name__: right for kind, right in RIGHTS.items()}
PROBES = ("ProbeNow", "Pace")
"""Questions that nobody answers."""


def test_each_role_may_do_what_is_written_and_nothing_else(shared):
    asked = [name for name in ASKED if name not in PROBES]
    assert len(asked) * (len(ROLES) + 1) >= 80
    wrong = []
    with shared.agent():
        for name, rights in ROLES.items():
            with shared.console(name) as console:
                who = console("attached")
                assert who == {"name": shared.users[name], "rights": sorted(rights)}
                for question in asked:
                    said = console("ask", question)
                    refused = "needs the right to" in said.get("refused", "")
                    if refused != (NEEDED[question] not in rights):
                        wrong.append((name, question, said))
        sound = shared.owner("audit", "verify").returncode
    assert not wrong
    assert sound in (0, 3), "refusals are rows of a sound chain"
    denied = [(operator.uid, what) for operator, what, why in shared.denied() if "needs the right" in why]
    for name, rights in ROLES.items():
        mine = [what for uid, what in denied if uid == shared.users.uid(name)]
        refused = [question for question in asked if NEEDED[question] not in rights]
        assert mine == refused[: len(mine)]
        assert len(mine) == min(len(refused), AT_ONCE), "each is written, as long as there are not too many"


def test_an_outsider_cannot_reach_the_socket_and_a_member_without_a_role_is_told_so(shared):
    shared.write(
        """
        system: shop
        checks:
          fine: {{kind: command, run: ['true'], every: 5s}}
        access:
          owner: root
          group: {group}
          socket: {socket}
          roles: {{run: [{alice}]}}
        """
    )
    with shared.agent():
        with shared.console("vera") as member:
            assert "has no role in this system" in member("attached")["refused"]
        with shared.console("carol") as outsider:
            assert "only members of the group" in outsider("attached")["refused"]


def connects(path, uid: int, groups: list[int]) -> bool:
    """Return whether a process of that user and those groups can connect to a socket."""
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setgroups(groups)
            os.setresgid(groups[0], groups[0], groups[0])
            os.setresuid(uid, uid, uid)
            with socket.socket(socket.AF_UNIX) as probe:
                code = 0 if probe.connect_ex(str(path)) == 0 else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_only_members_of_the_group_get_through_the_folder(shared, users):
    import grp

    ops = grp.getgrnam(users.group).gr_gid
    with shared.agent():
        folder, door = shared.socket.parent.stat(), shared.socket.stat()
        assert (oct(folder.st_mode)[-4:], folder.st_gid) == ("0750", ops)
        assert (oct(door.st_mode)[-4:], door.st_gid) == ("0660", ops)
        alice, carol = users.uid("alice"), users.uid("carol")
        assert connects(shared.socket, alice, [ops])
        assert not connects(shared.socket, carol, [65534])
        private = next(shared.folder.glob("state/**/*.sock"))
        assert not connects(private, alice, [ops])
    assert not shared.socket.exists()


@pytest.mark.parametrize("how", ["writable", "foreign", "link", "in use"])
def test_an_unsafe_place_is_refused_in_words_and_the_owner_goes_on(shared, users, how):
    from agent.common_socket import open_common
    from checks.errors import StoreError

    place = shared.folder / "way" / "door" / "agent.sock"
    place.parent.parent.mkdir()
    place.parent.mkdir(mode=0o700)
    match how:
        case "writable":
            place.parent.parent.chmod(0o777)
        case "foreign":
            os.chown(place.parent, users.uid("carol"), -1)
        case "link":
            place.parent.rmdir()
            place.parent.symlink_to(shared.folder)
        case "in use":
            place.write_text("something else")
    with pytest.raises((StoreError, OSError)):
        open_common(place, os.getgid())


def test_a_console_of_another_user_starts_no_agent_of_its_own(shared):
    done = shared.users.walkdown("alice", "agent", "status", "--system", shared.source)
    assert done.returncode == 3, done.stderr
    assert "its owner, root, has to start it" in done.stdout
    done = shared.users.walkdown("alice", "run", "danger", "--system", shared.source)
    assert "its owner, root, has to start it" in done.stderr
    done = shared.users.walkdown("alice", "watch", "--system", shared.source)
    assert "is root's alone to run" in done.stderr


def test_who_is_attached_is_told_and_only_the_owner_ends_the_agent(shared):
    with shared.agent(), shared.console("bob") as bob:
        bob("attached")
        told = shared.owner("agent", "status").stdout
        assert f"attached {shared.users['bob']}, may approve" in told
        done = shared.users.walkdown("alice", "agent", "stop", "--system", shared.source)
        assert "only the owner" in done.stderr
        assert bob("ask", "AskRunbooks") == {"ok": True}
    assert RIGHTS[protocol.Stop] is OWNER_ONLY


def test_who_loses_his_role_is_detached(shared):
    with shared.agent(), shared.console("vera") as vera:
        assert vera("attached")["rights"] == ["view"]
        shared.write(
            """
            system: shop
            checks:
              fine: {{kind: command, run: ['true'], every: 5s}}
            access: {{owner: root, group: {group}, socket: {socket}, roles: {{run: [{alice}]}}}}
            """
        )
        assert "has no role in this system" in vera("lost")["refused"]


def test_an_owner_that_is_not_root_lets_others_in_and_no_outsider(shared, users):
    shared.write(
        """
        system: shop
        checks:
          fine: {{kind: command, run: ['true'], every: 5s}}
        access:
          owner: {dave}
          group: {group}
          socket: {socket}
          roles: {{run: [{alice}], approve: [{bob}, {dave}]}}
        """
    )
    for folder in (shared.socket.parent, shared.world.parent / "deeds"):
        folder.mkdir()
        os.chown(folder, users.uid("dave"), -1)
    danger = shared.source / "runbooks" / "danger.yaml"
    danger.write_text(danger.read_text().replace(str(shared.world), f"{shared.folder}/deeds/done"))
    with users.running("dave", "tui.cli", "watch", "--system", shared.source) as agent:
        assert any("listening for" in line for line in agent.stderr)
        with shared.console("alice") as alice, shared.console("bob") as bob, shared.console("vera") as vera:
            assert alice("attached")["rights"] == ["run", "view"]
            assert bob("attached")["rights"] == ["approve", "view"]
            assert "has no role in this system" in vera("attached")["refused"]
            walk = alice("open", "danger")["walk"]
            alice("shown", walk, "drop")
            bob("shown", walk, "drop")
            assert "waits for the approval" in alice("confirm", walk)["refused"]
            assert bob("approve", walk) == {"ok": True}
            assert alice("confirm", walk) == {"ok": True}
            alice("shown", walk, "after")
        with shared.console("carol") as carol:
            assert "only members of the group" in carol("attached")["refused"]
        done = shared.owner("agent", "stop")
        assert done.returncode and agent.poll() is None, "root is not the owner"
        agent.terminate()
        agent.communicate(timeout=30)
    (deeds,) = (shared.folder / "deeds").iterdir()
    assert (deeds.read_text(), deeds.stat().st_uid) == ("done\n", users.uid("dave"))
