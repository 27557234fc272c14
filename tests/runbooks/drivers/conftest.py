"""What tests of drivers may ask for, besides what every test may."""

from collections.abc import Iterator

import pytest

from tests.runbooks.drivers.stands import Stand
from tests.servers.booted import booted
from tests.servers.compose_stack import stack

__all__ = ["booted", "stack", "stand"]


@pytest.fixture
def stand(request, tmp_path) -> Iterator[Stand]:
    """A driver with its service; asked for with `stands()` as parameters."""
    how, *arguments = request.param
    with how(request, tmp_path, *arguments) as stand:
        yield stand
