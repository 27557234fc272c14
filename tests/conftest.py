"""Lists the fixtures that any test may ask for: real servers, and folders of configuration.

Where everything is said to be installed (`WALKDOWN_NO_SKIP=1`), a test that would be
skipped fails.
"""

import contextlib
import gc
import os

import hypothesis
import pytest

hypothesis.settings.register_profile("same-every-time", derandomize=True, deadline=None)
hypothesis.settings.register_profile("searching", deadline=None)
hypothesis.settings.load_profile("same-every-time" if os.environ.get("CI") else "searching")

pytest_plugins: list[str] = [
    "tests.servers.agents",
    "tests.servers.commands",
    "tests.servers.cron",
    "tests.checks.configurations",
    "tests.checks.watching",
    "tests.servers.certificates",
    "tests.servers.docker",
    "tests.servers.faults",
    "tests.servers.fake_engine",
    "tests.servers.postgres",
    "tests.servers.proc",
    "tests.servers.redis",
    "tests.servers.failing",
    "tests.servers.shop",
    "tests.servers.ssh",
    "tests.servers.users",
    "tests.runbooks.steps.sql_ground",
]


def pytest_collection_finish() -> None:
    """Leave thousands of tests and their modules out of every later search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def nobody_else() -> None:
    """Reap what earlier tests of this process have left, so that a test can count what it leaves itself."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if report.skipped and os.environ.get("WALKDOWN_NO_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report
