"""Owns the way back to an image: keeping the one that runs, and putting it in the place of a newer one.

An image without a name goes with the next `docker image prune`, so the one that a newer replaces is kept
under a name of ours until somebody removes that. `docker image prune --all` takes it all the same; then the
way back is refused before anything is done. Everything goes by the image's id, which is the hash of what it
is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from runbooks.driver import DriverContext
from runbooks.outcome import FailedError
from runbooks.services.containers import Inspected
from runbooks.services.tool import asked, told

KEPT = "walkdown/rollback"
"""Repository of the names of ours."""
IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")
ACTIONS = ("recreate", "rollback-image")
"""Those that may change which image runs."""
RUNS, BEFORE, NAMED, KEY = "IMAGE_THAT_RUNS", "IMAGE_BEFORE", "NAME_OF_IMAGE", "KEY_OF_ATTEMPT"
"""What stands in commands for what is not known yet."""
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def kept_name(key: str, image: str) -> str:
    """Return the name under which an image is kept by the attempt of that key."""
    return f"{KEPT}:{key if _TAG.fullmatch(key) else image.removeprefix('sha256:')[:32]}"


def commands(
    action: str, runs: str = RUNS, before: str = BEFORE, named: str = NAMED
) -> tuple[tuple[str, ...], ...]:
    """Return the commands that give images names; of a service that runs none, or several, none is kept."""
    kept: tuple[str, ...] = ("docker", "tag", runs, f"{KEPT}:{KEY}")
    keeping = (kept,) if runs and action in ACTIONS else ()
    return (*keeping, ("docker", "tag", before, named)) if action == "rollback-image" else keeping


def name_of(containers: Iterable[Inspected], facts: Mapping[str, str]) -> str:
    """Return how a service calls its image, by its containers, or else by what was left of earlier ones."""
    named = sorted((one.name, one.config.image) for one in containers)
    return named[0][1] if named else facts.get("image_name", "")


async def keep(image: str, context: DriverContext, extra: Mapping[str, str]) -> str:
    """Give the image a name of ours, and return that.

    Raises:
        FailedError: `not_kept`, when it cannot be given one.
        UnknownError: when that was cut.
    """
    name = kept_name(context.key, image)
    said = await told(("docker", "tag", image, name), context, extra=extra)
    if said.status:
        raise FailedError("not_kept", f"the image that runs cannot be kept: {said.last}", detail=said.words)
    return name


async def demand(image: str, context: DriverContext, extra: Mapping[str, str]) -> None:
    """Return when the image is still there.

    Raises:
        FailedError: `no_image`, when nobody knows which it is; `image_gone`, when it is not there.
    """
    if not IMAGE_ID.fullmatch(image):
        raise FailedError("no_image", "nobody left word of the image that ran before")
    argv = ("docker", "image", "inspect", "--format", "{{.Id}}", image)
    said = await asked(argv, context, extra=extra)
    if said.status or said.out.decode(errors="replace").strip() != image:
        raise FailedError("image_gone", f"the image {image} is no longer there: {said.last}")


async def put_back(image: str, name: str, context: DriverContext, extra: Mapping[str, str]) -> None:
    """Let the name mean this image again.

    Raises:
        FailedError: `pinned`, when the name can only ever mean one image; `not_put_back`.
        UnknownError: when that was cut.
    """
    if not name or "@" in name or IMAGE_ID.fullmatch(name):
        raise FailedError(
            "pinned", f"the service names its image as {name or 'nothing'}: change its file instead"
        )
    said = await told(("docker", "tag", image, name), context, extra=extra)
    if said.status:
        raise FailedError("not_put_back", f"{name} stays as it is: {said.last}", detail=said.words)
