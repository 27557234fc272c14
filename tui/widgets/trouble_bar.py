"""Owns the lines above a table that say why nothing can be done with what is in it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class TroubleBar(Static):
    """What cannot be done, and why; takes no room while there is no trouble."""

    DEFAULT_CSS = """
    TroubleBar {
        display: none;
        height: auto;
        max-height: 3;
        background: $surface;
        &.-shown { display: block; }
    }
    """

    def __init__(self, what: str) -> None:
        """Say nothing yet; `what` reads such as NOTHING CAN BE WALKED."""
        super().__init__(markup=False)
        self._badge = Content.styled(f" {what} ", "$background on $warning bold")

    def show(self, trouble: str) -> None:
        """Say why; nothing when there is no trouble."""
        self.set_class(bool(trouble), "-shown")
        if trouble:
            self.update(self._badge + Content(f" {trouble}"))
