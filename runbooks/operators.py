"""Owns who does something: an operator, or the program itself."""

from __future__ import annotations

import msgspec


class Operator(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it, as far as the kernel and the environment say."""

    name: str = ""
    """Of the UNIX user; `walkdown` when nobody did, but the program itself."""
    uid: int = -1
    login: str = ""
    """Of the user who logged in, which su and sudo do not change."""
    sudo: str = ""
    """`SUDO_USER`; what a process says of itself."""
    ssh: str = ""
    """`SSH_CONNECTION`; what a process says of itself."""
    terminal: str = ""


WALKDOWN = Operator("walkdown")
"""The program itself."""
