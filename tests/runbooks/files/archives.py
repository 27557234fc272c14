"""Makes archives: sound ones, and what is wrong with archives that somebody wants to hurt us with."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

LINES = b"\n".join(b"row %d of the table" % number for number in range(20_000))
DUMP = (
    b"--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE t (n int);\n"
    + LINES
    + b"\n--\n-- PostgreSQL database dump complete\n--\n\n"
)


def tar(*members: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive of files by name and content, or of headers as they are."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            archive.addfile(info, io.BytesIO(member[1]))
    return out.getvalue()


def without_end(archive: bytes) -> bytes:
    """Return a tar of which the last member is whole, and the mark of the end is missing."""
    return archive.rstrip(b"\0").ljust(-(-len(archive.rstrip(b"\0")) // 512) * 512, b"\0")


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Return the header of a link, a device, a folder."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def broken(data: bytes, place: int) -> bytes:
    """Return the data with one byte changed; a negative place counts from the end."""
    changed = bytearray(data)
    changed[place] ^= 0xFF
    return bytes(changed)


def bomb(mebibytes: int) -> bytes:
    """Return gzip that becomes so many mebibytes of zeros."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    return b"".join([*(packer.compress(zeros) for _ in range(mebibytes)), packer.flush()])


def overlapping_zip(kernel_size: int = 4 * 1024 * 1024, files: int = 200) -> bytes:
    """Return a zip of many members that all mean the same packed bytes."""
    packer = zlib.compressobj(9, wbits=-15)
    content = bytes(kernel_size)
    packed = packer.compress(content) + packer.flush()
    crc = zlib.crc32(content)
    sizes = (crc, len(packed), kernel_size)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, 1, 0) + b"x"
    body = local + packed
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes, 1, 0, 0, 0, 0, 0, 0)
    directory = (entry + b"x") * files
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, files, files, len(directory), len(body), 0)
    return body + directory + end


def pax_with_huge_header(size: int) -> bytes:
    """Return a tar whose first header says that the next name is this long."""
    info = tarfile.TarInfo("././@PaxHeader")
    info.type = tarfile.XHDTYPE
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
