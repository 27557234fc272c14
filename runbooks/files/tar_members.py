"""Owns reading through a tar archive: every header and the end are looked at, nothing is ever extracted.

Own and small, because the library reads headers of any size into memory, and needs a whole class of care to
not follow what names say. Understood are ustar, pax and GNU archives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runbooks.files.unpacked import CorruptError, Unpacked, UnverifiedError

BLOCK = 512
MEMBERS = 100_000
LONGEST_NAME = 1024 * 1024
"""Bytes of a header that holds a long name or pax records."""

_DATA_LESS = b"123456"
"""Types of members that have no data, whatever their size says: links, devices, folders, pipes."""
_KINDS = {b"1": "link", b"2": "link", b"3": "device", b"4": "device", b"6": "device"}


@dataclass(frozen=True, slots=True)
class Member:
    """What a header says."""

    name: str
    kind: str
    """`file`, `folder`, `link` or `device`."""


def looks_like_tar(head: bytes) -> bool:
    """Return whether the first block is the header of a tar archive."""
    return len(head) >= BLOCK and _checksum_is_right(head[:BLOCK])


def members(stream: Unpacked) -> Iterator[Member]:
    """Yield every member; the stream is read to its end.

    Raises:
        CorruptError: when it breaks off, a header is none, or the mark of its end is not there.
        UnverifiedError: when there are too many members.
    """
    pax: dict[str, str] = {}
    count = 0
    while any(header := _block(stream)):
        if not _checksum_is_right(header):
            raise CorruptError(f"member {count + 1} has no valid header")
        kind = header[156:157]
        size = _size(header, pax)
        if kind in (b"x", b"g", b"L", b"K"):
            pax |= _records(kind, _long(stream, size))
            continue
        _skip_sparse_map(stream, header, kind)
        count += 1
        if count > MEMBERS:
            raise UnverifiedError(f"has more than {MEMBERS} members")
        _skip(stream, 0 if kind in _DATA_LESS else size)
        yield Member(pax.get("path") or _name(header), _kind(header, kind))
        pax = {}
    stream.drain()


def _block(stream: Unpacked) -> bytes:
    block = stream.read(BLOCK)
    if len(block) < BLOCK:
        raise CorruptError("breaks off before the mark of its end")
    return block


def _skip(stream: Unpacked, size: int) -> None:
    padded = -(-size // BLOCK) * BLOCK
    if stream.skip(padded) < padded:
        raise CorruptError("breaks off within a member")


def _long(stream: Unpacked, size: int) -> bytes:
    if size > LONGEST_NAME:
        raise CorruptError(f"has a name of {size} bytes")
    data = stream.read(-(-size // BLOCK) * BLOCK)
    if len(data) < size:
        raise CorruptError("breaks off within a name")
    return data[:size]


def _records(kind: bytes, data: bytes) -> dict[str, str]:
    """Return what a header for the next member says: its long name, and its size."""
    if kind == b"L":
        return {"path": _text(data.rstrip(b"\0"))}
    found = {}
    while kind == b"x" and data:
        length, _, rest = data.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(data):
            raise CorruptError("has a pax header that cannot be read")
        key, _, value = rest[: int(length) - len(length) - 2].partition(b"=")
        if key in (b"path", b"size"):
            found[key.decode()] = _text(value)
        data = data[int(length) :]
    return found


def _skip_sparse_map(stream: Unpacked, header: bytes, kind: bytes) -> None:
    """Skip the blocks that go on with the map of a GNU sparse file."""
    more = kind == b"S" and header[482] != 0
    while more:
        more = _block(stream)[504] != 0


def _checksum_is_right(header: bytes) -> bool:
    written = header[148:156].strip(b" \0")
    try:
        return bool(written) and int(written, 8) == sum(header[:148]) + sum(header[156:]) + 8 * 32
    except ValueError:
        return False


def _size(header: bytes, pax: dict[str, str]) -> int:
    field = header[124:136]
    try:
        if "size" in pax:
            size = int(pax["size"])
        elif field[0] & 0x80:
            size = int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:])
        else:
            size = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise CorruptError("has a member whose size cannot be read") from None
    if size < 0:
        raise CorruptError("has a member whose size cannot be read")
    return size


def _name(header: bytes) -> str:
    name, prefix = header[:100].partition(b"\0")[0], header[345:500].partition(b"\0")[0]
    is_ustar = header[257:263] == b"ustar\0"
    return _text(prefix + b"/" + name if is_ustar and prefix else name)


def _kind(header: bytes, kind: bytes) -> str:
    if kind == b"5" or _name(header).endswith("/"):
        return "folder"
    return _KINDS.get(kind, "file")


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
