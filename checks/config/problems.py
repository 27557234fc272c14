"""Owns the collecting of problems: whoever finds one records it and goes on, so that all are told at once."""

from __future__ import annotations

from checks.config.nodes import Path, Place, dotted
from checks.errors import ConfigError, Problem
from checks.text import clean


class Problems:
    """Everything wrong with one configuration, as far as it has been looked at."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: dict[tuple[str, int, int, str, str], Problem] = {}
        self.partial = False
        """True when a file could not be read, so that what seems to be missing may be in it."""
        self.literal_secret = False
        """True when a secret stands in the configuration itself, which must then not be stored elsewhere."""

    def error(self, place: Place, path: Path, message: str) -> None:
        """Record something that makes the configuration unusable."""
        self._add(place, path, message, warning=False)

    def missing(self, place: Place, path: Path, message: str) -> None:
        """Record that something is not there, unless it may be in a file that could not be read."""
        if not self.partial:
            self.error(place, path, message)

    def blames(self, path: Path) -> bool:
        """Return whether something at the path or below it is known to be wrong already."""
        key = clean(dotted(path))
        return any(
            not found.warning and (found.key == key or found.key.startswith((f"{key}.", f"{key}[")))
            for found in self._found.values()
        )

    def warn(self, place: Place, path: Path, message: str) -> None:
        """Record something that is probably not meant."""
        self._add(place, path, message, warning=True)

    def _add(self, place: Place, path: Path, message: str, *, warning: bool) -> None:
        key, said = clean(dotted(path)), clean(message)
        problem = Problem(place.file, place.line, place.column, key, said, warning)
        self._found.setdefault((place.file, place.line, place.column, key, said), problem)

    def all(self) -> tuple[Problem, ...]:
        """Return what was found, by file and place."""
        return tuple(sorted(self._found.values(), key=lambda found: (found.file, found.line, found.column)))

    def settle(self) -> tuple[Problem, ...]:
        """Return the warnings.

        Raises:
            ConfigError: when there are errors; it carries the warnings too.
        """
        found = self.all()
        if not all(problem.warning for problem in found):
            raise ConfigError(found)
        return found
