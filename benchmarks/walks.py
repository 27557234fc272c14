"""Compares what walks cost with the least that it could: a spawn, a SELECT, `cat`, `sha256sum`, a script.

    python -m benchmarks.walks

The parts are modules of their own: `walk_starts`, `walk_journal`, `walk_output`, `walk_whole`.
"""

from __future__ import annotations

from benchmarks import walk_journal, walk_output, walk_starts, walk_whole
from benchmarks.peers import ansible_playbook
from benchmarks.rounds import show


def main() -> None:
    """Print every table."""
    show(f"Walks: from confirm to exec, {walk_starts.ROUNDS} rounds, in milliseconds", walk_starts.rows())
    show("Walks: the journal read", walk_journal.rows())
    show("Walks: output of one step", walk_output.rows())
    notes = () if ansible_playbook() else ("ansible-playbook could not be installed (PyPI: ansible-core)",)
    show("Walks: from exec to end", walk_whole.rows(), notes)


if __name__ == "__main__":
    main()
