"""Makes images of this host's own files: a server, the libraries that it is linked with, a few files more.

No registry is asked. A file lies in the image where it lies on the host; links are followed.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

import docker

BUSYBOX = shutil.which("busybox") or "/bin/busybox"
EMPTY = ("tmp/.", "run/.", "var/lib/.")
"""Of these folders, only that they are there."""


def libraries(program: str) -> set[str]:
    """Return the libraries that a program is linked with, the loader included; of a static one, none."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return set(re.findall(r"(?:=> )?(/\S+) \(0x", said))


def packed(
    programs: Iterable[str | Path] = (),
    texts: Mapping[str, str] | None = None,
    folders: Mapping[str, Path] | None = None,
    tools: Iterable[str] = (),
) -> bytes:
    """Return a file system as a tar: programs with their libraries, texts and folders by path, busybox."""
    files = {str(program) for program in programs} | ({BUSYBOX} if tools else set())
    files |= {library for program in tuple(files) for library in libraries(program)}
    texts, folders, links = texts or {}, folders or {}, [f"bin/{tool}" for tool in tools]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as tar:
        for name in _parents((*files, *texts, *folders, *links, *EMPTY)):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(folder)
        for path, source in (*((file, Path(file)) for file in sorted(files)), *folders.items()):
            tar.add(source, path.lstrip("/"))
        for path, text in texts.items():
            entry = tarfile.TarInfo(path)
            data = text.encode()
            entry.size, entry.mode = len(data), 0o755 if text.startswith("#!") else 0o644
            tar.addfile(entry, io.BytesIO(data))
        for path in links:
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, BUSYBOX
            tar.addfile(entry)
    return buffer.getvalue()


def _parents(paths: Iterable[str]) -> list[str]:
    """Return every folder above the paths: an engine lets nobody into those that are not named."""
    found = {str(parent) for path in paths for parent in PurePath(path.lstrip("/")).parents}
    return sorted({*found, *(path.removesuffix("/.") for path in EMPTY)})


def imported(client: docker.DockerClient, name: str, tar: bytes, *changes: str) -> str:
    """Give the engine the image, and return its id."""
    repository, _, tag = name.partition(":")
    client.api.import_image_from_data(tar, repository, tag or "latest", changes=list(changes))
    identity: str = client.images.get(name).id
    return identity
