"""Lists the fixtures that any test may ask for: real servers, and folders of configuration."""

pytest_plugins: list[str] = [
    "tests.servers.agents",
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
]
