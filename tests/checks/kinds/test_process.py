"""Processes: found by what selects them, measured, never confused by their names, never ourselves."""

import contextlib
import os
import shutil
import subprocess
import sys
import time

import pytest

from checks.kinds.process import ProcessCheck
from checks.model import Level
from checks.testing import probe
from tests.servers.proc import two_probes, values

PAGE = os.sysconf("SC_PAGE_SIZE")
MARK = f"--mark-{os.getpid()}"
"""An argument that no other test run on this machine has."""


@contextlib.contextmanager
def running(*argv: str):
    """Start a real process and end it."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def sleeper(tmp_path):
    """A program of the test's own that sleeps, started by a name that the test gives."""

    def start(name: str | bytes, *words: str):
        program = os.fsencode(tmp_path) + b"/" + (name.encode() if isinstance(name, str) else name)
        shutil.copy("/bin/sleep", program)
        return running(program, "60", *words)

    return start


async def test_a_process_is_found_by_its_command_line_and_measured():
    with running(sys.executable, "-c", "import time; time.sleep(60)", MARK) as process:
        result = await probe(ProcessCheck(command=f"{MARK}$"))
    seen = values(result)
    assert result.level is Level.OK
    assert seen["count"] == 1
    assert seen["memory"] > 2**20
    assert seen["threads"] == 1
    assert seen["open_files"] >= 3
    assert 0 <= seen["age"] < 60
    assert result.summary.startswith("1 running, ")
    pid, user, _, memory, _, command = result.observation.rows.rows[0]
    assert pid == str(process.pid)
    assert user == subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    assert memory.endswith("MiB")
    assert command.endswith(MARK)


async def test_a_busy_process_uses_most_of_one_processor():
    with running(sys.executable, "-c", "while True: pass", MARK):
        result = await probe(ProcessCheck(command=MARK))
    assert 5 < values(result)["cpu"] <= 130


async def test_nothing_running_is_critical():
    result = await probe(ProcessCheck(command=MARK))
    assert (result.level, result.error_class) == (Level.CRIT, "not_running")
    assert result.summary == "none running, 1 expected"
    assert values(result)["count"] == 0


async def test_a_name_is_exact_and_may_be_longer_than_the_kernel_keeps(sleeper):
    name = f"walker-{os.getpid()}-of-long-name"
    with sleeper(name), sleeper(f"{name}s"):
        assert values(await probe(ProcessCheck(name=name)))["count"] == 1
        assert values(await probe(ProcessCheck(name=name[:12])))["count"] == 0


@pytest.mark.parametrize(
    "name", [b") (S 1 1", b"a\nb c) R 0", b"\x1b[2J\xff\xfe", b"x" * 200, b"(((((((((((((((("]
)
async def test_a_hostile_name_neither_misleads_nor_reaches_the_screen(sleeper, name):
    mark = f"60{os.getpid()}"
    with sleeper(name, mark) as process:
        result = await probe(ProcessCheck(command=f" {mark}$"))
    assert values(result)["count"] == 1
    assert result.observation.rows.rows[0][0] == str(process.pid)
    assert not any(char < " " or char == "\x7f" for char in "".join(result.observation.rows.rows[0]))


async def test_fewer_or_more_than_expected_is_critical():
    argv = ("sleep", "60", MARK.removeprefix("--mark-"))
    with running(*argv), running(*argv):
        few = await probe(ProcessCheck(command=f"^{' '.join(argv)}$", at_least=3))
        many = await probe(ProcessCheck(command=f"^{' '.join(argv)}$", at_most=1))
        right = await probe(ProcessCheck(command=f"^{' '.join(argv)}$", at_least=2, at_most=2))
    assert (few.level, few.error_class, few.summary) == (Level.CRIT, "not_running", "2 running, 3 expected")
    assert (many.level, many.error_class) == (Level.CRIT, "too_many_running")
    assert many.summary == "2 running, at most 1 expected"
    assert right.level is Level.OK


async def test_none_expected_and_none_there_is_fine():
    result = await probe(ProcessCheck(command=MARK, at_least=0, at_most=0))
    assert (result.level, result.summary) == (Level.OK, "none running")


@pytest.fixture
def pid_file(tmp_path):
    return tmp_path / "service.pid"


async def test_a_pid_file_leads_to_its_process(pid_file):
    with running("sleep", "60") as process:
        pid_file.write_text(f"{process.pid}\n")
        result = await probe(ProcessCheck(pid_file=str(pid_file)))
    assert result.level is Level.OK
    assert result.observation.rows.rows[0][0] == str(process.pid)


async def test_a_pid_file_older_than_its_process_is_stale(pid_file):
    with running("sleep", "60") as process:
        pid_file.write_text(f"{process.pid}\n")
        os.utime(pid_file, (time.time() - 60, time.time() - 60))
        result = await probe(ProcessCheck(pid_file=str(pid_file)))
    assert (result.level, result.error_class) == (Level.CRIT, "stale_pid_file")
    assert f"is older than process {process.pid} (sleep)" in result.summary


async def test_a_pid_file_of_an_ended_process_or_none_at_all_is_not_running(pid_file):
    assert (await probe(ProcessCheck(pid_file=str(pid_file)))).error_class == "not_running"
    with running("sleep", "60") as process:
        pid_file.write_text(str(process.pid))
    assert (await probe(ProcessCheck(pid_file=str(pid_file)))).error_class == "not_running"


@pytest.mark.parametrize("content", ["", "\n", "nginx", "-1", "\x00\x1b[2J"])
async def test_a_pid_file_that_holds_no_id_is_critical(pid_file, content):
    pid_file.write_text(content)
    result = await probe(ProcessCheck(pid_file=str(pid_file)))
    assert (result.level, result.error_class) == (Level.CRIT, "malformed")


async def test_a_pipe_in_the_place_of_a_pid_file_does_not_hold_us_up(pid_file):
    os.mkfifo(pid_file)
    result = await probe(ProcessCheck(pid_file=str(pid_file)))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unreadable")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"command": "(?=x)"}, "no pattern of RE2"),
        ({"at_least": 3, "at_most": 2}, "at_most: 2 is below at_least: 3"),
        ({"at_least": -1}, "0 or more"),
    ],
)
def test_options_that_cannot_be_are_refused_when_loading(options, reason):
    with pytest.raises(ValueError, match=reason):
        ProcessCheck(**options)


@pytest.fixture
def machine(proc):
    """A machine of two services, a thread of the kernel, a zombie and ourselves."""
    proc.write("uptime", "100.00 1.0\n")
    proc.write("sys/fs/file-nr", "640 0 9999\n")
    proc.process(1, "systemd", "/sbin/init", parent=0, start=0, cgroup="/init.scope")
    proc.process(2, "kworker/0:1", parent=0, start=0)
    unit = "/system.slice/web.service"
    proc.process(50, "web", "/usr/bin/web", "master", ticks=1000, pages=50, start=1000, cgroup=unit)
    proc.process(
        51, "web", "web: worker", parent=50, ticks=200, threads=4, pages=20, start=5000, cgroup=f"{unit}/w"
    )
    proc.process(60, "web2", "/opt/web.service/run", start=6000, cgroup="/system.slice/other.service")
    proc.process(70, "web", state="Z", start=7000, cgroup=unit)
    proc.process(
        os.getpid(), "walkdown", "python", "/usr/bin/walkdown", "check", "master", parent=81, start=9000
    )
    proc.process(81, "sh", "sh", "-c", "walkdown check master", parent=82, start=8900)
    proc.process(82, "bash", "-bash", "master", parent=1, start=8800)
    proc.process(90, "walkdown", "/venv/bin/python", "/usr/bin/walkdown", "--system", "master", start=8000)
    return proc


def pids(result) -> list[int]:
    return sorted(int(row[0]) for row in result.observation.rows.rows)


@pytest.mark.parametrize(
    "options", [{"unit": "web"}, {"unit": "web.service"}, {"cgroup": "/system.slice/web.service/"}]
)
async def test_a_unit_is_every_process_in_its_control_group_zombies_not_counted(machine, options):
    result = await probe(ProcessCheck(**options))
    assert pids(result) == [50, 51]
    seen = values(result)
    assert (seen["count"], seen["threads"], seen["memory"]) == (2, 5, 70 * PAGE)
    assert seen["age"] == 90
    assert "zombies" not in seen


async def test_selectors_given_together_must_all_fit(machine):
    assert pids(await probe(ProcessCheck(unit="web", command="worker"))) == [51]


async def test_a_pattern_never_finds_walkdown_or_what_has_started_it(machine):
    assert pids(await probe(ProcessCheck(command="master"))) == [50, 82]


async def test_processor_time_is_that_between_two_looks_also_of_a_process_just_started(machine):
    def later():
        machine.write("uptime", "110.00 1.0\n")
        machine.process(50, "web", "/usr/bin/web", ticks=1500, start=1000)
        machine.remove("51")
        machine.process(99, "web", "fresh", ticks=250, start=10500)

    _, result = await two_probes(ProcessCheck(name="web"), later, 10)
    assert values(result)["cpu"] == pytest.approx(75)
    assert [row[:3:2] for row in result.observation.rows.rows] == [("50", "50.0"), ("99", "25.0")]


async def test_an_id_that_went_to_another_process_gives_no_negative_processor_time(machine):
    def later():
        machine.write("uptime", "110.00 1.0\n")
        machine.process(50, "web", "/usr/bin/web", ticks=10, start=10900)
        machine.process(51, "web", "web: worker", ticks=100, start=5000)

    _, result = await two_probes(ProcessCheck(name="web"), later, 10)
    assert values(result)["cpu"] == pytest.approx(1)


async def test_without_a_selector_every_process_is_counted_and_the_busiest_are_shown(machine):
    for pid in range(100, 140):
        machine.process(pid, "many", "many", ticks=0)

    def later():
        for pid in range(100, 140):
            machine.process(pid, "many", "many", ticks=pid)

    _, result = await two_probes(ProcessCheck(), later, 10)
    seen = values(result)
    assert seen["count"] == 49
    assert seen["zombies"] == 1
    assert seen["open_files"] == 640
    assert pids(result) == list(range(125, 140))
    assert result.observation.rows.rows[0][0] == "139"


async def test_a_thread_of_the_kernel_is_shown_by_its_name_in_brackets(machine):
    result = await probe(ProcessCheck(name="kworker/0:1"))
    assert result.observation.rows.rows[0][5] == "[kworker/0:1]"


async def test_processes_that_go_away_while_we_look_are_left_out(machine):
    machine.remove("51/stat")
    (machine.root / "52").mkdir()
    machine.write("53/stat", b"53 (cut of")
    assert pids(await probe(ProcessCheck(unit="web"))) == [50]


async def test_a_command_line_that_is_no_text_is_matched_all_the_same(machine):
    machine.process(55, "odd", b"/usr/bin/odd", b"\xff\xfe\x80", b"tail")
    result = await probe(ProcessCheck(command="odd .*tail"))
    assert pids(result) == [55]


async def test_where_other_users_processes_are_hidden_we_do_not_call_them_missing(machine):
    machine.remove("1")
    missing = await probe(ProcessCheck(name="nginx"))
    assert (missing.level, missing.error_class) == (Level.UNKNOWN, "permission")
    assert (await probe(ProcessCheck(name="web"))).level is Level.OK


async def test_a_machine_that_shows_no_processes_is_unknown(proc):
    result = await probe(ProcessCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unsupported")
