"""Lists the fixtures of the tests of runbooks as files."""

from tests.runbooks.document.writing import desk

__all__ = ["desk"]
