"""Owns who may do what with an agent: what the files say of users and groups, and the kernel of a peer.

Deny by default. Names are looked up off the event loop, for a directory of users may be slow. Root is nobody
special: it has the roles that are written for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass

from agent.live import LiveSystem
from agent.peers import Peer, demand_there, operator_of
from checks.access import GROUP_MARK, Access, access_of
from runbooks.errors import RefusedDecisionError
from runbooks.rights import OWNER, Right, Standpoint


@dataclass(frozen=True, slots=True)
class Members:
    """Users and groups by their numbers."""

    uids: frozenset[int]
    gids: frozenset[int]

    def has(self, uid: int, groups: Iterable[int]) -> bool:
        """Return whether the user is one of them, himself or by a group of his."""
        return uid in self.uids or not self.gids.isdisjoint(groups)


@dataclass(frozen=True, slots=True)
class Named:
    """What the names in the section come to on this host."""

    owner: int | None
    """None: there is no such user."""
    group: int | None
    members: dict[Right, Members]
    unknown: tuple[str, ...]
    """Names that no user and no group has here."""


class Admission:
    """Says who may do what, as the system's files are now."""

    def __init__(self, live: LiveSystem) -> None:
        """Go by the system that this holds."""
        self._live = live

    @property
    def access(self) -> Access:
        """Return what the system's files say now."""
        return access_of(self._live.system.sections)

    async def standpoint(self, peer: Peer) -> Standpoint:
        """Return who is at the other end, and what he may do.

        Raises:
            LinkError: when others may attach, and the process that did so is gone.
        """
        return await asyncio.to_thread(_standpoint, peer, self.access)

    async def heir(self, name: str) -> int:
        """Return the number of the user to whom a walk is to be handed over.

        Raises:
            RefusedDecisionError: when there is no such user here, or he may not walk.
        """
        return await asyncio.to_thread(_heir, name, self.access)


def named(access: Access) -> Named:
    """Return what the names come to; may block."""
    said = {Right.VIEW: access.roles.view, Right.RUN: access.roles.run, Right.APPROVE: access.roles.approve}
    unknown: list[str] = []
    members = {}
    for right, names in said.items():
        numbers: dict[bool, set[int]] = {True: set(), False: set()}
        for name in names:
            is_group = name.startswith(GROUP_MARK)
            number = _gid(name.removeprefix(GROUP_MARK)) if is_group else _uid(name)
            if number is None:
                unknown.append(name)
            else:
                numbers[is_group].add(number)
        members[right] = Members(frozenset(numbers[False]), frozenset(numbers[True]))
    owner, group = _uid(access.owner), _gid(access.group)
    unknown += [access.owner] * (owner is None) + [f"{GROUP_MARK}{access.group}"] * (group is None)
    return Named(owner, group, members, tuple(dict.fromkeys(unknown)))


def shut_out(access: Access, found: Named) -> tuple[str, ...]:
    """Return the users who have a role and are not in the group, so that they cannot reach the socket."""
    if found.group is None:
        return ()
    out = []
    for name in access.roles.names:
        if name.startswith(GROUP_MARK) or name in (access.owner, "root"):
            continue
        with contextlib.suppress(KeyError):
            if found.group not in _groups(name):
                out.append(name)
    return tuple(out)


def rights_of(uid: int, groups: Iterable[int], found: Named) -> frozenset[Right]:
    """Return what a user may do; with any right he may see everything."""
    groups = frozenset(groups)
    rights = {right for right, members in found.members.items() if members.has(uid, groups)}
    if uid == os.geteuid():
        rights |= OWNER
    return frozenset(rights | {Right.VIEW}) if rights else frozenset()


def _standpoint(peer: Peer, access: Access) -> Standpoint:
    operator = operator_of(peer)
    found = named(access) if access.owner else None
    if found is None or found.owner != os.geteuid():
        return Standpoint(operator, OWNER if peer.is_owner else frozenset())
    demand_there(peer)
    groups = peer.groups
    if not groups:
        with contextlib.suppress(KeyError):
            groups = _groups(operator.name)
    return Standpoint(operator, rights_of(peer.uid, groups, found))


def _heir(name: str, access: Access) -> int:
    try:
        user = pwd.getpwnam(name)
    except (KeyError, ValueError):
        raise RefusedDecisionError(f"there is no user {name!r} here") from None
    found = named(access) if access.owner else None
    if found is None or Right.RUN not in rights_of(user.pw_uid, _groups(name), found):
        raise RefusedDecisionError(f"{name} may not walk here: access: roles: run: does not name him")
    return user.pw_uid


def _groups(name: str) -> frozenset[int]:
    return frozenset(os.getgrouplist(name, pwd.getpwnam(name).pw_gid))


def _uid(name: str) -> int | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name).pw_uid
    return None


def _gid(name: str) -> int | None:
    with contextlib.suppress(KeyError):
        return grp.getgrnam(name).gr_gid
    return None
