"""Owns the names of owners: `user:group` as written, as numbers, and back."""

from __future__ import annotations

import grp
import pwd
from dataclasses import replace

from runbooks.files.swap import Owner
from runbooks.outcome import FailedError


def owner_of(text: str, otherwise: Owner) -> Owner:
    """Return whose a file shall be: `user`, `user:group`, `:group` or numbers; what is not said stays.

    Raises:
        FailedError: `owner`, when there is no such user or group.
    """
    user, _, group = text.partition(":")
    try:
        if user:
            otherwise = replace(otherwise, uid=int(user) if user.isdecimal() else pwd.getpwnam(user).pw_uid)
        if group:
            otherwise = replace(
                otherwise, gid=int(group) if group.isdecimal() else grp.getgrnam(group).gr_gid
            )
    except KeyError:
        raise FailedError("owner", f"{text!r}: there is no such user or group") from None
    return otherwise


def as_written(owner: Owner) -> str:
    """Return it in words."""
    ids = "" if owner.uid < 0 and owner.gid < 0 else f", owner {_user(owner.uid)}:{_group(owner.gid)}"
    return f"mode {owner.mode:04o}{ids}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name if uid >= 0 else ""
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name if gid >= 0 else ""
    except KeyError:
        return str(gid)
