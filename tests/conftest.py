"""Lists the fixtures of real servers, so that any test may ask for one."""

pytest_plugins: list[str] = [
    "tests.servers.certificates",
    "tests.servers.faults",
    "tests.servers.postgres",
    "tests.servers.proc",
    "tests.servers.redis",
]
