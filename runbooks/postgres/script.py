"""Owns the reading of SQL as operators write it: parted into statements, with the places where values go.

It knows quotes, comments and bodies of functions as psql does, and nothing else of the language; the server
parses. No text is ever put into SQL: a place `%(name)s` becomes a parameter of the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<text>[eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' | "(?:[^"]|"")*")
    | (?P<tag>\$(?:[A-Za-z_\x80-\U0010ffff][\w]*)?\$)
    | (?P<number>\$\d+)
    | (?P<place>%\((?P<name>[A-Za-z_]\w*)\)s)
    | (?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    | (?P<open>['"])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"%\(([A-Za-z_]\w*)\)s")
_COMMENT_ENDS = re.compile(r"/\*|\*/")

CONTROL = re.compile(r"(BEGIN|START|COMMIT|END|ABORT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE TRANSACTION)\b")
"""What begins and ends transactions; that is the step's to do."""
THROUGH_CLIENT = re.compile(r"COPY\b.*\b(STDIN|STDOUT)\b")
ALONE = re.compile(
    r"VACUUM\b|ALTER SYSTEM\b|(CREATE|DROP) (DATABASE|TABLESPACE)\b|REINDEX (\(.*\) )?(DATABASE|SYSTEM)\b"
    r"|(?!REFRESH\b).*\bCONCURRENTLY\b"
)
"""What PostgreSQL runs outside of transactions only."""
DESTROYS = re.compile(
    r"(DELETE|TRUNCATE|DROP|UPDATE|MERGE)\b|WITH\b.*[(\s](DELETE FROM|UPDATE|MERGE INTO)\b(?<!FOR UPDATE)"
    r"|ALTER\b.*\bDROP\b"
)
"""What takes away or writes over what is there."""
WHOLE = re.compile(r"(TRUNCATE|DROP)\b|(DELETE|UPDATE)\b(?!.*\bWHERE\b)|ALTER\b.*\bDROP\b")
"""What takes away everything of something."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    text: str
    """As written, without the semicolon."""
    sql: str
    """As it is sent: `$1`, `$2`, ... in the places of values."""
    names: tuple[str, ...]
    """Which value each parameter stands for."""
    code: str
    """Its words in capitals, less comments and what is quoted: to be recognised, never to be run."""

    @property
    def alone(self) -> bool:
        """Return whether it can only be run outside of a transaction."""
        return ALONE.match(self.code) is not None

    @property
    def destroys(self) -> bool:
        """Return whether it takes away or writes over what is there."""
        return DESTROYS.match(self.code) is not None

    @property
    def destroys_whole(self) -> bool:
        """Return whether it takes away everything of something: a table, all of its rows."""
        return WHOLE.match(self.code) is not None

    def bound(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the values of its parameters in order."""
        return tuple(values[name] for name in self.names)


def read_script(text: str, values: Mapping[str, object]) -> tuple[Statement, ...]:
    """Return the statements of the text; `values` are those whose places may stand in it.

    Raises:
        ValueError: when it cannot be parted into statements, or one is not for this step to run.
    """
    statements = tuple(_statements(text, values))
    if not statements:
        raise ValueError("holds no SQL")
    for statement in statements:
        _judge(statement)
    return statements


def _judge(statement: Statement) -> None:
    begin = statement.text.partition("\n")[0][:60]
    if CONTROL.match(statement.code):
        raise ValueError(f"{begin!r}: transactions are begun and ended by the step; see transaction")
    if THROUGH_CLIENT.match(statement.code):
        raise ValueError(f"{begin!r} copies through the client; that is for a command step with psql")


def _statements(text: str, values: Mapping[str, object]) -> Iterator[Statement]:
    draft = _Draft(values)
    for token in _tokens(text):
        if token[0] == ";" and draft.ends:
            if draft.code:
                yield draft.statement()
            draft = _Draft(values)
        else:
            draft.add(*token)
    if draft.code:
        yield draft.statement()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sort and the text of each token; quoted text and comments as a whole.

    Raises:
        ValueError: when a quote or a comment is not closed.
    """
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None, "the last branch takes anything"
        sort, end = str(match.lastgroup), match.end()
        if match["name"]:
            sort = "place"
        elif sort == "block":
            sort, end = "comment", _end_of_comment(text, position)
        elif sort == "tag":
            sort, end = "text", text.find(match[0], end) + len(match[0])
            if end < match.end():
                raise ValueError(f"{match[0]} is not closed")
        elif sort == "open":
            raise ValueError(f"a quote is not closed: {text[position : position + 40]!r}")
        elif match[0] == ";":
            sort = ";"
        yield sort, text[position:end]
        position = end


def _end_of_comment(text: str, start: int) -> int:
    """Return where a comment ends; they may stand in one another."""
    depth = 0
    for mark in _COMMENT_ENDS.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    raise ValueError("a comment is not closed")


class _Draft:
    """A statement whose end has not come yet."""

    def __init__(self, values: Mapping[str, object]) -> None:
        """Begin a new one."""
        self._values = values
        self._text: list[str] = []
        self._sql: list[str] = []
        self._names: list[str] = []
        self._code: list[str] = []
        self._parentheses = 0
        self._bodies = 0

    @property
    def code(self) -> str:
        """Return what has been recognised."""
        return " ".join(self._code)

    @property
    def ends(self) -> bool:
        """Return whether a semicolon would end it here: not in parentheses, nor in a function's body."""
        return self._parentheses <= 0 and not self._bodies

    def statement(self) -> Statement:
        """Return it as a whole."""
        text, sql = "".join(self._text).strip(), "".join(self._sql).strip()
        return Statement(text, sql, tuple(self._names), self.code)

    def add(self, sort: str, token: str) -> None:
        """Take the next token."""
        self._text.append(token)
        if sort == "place":
            self._sql.append(self._parameter(token))
            self._code.append("?")
            return
        self._sql.append(token)
        if sort == "word":
            self._word(token.upper())
        elif sort == "text":
            self._quoted(token)
        elif sort == "number":
            raise ValueError(f"{token}: write values as %(name)s and set them below values")
        elif sort != "comment" and not token.isspace():
            self._parentheses += {"(": 1, ")": -1}.get(token, 0)
            self._code.append(token)

    def _parameter(self, token: str) -> str:
        name = token[2:-2]
        if name not in self._values:
            raise ValueError(f"{token} is not among values")
        # Each place is a parameter of its own: the same value may be a number here and a text there.
        self._names.append(name)
        return f"${len(self._names)}"

    def _quoted(self, token: str) -> None:
        self._code.append("''")
        for name in _PLACE.findall(token):
            if name in self._values:
                raise ValueError(f"%({name})s stands in quotes, where no value is put; write it without them")

    def _word(self, word: str) -> None:
        """Take a word; follow BEGIN ATOMIC ... END, whose semicolons end nothing, as psql does."""
        makes = re.match(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b", self.code) is not None
        if makes and ((word == "BEGIN") or (word == "CASE" and self._bodies)):
            self._bodies += 1
        elif word == "END" and self._bodies:
            self._bodies -= 1
        self._code.append(word)
