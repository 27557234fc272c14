"""Owns reading frames from an asyncio stream; what is in them is `agent/protocol.py`'s."""

from __future__ import annotations

from asyncio import IncompleteReadError, StreamReader

from agent.protocol import HEAD_BYTES, body_length
from checks.errors import LinkError


async def read_frame(reader: StreamReader) -> bytes | None:
    """Return the next frame's body; None when the other side has ended.

    Raises:
        LinkError: when the frame is too long to be ours, or was cut off.
    """
    try:
        return await reader.readexactly(body_length(await reader.readexactly(HEAD_BYTES)))
    except IncompleteReadError as error:
        if error.partial:
            raise LinkError("the connection was cut in the middle of a message") from error
        return None
