"""A message on its way by a carrier: real receivers, secrets that only it reads, and bounded time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agent import carrying
from agent.carrying import carry
from checks.alerts.alert import Letter, Route
from checks.secrets import SecretSource, SecretText
from tests.servers import faults as fault
from tests.servers.mail import mailing
from tests.servers.receiver import receiving

WORD = "opensesame-token"
LETTER = Letter("k1", "ops", "[CRIT] The shop: API health", "API health: OK -> CRIT\n  500", 1.0, 1.0)


def by(url: str) -> Route:
    return Route("ops", SecretText(url))


async def test_a_message_arrives_with_its_subject_and_body() -> None:
    with receiving() as there:
        assert await carry(by(f"json://127.0.0.1:{there.port}/"), LETTER, {}) == ""
    ((_, _, body),) = there.requests
    said = json.loads(body)
    assert (said["title"], said["message"]) == (LETTER.subject, LETTER.body)


async def test_the_url_is_a_secret_that_only_the_carrier_reads(tmp_path: Path) -> None:
    with receiving() as there:
        (tmp_path / "url").write_text(f"json://user:{WORD}@127.0.0.1:{there.port}/")
        (tmp_path / "url").chmod(0o600)
        sources = {"hook": SecretSource(file=str(tmp_path / "url")), "other": SecretSource(env="NONE")}
        letter = Letter("k2", "ops", f"leaks {WORD}", f"and json://user:{WORD}@127.0.0.1:{there.port}/", 1, 1)
        assert await carry(by("{{ secret.hook }}"), letter, sources) == ""
        there.status = 403
        reason = await carry(by("{{ secret.hook }}"), LETTER, sources)
    assert reason == "its service answered 403"
    assert "Authorization" in there.requests[0][1]
    assert WORD.encode() not in there.requests[0][2], "nor is its password in what is sent"


async def test_a_secret_that_cannot_be_read_is_named() -> None:
    sources = {"hook": SecretSource(env="WALKDOWN_TEST_NOT_SET")}
    reason = await carry(by("{{ secret.hook }}"), LETTER, sources)
    assert reason == "secret hook: environment variable WALKDOWN_TEST_NOT_SET is not set"


async def test_a_service_that_is_down_or_unknown_is_said_so(closed_port: int) -> None:
    assert await carry(by(f"json://127.0.0.1:{closed_port}/"), LETTER, {}) == (
        "its service could not be reached"
    )
    assert await carry(by("nonsense://x"), LETTER, {}) == "it is no URL that Apprise knows"


async def test_a_service_that_hangs_costs_no_more_than_its_time(faults, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "WITHIN", 0.5)
    port = await faults.serve(fault.hang)
    reason = await carry(by(f"json://127.0.0.1:{port}/"), LETTER, {})
    assert reason in ("no answer within 0.5 s", "its service could not be reached")


async def test_a_carrier_that_never_answers_is_ended(monkeypatch) -> None:
    monkeypatch.setattr(carrying, "STARTING", 0.1)
    monkeypatch.setattr(carrying, "WITHIN", 0.3)
    sources = {"slow": SecretSource(command=("sleep", "5"))}
    assert await carry(by("{{ secret.slow }}"), LETTER, sources) == "no answer within 0.4 s"
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [pid for pid in children if b"runbooks.carrier" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_mail_goes_encrypted_to_a_server_that_proves_who_it_is(tmp_path, monkeypatch) -> None:
    with mailing(tmp_path) as server:
        reason = await carry(by(server.url(password=WORD)), LETTER, {})
        assert reason, "a certificate that nobody vouches for is refused"
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        assert await carry(by(server.url(password=WORD)), LETTER, {}) == ""
    (mail,) = server.inbox.mails
    assert server.inbox.encrypted == [True]
    assert server.inbox.logins == [WORD.encode()]
    assert mail["Subject"] == LETTER.subject
    assert mail.get_payload(decode=True).decode().splitlines() == LETTER.body.splitlines()


async def test_mail_is_never_sent_in_the_clear_unless_that_was_asked_for(tmp_path) -> None:
    with mailing(tmp_path, starttls=False) as server:
        assert await carry(by(server.url()), LETTER, {}), "it does not offer STARTTLS"
        assert "demands STARTTLS" in await carry(by(server.url("mailto")), LETTER, {})
        assert server.inbox.mails == []
        assert await carry(by(server.url("mailto") + "&mode=insecure"), LETTER, {}) == ""
    assert server.inbox.encrypted == [False]


@pytest.mark.parametrize("call", ["<!channel>", "@everyone", "<@U12345>"])
async def test_nobody_is_called_by_what_a_check_has_seen(call: str) -> None:
    letter = Letter("k3", "ops", "subject", f"seen: {call}", 1.0, 1.0)
    with receiving() as there:
        assert await carry(by(f"json://127.0.0.1:{there.port}/"), letter, {}) == ""
    assert call not in json.loads(there.requests[0][2])["message"]
