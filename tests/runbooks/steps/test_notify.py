"""The step kind notify, against real receivers over HTTP and SMTP."""

from __future__ import annotations

import email
import json
import logging
import subprocess
import sys

import pytest
from aiosmtpd.controller import Controller

from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.notify import NotifyStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
from tests.servers import faults as fault

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
WORD = "opensesame-token"


def telling(*urls, subject="Maintenance of {{ what }}", body="It has begun.", within=10.0):
    return NotifyStep(tuple(map(SecretTemplate, urls)), Template(subject), Template(body), within)


async def sent(step, tmp_path, *, what="the shop", secrets=None):
    return await step.act(step_context(step, tmp_path, values={"what": what}, secrets=secrets or {}))


async def not_sent(step, tmp_path, **options):
    with pytest.raises(FailedError) as failed:
        await sent(step, tmp_path, **options)
    assert failed.value.error_class == "not_delivered"
    return failed.value.summary


def said(request: bytes) -> dict[str, str]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


async def test_a_message_arrives_at_every_route(tmp_path, faults):
    ports = [await faults.answer(fault.http()) for _ in range(2)]
    outcome = await sent(telling(*(f"json://127.0.0.1:{port}/" for port in ports)), tmp_path)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.applied is Applied.NONE
    assert outcome.summary == "2 of 2 routes took it"
    for request in faults.seen:
        assert said(request)["title"] == "Maintenance of the shop"
        assert said(request)["message"] == "It has begun."


async def test_a_url_is_a_secret_that_is_never_told(tmp_path, faults, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    port = await faults.answer(fault.http(status="403 Forbidden"))
    step = telling("{{ secret.hook }}")
    action = await step.prepare(step_context(step, tmp_path, values={"what": "the shop"}))
    assert action.lines[0] == "to {{ secret.hook }}"
    summary = await not_sent(step, tmp_path, secrets={"hook": f"json://user:{WORD}@127.0.0.1:{port}/{WORD}"})
    assert summary == "route 1: its service answered 403; 0 of 1 routes took it"
    assert WORD.encode() in faults.seen[0]
    seen = caplog.text + "".join(capfd.readouterr()) + str(action)
    assert WORD not in seen
    assert "127.0.0.1" not in seen


async def test_a_url_that_is_written_out_shows_its_scheme_alone(tmp_path):
    step = telling(f"slack://{WORD}/a/b")
    action = await step.prepare(step_context(step, tmp_path, values={"what": "x"}))
    assert action.lines[0] == "to slack://..."
    assert WORD not in str(action)


async def test_one_route_that_fails_does_not_keep_it_from_the_others(tmp_path, faults, closed_port):
    well = await faults.answer(fault.http())
    step = telling(f"json://127.0.0.1:{closed_port}/", f"json://127.0.0.1:{well}/", "nonsense://x")
    assert await not_sent(step, tmp_path) == (
        "route 1: its service could not be reached; route 3: it is no URL that Apprise knows; "
        "1 of 3 routes took it"
    )
    assert len(faults.seen) == 1


@pytest.mark.parametrize(
    "behaviour", [fault.hang, fault.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000, 0.02)]
)
async def test_a_service_that_hangs_costs_no_more_than_its_time(tmp_path, faults, behaviour):
    port = await faults.serve(behaviour)
    summary = await not_sent(telling(f"json://127.0.0.1:{port}/", within=0.5), tmp_path)
    assert "no answer within 0.5 s" in summary or "could not be reached" in summary


async def test_a_redirect_is_not_followed(tmp_path, faults):
    other = await faults.answer(fault.http())
    port = await faults.answer(fault.http(b"", "307 Elsewhere", Location=f"http://127.0.0.1:{other}/"))
    await not_sent(telling(f"json://127.0.0.1:{port}/"), tmp_path)
    assert len(faults.seen) == 1


async def test_no_proxy_and_no_password_file_of_the_user_is_heeded(tmp_path, faults, monkeypatch):
    proxy, port = await faults.answer(fault.http()), await faults.answer(fault.http())
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login me password {WORD}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
    await sent(telling(f"json://127.0.0.1:{port}/"), tmp_path)
    (request,) = faults.seen
    assert request.startswith(b"POST / ")
    assert b"Authorization" not in request


@pytest.mark.parametrize("what", ["x\nBcc: evil@example.com", "x\r\nX: y", "x\ry", "x\u2028y", "x\x85y"])
async def test_a_line_break_in_the_subject_is_refused_before_anything_is_sent(tmp_path, what):
    step = telling("json://127.0.0.1:9/")
    for attempt in (step.prepare, step.act):
        with pytest.raises(FailedError) as refused:
            await attempt(step_context(step, tmp_path, values={"what": what}))
        assert refused.value.error_class == "line_break"


@pytest.mark.parametrize(
    "text", ["<!channel> look", "<!here>", "@everyone", "hey @channel", "<@U12345>", "@Here and @room"]
)
async def test_nobody_can_be_called_by_what_a_value_brings_in(tmp_path, faults, text):
    port = await faults.answer(fault.http())
    await sent(telling(f"json://127.0.0.1:{port}/", subject="s", body="{{ what }}"), tmp_path, what=text)
    body = said(faults.seen[0])["message"]
    assert not any(call in body.lower() for call in ("<!", "<@", "@everyone", "@here", "@channel", "@room"))


async def test_slack_is_sent_plain_text(tmp_path, faults, monkeypatch):
    from apprise.plugins.slack import NotifySlack

    port = await faults.answer(fault.http(b"ok"))
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{port}")
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
    await sent(telling(url, subject="s", body="a <!channel> & <https://evil|bank> *x*"), tmp_path)
    text = json.dumps(said(faults.seen[0]))
    assert "<!" not in text
    assert "<https" not in text
    assert "&lt;" in text


async def test_only_an_excerpt_is_sent_and_nothing_that_controls_a_terminal(tmp_path, faults):
    port = await faults.answer(fault.http())
    step = telling(f"json://127.0.0.1:{port}/", subject="s", body="\x1b]0;owned\x07" + "\u00e9" * 5000)
    await sent(step, tmp_path)
    body = said(faults.seen[0])["message"]
    assert len(body.encode()) <= 2048
    assert body.endswith(" ...")
    assert "\x1b" not in body


async def test_a_mail_arrives(tmp_path, closed_port):
    class Inbox:
        mails: list[str] = []

        async def handle_DATA(self, server, session, envelope):
            self.mails.append(envelope.content.decode())
            return "250 taken"

    inbox = Controller(Inbox(), hostname="127.0.0.1", port=closed_port)
    inbox.start()
    try:
        url = f"mailto://127.0.0.1:{closed_port}?from=shop@example.com&to=ops@example.com&mode=insecure"
        await sent(telling(url, body="It has begun.\nUntil further notice."), tmp_path)
    finally:
        inbox.stop()
    (mail,) = map(email.message_from_string, Inbox.mails)
    assert mail["Subject"] == "Maintenance of the shop"
    assert mail.get_payload(decode=True).decode().splitlines() == ["It has begun.", "Until further notice."]


async def test_who_only_shows_what_will_be_sent_does_not_load_the_library(tmp_path):
    code = "import sys, runbooks.steps.notify; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
