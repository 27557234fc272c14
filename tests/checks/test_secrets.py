"""Secrets: where they come from, how they are named, and that they do not come out."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.errors import MeasureError
from checks.masking import MASK, SHORTEST_MASKED, Masker
from checks.secrets import SecretSource, SecretText
from checks.vault import Vault

VALUE = 'pä55/w+rd "q" \\x?='


def vault(**sources: SecretSource) -> Vault:
    return Vault(sources, Masker())


def private(path: Path, text: str) -> SecretSource:
    path.write_text(text)
    path.chmod(0o600)
    return SecretSource(file=str(path))


def test_each_source_gives_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WD_TEST", "from-env")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    private(tmp_path / "cred", "from-credential\n")
    box = vault(
        a=SecretSource(env="WD_TEST"),
        b=private(tmp_path / "file", "from-file\r\n"),
        c=SecretSource(command=("printf", "from-command\n")),
        d=SecretSource(credential="cred"),
    )
    text = SecretText("{{ secret.a }}|{{secret.b}}|{{ secret.c }}|{{ secret.d }}")
    assert box.reveal(text) == "from-env|from-file|from-command|from-credential"
    assert box.warnings == ()


def test_a_secret_that_holds_a_reference_is_not_read_again(tmp_path: Path) -> None:
    box = vault(a=private(tmp_path / "a", "{{ secret.b }}"), b=private(tmp_path / "b", "deep-secret"))
    assert box.reveal(SecretText("{{ secret.a }}")) == "{{ secret.b }}"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SecretSource(env="WD_NOT_SET"), "secret s: environment variable WD_NOT_SET is not set"),
        (SecretSource(file="/nonexistent/x"), "secret s: /nonexistent/x: No such file or directory"),
        (SecretSource(file="/dev/zero"), "secret s: /dev/zero is not a file"),
        (SecretSource(command=("false",)), "secret s: command false ended with exit code 1"),
        (SecretSource(command=("/nonexistent/tool",)), "secret s: /nonexistent/tool: No such file"),
        (SecretSource(command=("head", "-c", "70000", "/dev/zero")), "secret s: longer than 65536 bytes"),
        (SecretSource(command=("printf", r"\377secretvalue")), "secret s: not UTF-8 text"),
        (SecretSource(credential="c"), "secret s: CREDENTIALS_DIRECTORY is not set"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_says_why(
    source: SecretSource, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(MeasureError) as error:
        vault(s=source).reveal(SecretText("{{ secret.s }}"))
    assert error.value.error_class == "secret"
    assert error.value.summary.startswith(said)


def test_an_undefined_secret_is_named() -> None:
    with pytest.raises(MeasureError, match="secret nope: not defined"):
        vault().reveal(SecretText("{{ secret.nope }}"))


@pytest.mark.parametrize("fields", [{}, {"env": "A", "file": "b"}])
def test_a_source_is_exactly_one(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one of env, file, command, credential"):
        SecretSource(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_open_is_warned_about(tmp_path: Path, mode: int) -> None:
    source = private(tmp_path / "key", "long-enough-secret")
    (tmp_path / "key").chmod(mode)
    box = vault(key=source)
    assert box.reveal(SecretText("{{ secret.key }}")) == "long-enough-secret"
    (warning,) = box.warnings
    assert warning == (
        f"secret key: {tmp_path}/key can be opened by others (mode {mode:04o}); chmod 600 {tmp_path}/key"
    )
    (tmp_path / "key").chmod(0o600)
    box.reveal(SecretText("{{ secret.key }}"))
    assert box.warnings == ()


def test_a_short_secret_is_not_masked_and_that_is_said(tmp_path: Path) -> None:
    masker = Masker()
    box = Vault({"pin": private(tmp_path / "pin", "12345")}, masker)
    box.reveal(SecretText("{{ secret.pin }}"))
    assert masker.mask("12345 connections") == "12345 connections"
    (warning,) = box.warnings
    assert warning == "secret pin: shorter than 6 characters, so it cannot be masked where it is shown"
    assert "12345" not in warning


def test_a_command_is_asked_once_and_not_for_every_probe(tmp_path: Path) -> None:
    log = tmp_path / "log"
    box = vault(s=SecretSource(command=("sh", "-c", f"echo ran >> {log}; echo the-secret")))
    for _ in range(3):
        assert box.reveal(SecretText("{{ secret.s }}")) == "the-secret"
    assert log.read_text() == "ran\n"


FORMS = {
    "plain": lambda value: value,
    "url": lambda value: quote(value, safe=""),
    "url lower case": lambda value: re.sub("%..", lambda escape: escape[0].lower(), quote(value, safe="")),
    "path": quote,
    "form": lambda value: urlencode({"p": value}),
    "plus": quote_plus,
    "json": lambda value: json.dumps({"p": value}),
    "json utf-8": lambda value: json.dumps({"p": value}, ensure_ascii=False),
    "basic auth 1": lambda value: base64.b64encode(f"u:{value}".encode()).decode(),
    "basic auth 2": lambda value: base64.b64encode(f"us:{value}".encode()).decode(),
    "basic auth 3": lambda value: base64.b64encode(f"use:{value}, and more".encode()).decode(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [VALUE, "correct-horse-battery", "??>>~~\xff\xfe??>>"])
def test_a_revealed_secret_is_masked_in_every_form_in_which_it_leaks(
    form: str, value: str, tmp_path: Path
) -> None:
    masker = Masker()
    Vault({"s": private(tmp_path / "s", value)}, masker).reveal(SecretText("{{ secret.s }}"))
    leaked = f"before {FORMS[form](value)} after"
    shown = masker.mask(leaked)
    assert MASK in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert value not in shown
    kept = shown.replace("before ", "").replace(" after", "").replace(MASK, "")
    assert len(kept) <= len(FORMS[form]("")) + 30


@given(st.text(min_size=SHORTEST_MASKED), st.text(), st.text())
def test_no_secret_value_survives_masking(value: str, before: str, after: str) -> None:
    masker = Masker()
    masker.learn(value)
    masker.learn(value[::-1])
    assert value not in masker.mask(before + value + after).replace(MASK, "\0")


def test_each_line_of_a_key_is_masked_but_not_its_frame() -> None:
    masker = Masker()
    masker.learn("-----BEGIN KEY-----\nabcdefghij\nklmnopqrst\n-----END KEY-----")
    assert masker.mask("line klmnopqrst of") == f"line {MASK} of"
    assert masker.mask("-----BEGIN KEY-----") == "-----BEGIN KEY-----"


def test_a_text_shows_as_written_or_as_the_mask_and_never_as_a_literal() -> None:
    named, literal = SecretText("postgres://{{ secret.db }}@h"), SecretText("hunter2hunter2")
    assert str(named) == "postgres://{{ secret.db }}@h"
    assert named.names == ("db",)
    for shown in (str(literal), repr(literal), f"{literal}", f"{[literal]}"):
        assert "hunter2" not in shown


def test_a_literal_is_masked_once_it_was_used() -> None:
    masker = Masker()
    assert Vault({}, masker).reveal(SecretText("hunter2hunter2")) == "hunter2hunter2"
    assert masker.mask("got hunter2hunter2") == f"got {MASK}"


def test_an_environment_value_that_is_not_utf8_is_masked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WD_TEST", "secret-\udcff-value")
    masker = Masker()
    Vault({"s": SecretSource(env="WD_TEST")}, masker).reveal(SecretText("{{ secret.s }}"))
    assert masker.mask("secret-\udcff-value") == MASK
    assert masker.mask("secret-%FF-value") == MASK
