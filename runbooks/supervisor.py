"""Owns the supervisor: a tiny process that stands by, runs one program and writes down how it ended.

Started by path as `python -I -S .../supervisor.py` in a session of its own; imports nothing of ours and
little else, for it must be quick, and outlive console and agent. It reads one order from standard input: two
lengths of four bytes, so much JSON, so much for the program's own input. When that ends early it ends as
well, and nothing was done. What the order holds of secrets is handed to the program and never written.

An attempt belongs to whoever makes its file `claim`. The program is forked behind a gate; `spawned.json` is
on the disk before the gate opens, `exit.json` as soon as the end is known. The points at which tests have it
killed follow the rule of `runbooks/crash_points.py`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

GRACE, REAP, TICK, INSIST = 5.0, 1.0, 0.25, 60.0
"""Seconds: between TERM and KILL; for the killed to go; between looks at the disk; for the exit record."""
MOST_OUTPUT, LEAST_FREE = 1024**3, 64 * 1024
"""Bytes of output, and of free space, beyond which evidence can no longer be kept."""
LONGEST, RECORD = 32 * 1024**2, 8192
"""Bytes: of an order's JSON or input; set aside for the exit record, which a full disk must not lose."""
MOST_LEFT = 50
"""Processes left behind that are named."""
NOT_EXECUTABLE, NOT_FOUND = 126, 127
NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
HELD = (signal.SIGTERM, signal.SIGCHLD)
"""Signals that are waited for, never delivered."""


class RefusedError(Exception):
    """The program is not executed: a stable code, and why in words."""

    def __init__(self, code: str, why: str, status: int = NOT_EXECUTABLE) -> None:
        self.record = {"status": status, "refused": code, "why": why}


def main() -> None:
    """Stand by for one order and carry it out."""
    os.closerange(3, 4096)  # what others have left open for us, the program must not hold open
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    order, given = read_order()
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    os.dup2(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC), 0)
    folder = os.open(raw(order["attempt"]), os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    me = identity(os.getpid())
    if claim(folder, me):
        reached("P4")
        carry_out(order, given, folder, me)


def read_order() -> tuple[dict[str, Any], bytes]:
    """Return the order and the program's input; end when the sender goes away before it is whole."""
    if not select.select([0], [], [], 0)[0]:
        import sqlite3  # noqa: F401, PLC0415 - the fence may need it, and there is time now
    lengths = sys.stdin.buffer.read(8)
    length, more = int.from_bytes(lengths[:4], "big"), int.from_bytes(lengths[4:], "big")
    if max(length, more) > LONGEST:
        sys.exit(1)
    text, given = sys.stdin.buffer.read(length), sys.stdin.buffer.read(more)
    if (len(lengths), len(text), len(given)) != (8, length, more):
        sys.exit()
    order: dict[str, Any] = json.loads(text)
    return order, given


def raw(text: str) -> bytes:
    """Return the bytes of an argument, variable or path; JSON carries each byte as a character."""
    return text.encode("latin-1")


def identity(pid: int) -> dict[str, Any]:
    """Return what no other process shares: pid, start time in ticks since boot, and boot."""
    boot = look("/proc/sys/kernel/random/boot_id").decode().strip()
    return {"pid": pid, "start": int(status_of(pid)[20]), "boot": boot}


def status_of(pid: int) -> list[bytes]:
    """Return the fields of `/proc/PID/stat` from the name on; of one that has gone, nothing."""
    try:
        head, _, tail = look(f"/proc/{pid}/stat").rpartition(b") ")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
    return [head.partition(b"(")[2], *tail.split()]


def look(path: str) -> bytes:
    """Return a small file of the kernel."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs a third of the start
        return file.read()


def claim(folder: int, me: dict[str, Any]) -> bool:
    """Make the attempt ours, whole or not at all; False when it is somebody's, or was declared void."""
    name = f".claim-{me['pid']}-{me['start']}"
    os.close(write(folder, name, me))
    try:
        os.link(name, "claim", src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    finally:
        os.unlink(name, dir_fd=folder)
    return True


def write(folder: int, name: str, record: dict[str, Any]) -> int:
    """Write a new file and return it, open."""
    file = os.open(name, NEW | os.O_RDWR, 0o600, dir_fd=folder)
    os.write(file, json.dumps(record).encode())
    return file


def publish(folder: int, file: int, name: str) -> None:
    """Give a written file its name, so that after a power cut it is there whole or not at all."""
    os.fsync(file)
    os.rename(f".{name}", name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def carry_out(order: dict[str, Any], given: bytes, folder: int, me: dict[str, Any]) -> None:
    """Run the program to its end and write down how it ended."""
    kept = os.open(".exit.json", NEW | os.O_RDWR, 0o600, dir_fd=folder)
    os.posix_fallocate(kept, 0, RECORD)
    record: dict[str, Any] = {"began": time.time()}  # noqa: TID251 - there is no Clock of ours here
    began = now()
    try:
        child = Child(order, given, folder)
        spawned = {**identity(child.pid), "supervisor": me, "at": record["began"], "mono": began}
        publish(folder, write(folder, ".spawned.json", spawned), "spawned.json")
        reached("P4b")
        demand_fence(order["lease"])
    except RefusedError as refused:
        record |= refused.record
    except OSError as error:
        record |= RefusedError("evidence", f"evidence cannot be kept: {error.strerror}").record
    else:
        child.go()
        reached("P5")
        record |= child.wait()
    record |= {"elapsed": now() - began, "ended": time.time()}  # noqa: TID251
    leave(folder, kept, json.dumps(record).encode())
    reached("P6")


def leave(folder: int, kept: int, record: bytes) -> None:
    """Write the exit record into the space that was set aside for it; insist while the disk refuses."""
    until = now() + INSIST
    while True:
        try:
            os.pwrite(kept, record, 0)
            os.ftruncate(kept, len(record))
            return publish(folder, kept, "exit.json")
        except OSError:
            if now() > until:
                raise
            time.sleep(1)  # noqa: TID251


def demand_fence(lease: dict[str, Any] | None) -> None:
    """Refuse when the lease under which the order was given has passed to somebody else."""
    if lease is None:
        return
    import sqlite3  # noqa: PLC0415 - costs as much as all else here; most likely it is there already

    place = "".join(f"%{byte:02x}" for byte in raw(lease["database"]))
    try:
        connection = sqlite3.connect(f"file:{place}?mode=ro", timeout=5, uri=True)
        row = connection.execute("SELECT fence FROM lease WHERE target = ?", (lease["target"],)).fetchone()
    except sqlite3.Error as error:
        raise RefusedError("fence", f"the lease cannot be read: {error}") from error
    if row is None or row[0] != lease["fence"]:
        raise RefusedError("fence", f"the lease on {lease['target']} has passed to somebody else")


class Child:
    """The program: forked behind a gate, with its output in files, leader of a session of its own."""

    def __init__(self, order: dict[str, Any], given: bytes, folder: int) -> None:
        """Fork it; it waits for the gate, and ends when that is closed unopened."""
        self.order, self.folder = order, folder
        flags = NEW | os.O_WRONLY | os.O_APPEND
        self.streams = [os.open(name, flags, 0o600, dir_fd=folder) for name in ("out", "errors")]
        self.asked: float | None = None
        """When it was asked to end."""
        self.terminated, self.stopped = False, ""
        ours, self.gate = os.pipe()
        self.words, theirs = os.pipe()
        source = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        if given:
            source = os.memfd_create("input", os.MFD_CLOEXEC)
            os.write(source, given)
            os.lseek(source, 0, os.SEEK_SET)
        self.pid = os.fork()
        if not self.pid:
            os.close(self.gate)
            self.become([source, *self.streams], ours, theirs)
        for file in (ours, theirs, source):
            os.close(file)

    def become(self, files: list[int], gate: int, words: int) -> NoReturn:
        """Be the child: wait for the gate, then be the program; say why when that cannot be."""
        step = "no_folder"
        try:
            os.setsid()
            for number, file in enumerate(files):
                os.dup2(file, number)
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            if os.read(gate, 1):
                os.chdir(raw(self.order["folder"]))
                step = "not_executable"
                argv = [raw(word) for word in self.order["argv"]]
                environment = {raw(name): raw(value) for name, value in self.order["environment"].items()}
                os.execvpe(argv[0], argv, environment)  # noqa: S606 - no shell, as it should be
        except (OSError, ValueError) as error:
            os.write(words, json.dumps(self.refusal(step, error).record).encode())
        finally:
            os._exit(NOT_FOUND)

    def go(self) -> None:
        """Open the gate."""
        try:
            os.write(self.gate, b"!")
        except BrokenPipeError:
            return  # somebody has ended it before it began

    def wait(self) -> dict[str, Any]:
        """Wait for the end of the program itself, never for that of its output; return the record of it."""
        while not self.over():
            caught = signal.sigtimedwait(HELD, TICK)
            if caught is not None and caught.si_signo == signal.SIGTERM:
                self.terminated = True
                self.ask()
            elif self.asked is None:
                self.guard()
            elif now() >= self.asked + GRACE:
                self.signal(signal.SIGKILL, everyone=True)
        left = [f"{pid} {name}" for pid, name in self.family()][:MOST_LEFT]
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        record = {"status": status, "left": left, "terminated": self.terminated, "stopped": self.stopped}
        words = os.read(self.words, RECORD)
        return record | json.loads(words) if words else record

    def over(self) -> bool:
        """Return whether the program has ended; of one that was asked to end, all of its session."""
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        return self.asked is None or now() >= self.asked + GRACE + REAP or not self.family()

    def guard(self) -> None:
        """Have the program ended when what it says can no longer be kept."""
        space = os.fstatvfs(self.folder)
        free = (space.f_bavail if os.geteuid() else space.f_bfree) * space.f_frsize
        if sum(os.fstat(file).st_size for file in self.streams) > MOST_OUTPUT:
            self.stopped = "too_much_output"
        elif free < LEAST_FREE:
            self.stopped = "disk_full"
        if self.stopped:
            self.ask()

    def ask(self) -> None:
        """Ask the program to end; CONT, for a stopped one cannot hear."""
        self.asked = self.asked or now()
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals, *, everyone: bool = False) -> None:
        """Signal the program's group, or every process of its session, whatever group it has moved to."""
        pids = [pid for pid, _ in self.family()] if everyone else []
        for send, pid in ((os.killpg, self.pid), *((os.kill, pid) for pid in pids)):
            try:
                send(pid, number)
            except (ProcessLookupError, PermissionError):
                continue

    def family(self) -> list[tuple[int, str]]:
        """Return the other living processes of the program's session, and their names."""
        found = []
        for entry in os.listdir("/proc"):  # noqa: PTH208
            if entry.isdigit() and int(entry) != self.pid:
                fields = status_of(int(entry))
                if fields and int(fields[4]) == self.pid and fields[1] not in (b"Z", b"X"):
                    found.append((int(entry), fields[0].decode(errors="replace")))
        return found

    def refusal(self, step: str, error: Exception) -> RefusedError:
        """Return why the child cannot be the program."""
        words = (self.order["argv"][0], self.order["folder"])
        program, folder = (raw(text).decode(errors="replace")[:256] for text in words)
        reason = getattr(error, "strerror", None) or str(error)
        if step == "no_folder":
            return RefusedError(step, f"cannot enter the folder {folder}: {reason}")
        if not isinstance(error, FileNotFoundError):
            return RefusedError(step, f"{program} cannot be executed: {reason}")
        there = os.path.exists(os.path.join(folder, program))  # noqa: PTH110, PTH118
        lacking = "the interpreter in its line 1" if there else "a program of that name"
        return RefusedError("not_found", f"{program}: {lacking} is not there", NOT_FOUND)


def now() -> float:
    """Return the monotonic clock, which is the same for every process of a boot."""
    return time.monotonic()  # noqa: TID251


def reached(point: str) -> None:
    """Kill ourselves when a test wants us dead at this point."""
    if point in os.environ.get("WALKDOWN_CRASH_AT", "").split(","):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
