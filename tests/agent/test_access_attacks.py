"""Who wants more than he may: forged frames, connections handed on, impostors, restarts in between."""

import contextlib
import grp
import os
import signal
import socket

from agent.protocol import PROTOCOL, Hello, Stop, frame
from agent.walk_messages import Decide
from runbooks import decisions

pytest_plugins = ["tests.agent.access_stage"]
HELLO = frame(Hello(PROTOCOL, "0", 1))
ENORMOUS = b"\x7f\xff\xff\xff" + b"x" * 64
EMPTY = bytes(4)
NESTED = frame(Stop("x"))[:4] + b"\x91" * (len(frame(Stop("x"))) - 4)


@contextlib.contextmanager
def connected(shared, name: str):
    """Yield a connection that this user has made; whoever made it stays until the context ends."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        try:
            ours.close()
            be(shared, name)
            with socket.socket(socket.AF_UNIX) as made:
                made.connect(str(shared.socket))
                socket.send_fds(theirs, [b"x"], [made.fileno()])
                theirs.shutdown(socket.SHUT_WR)
                theirs.recv(1)
        finally:
            os._exit(0)
    theirs.close()
    try:
        _, (number,), *_ = socket.recv_fds(ours, 1, 1)
        with socket.socket(fileno=number) as mine:
            mine.settimeout(20)
            yield mine, ours, child
    finally:
        ours.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def be(shared, name: str) -> None:
    """Be that user, in the group, for good."""
    uid, gid = shared.users.uid(name), grp.getgrnam(shared.users.group).gr_gid
    os.setgroups([gid])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def said(connection) -> bytes:
    """Return all that is said until the other side has closed."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            heard += part
    return heard


def test_whoever_hands_his_connection_on_and_ends_is_not_let_in(shared):
    with shared.agent() as agent:
        agent.send_signal(signal.SIGSTOP)
        with connected(shared, "bob") as (connection, other, child):
            other.close()
            os.waitpid(child, 0)
            agent.send_signal(signal.SIGCONT)
            with contextlib.suppress(BrokenPipeError):
                connection.sendall(HELLO)
            assert b"Welcome" not in said(connection)
        with connected(shared, "bob") as (connection, _, _):
            connection.sendall(HELLO)
            assert b"Welcome" in connection.recv(65536), "while he is there he may"


def test_frames_that_nobody_sends_end_the_connection_and_nothing_else(shared):
    with shared.agent():
        for sent in (ENORMOUS, NESTED, HELLO, EMPTY):
            with connected(shared, "vera") as (connection, _, _):
                connection.sendall(HELLO + sent)
                said(connection)
        with shared.console("vera") as vera:
            assert vera("attached")["rights"] == ["view"]


def test_forged_wishes_of_an_observer_reach_nobody(shared):
    with shared.agent() as agent, shared.console("alice") as alice:
        alice("attached")
        walk = alice("open", "danger")["walk"]
        alice("shown", walk, "drop")
        with connected(shared, "vera") as (connection, _, _):
            stops = [Decide(n, walk, n, decisions.StopWalk("because I want to")) for n in range(1, 9)]
            connection.sendall(HELLO + b"".join(map(frame, (*stops, Stop("enough", force=True)))))
            heard = b""
            while heard.count(b"Refused") < 9:
                part = connection.recv(65536)
                assert part, heard
                heard += part
        assert agent.poll() is None
        assert alice("shown", walk, "drop")["attempt"] == 1


def test_nobody_is_believed_at_the_place_of_the_socket_but_the_owner(shared):
    shared.socket.parent.mkdir()
    os.chown(shared.socket.parent, shared.users.uid("dave"), -1)
    shared.socket.parent.chmod(0o755)
    child = os.fork()
    if not child:
        be(shared, "dave")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(shared.socket))
            os.chmod(shared.socket, 0o666)
            listening.listen()
            signal.pause()
    try:
        while not shared.socket.exists():
            os.sched_yield()
        done = shared.users.walkdown("alice", "agent", "status", "--system", shared.source)
        assert f"of uid {shared.users.uid('dave')} listens there, not an agent of uid 0" in (
            done.stdout + done.stderr
        )
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_an_approval_outlives_the_agent_and_lets_the_step_run_once(shared):
    with shared.agent(), shared.console("alice") as alice, shared.console("bob") as bob:
        alice("attached"), bob("attached")
        walk = alice("open", "danger")["walk"]
        alice("shown", walk, "drop")
        bob("shown", walk, "drop")
        assert bob("approve", walk) == {"ok": True}
    with shared.agent(), shared.console("alice") as alice, shared.console("dave") as dave:
        alice("attached"), dave("attached")
        assert alice("shown", walk, "drop")["attempt"] == 1
        dave("shown", walk, "drop")
        assert "held by" in dave("confirm", walk)["refused"], "another's fence makes nobody the holder"
        assert alice("confirm", walk) == {"ok": True}
        alice("shown", walk, "after")
    assert shared.world.read_text().split() == ["done"]
