"""What is made of the bytes of RESP2, however they are cut up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.databases.resp import Refusal, Replies, encode
from checks.errors import TargetError


def replies(data: bytes, size: int = 4096) -> Replies:
    """Read from this data, so many bytes at a time."""
    chunks = iter([data[start : start + size] for start in range(0, len(data), size)])

    async def receive() -> bytes:
        return next(chunks, b"")

    return Replies("here", receive)


def test_a_command_is_an_array_of_counted_texts():
    assert encode("SET", "k", "\u00e9") == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\xc3\xa9\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 4096])
@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"+PONG\r\n", "PONG"),
        (b"-NOAUTH no\r\n", Refusal("NOAUTH no")),
        (b":-12\r\n", -12),
        (b"$3\r\na\r\n\r\n", "a\r\n"),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"*3\r\n:1\r\n*1\r\n+a\r\n$0\r\n\r\n", [1, ["a"], ""]),
    ],
)
async def test_a_reply_is_read_however_it_is_cut(data, reply, size):
    assert await replies(data, size).next() == reply


async def test_replies_follow_one_another():
    source = replies(b"+a\r\n+b\r\n")
    assert [await source.next(), await source.next()] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "error_class"),
    [
        (b"", "connection_lost"),
        (b"$5\r\nab", "connection_lost"),
        (b"HTTP/1.1 400\r\n", "malformed"),
        (b"\r\n", "malformed"),
        (b":\r\n", "malformed"),
        (b":1x\r\n", "malformed"),
        (b"$1\r\nabc", "malformed"),
        (b"+" + b"x" * 200_000, "malformed"),
        (b":" + b"9" * 5000 + b"\r\n", "malformed"),
        (b"*1\r\n" * 100, "malformed"),
        (b"$1048577\r\n", "huge"),
        (b"*10001\r\n", "huge"),
    ],
)
async def test_what_is_no_reply_or_too_much_is_refused(data, error_class):
    with pytest.raises(TargetError) as caught:
        await replies(data).next()
    assert caught.value.error_class == error_class


@given(st.binary(max_size=200))
async def test_no_bytes_whatever_do_anything_but_end_in_a_reply_or_in_our_error(data):
    source = replies(data)
    with pytest.raises(TargetError):
        while True:
            await source.next()
