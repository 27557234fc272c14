"""Alerts by real agents to real receivers: told, through carriers that are down, and through kills."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.commands import CommandLine
from tests.servers.mail import mailing
from tests.servers.receiver import Receiver, receiving

WORD = "opensesame-token"


def until(holds: Callable[[], object], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "nothing of the kind came"
        time.sleep(0.05)


@dataclass
class Shop:
    """A system with one check, whose level the test writes, and routes."""

    walkdown: CommandLine
    source: Path
    page: Path

    def is_well(self, well: bool) -> None:
        self.page.write_text("hello" if well else f"broken {WORD}")

    @contextlib.contextmanager
    def watched(self, **env: str) -> Iterator:
        with self.walkdown.watching(self.source, **env) as agent:
            yield agent

    def alerts(self) -> list[dict]:
        return json.loads(self.walkdown("alerts", "-o", "json", "--system", self.source).stdout)

    def status(self) -> str:
        return self.walkdown("agent", "status", "--system", self.source).stdout

    def kept(self) -> bytes:
        """Return the store and the log."""
        return b"".join(path.read_bytes() for path in (self.walkdown.folder / "state").rglob("*.[dl][bo]*"))


@pytest.fixture
def shop(walkdown: CommandLine) -> Callable[..., Shop]:
    def make(**urls: str) -> Shop:
        page = walkdown.folder / "page"
        sources, routes = {}, {}
        for name, url in urls.items():
            file = walkdown.folder / f"{name}.url"
            file.write_text(url)
            file.chmod(0o600)
            sources[name] = {"file": str(file)}
            routes[name] = {"url": f"{{{{ secret.{name} }}}}", "wait": "1 s"}
        check = {"kind": "command", "run": ["cat", str(page)], "expect": {"text": "hello"}}
        check |= {"title": "The page", "every": "1 s", "timeout": "1 s", "attempts": 1}
        (walkdown.folder / "token").write_text(WORD)
        (walkdown.folder / "token").chmod(0o600)
        sources["token"] = {"file": str(walkdown.folder / "token")}
        check["env"] = {"TOKEN": "{{ secret.token }}"}
        system = {"system": "shop", "title": "The shop", "environment": "staging", "secrets": sources}
        system |= {"checks": {"page": check}, "notify": routes}
        made = Shop(walkdown, walkdown.system(json.dumps(system), "shop"), page)
        made.is_well(True)
        return made

    return make


def hook(receiver: Receiver) -> str:
    return f"json://ops:{WORD}@127.0.0.1:{receiver.port}/"


def said(receiver: Receiver) -> list[str]:
    return [json.loads(body)["title"] for _, _, body in receiver.requests]


def keys(receiver: Receiver) -> list[str]:
    bodies = (json.loads(body)["message"] for _, _, body in receiver.requests)
    return [found[1] for body in bodies if (found := re.search(r"message ([0-9a-f]{16});", body))]


BAD, GOOD = "[CRIT] The shop (staging): The page", "[OK] The shop (staging): The page"


def test_trouble_and_its_end_arrive_by_mail_and_web_and_are_listed(shop, tmp_path: Path) -> None:
    with receiving() as web, mailing(tmp_path) as mail:
        place = shop(web=hook(web), mail=mail.url(password=WORD))
        with place.watched(SSL_CERT_FILE=str(mail.authority)):
            place.is_well(False)
            until(lambda: len(web.requests) == len(mail.inbox.mails) == 1)
            place.is_well(True)
            until(lambda: len(web.requests) == len(mail.inbox.mails) == 2)
            until(lambda: [one["state"] for one in place.alerts()] == ["sent"] * 4)
            listed = place.walkdown("alerts", "--limit", "2", "--system", place.source).stdout
    assert said(web) == [mail["Subject"] for mail in mail.inbox.mails] == [BAD, GOOD]
    assert set(mail.inbox.encrypted) == {True}
    assert listed.count(GOOD) == listed.count("  taken 20") == 2
    assert WORD.encode() not in b"".join(body for _, _, body in web.requests) + place.kept()


def test_with_both_carriers_down_for_a_while_nothing_is_lost(shop, tmp_path: Path) -> None:
    with receiving() as web, mailing(tmp_path) as mail:
        place = shop(web=hook(web), mail=mail.url())
        web.status = 503
        mail.stop()
        with place.watched(SSL_CERT_FILE=str(mail.authority)):
            place.is_well(False)
            until(lambda: len([one for one in place.alerts() if one["error"]]) == 2)
            place.is_well(True)
            until(lambda: len(place.alerts()) == 4)
            status = place.status()
            assert "WARN alerts: route web: its service answered 503; " in status
            assert "WARN alerts: route mail: " in status
            waits = place.walkdown("alerts", "--system", place.source).stdout
            assert "  waits: its service answered 503; next try 20" in waits or "attempts: its" in waits
            tried = len(web.requests)
            web.status = 200
            mail.start()
            until(lambda: {one["state"] for one in place.alerts()} == {"sent"}, within=60)
    assert said(web)[tried:] == [BAD, GOOD]
    assert [one["Subject"] for one in mail.inbox.mails] == [BAD, GOOD]
    assert WORD.encode() not in place.kept()


def test_an_agent_killed_while_it_delivers_doubles_one_message_at_most_and_loses_none(shop) -> None:
    with receiving() as web:
        place = shop(web=hook(web))
        for well, wait in ((False, 0.0), (True, 1.5), (False, 2.8)):
            before = len(web.requests)
            with place.watched() as agent:
                place.is_well(well)
                if wait:
                    time.sleep(wait)
                else:
                    until(lambda before=before: len(web.requests) > before)
                agent.send_signal(signal.SIGKILL)
                agent.wait()
            with place.watched():
                until(lambda before=before: len(web.requests) > before)
                until(lambda: {one["state"] for one in place.alerts()} == {"sent"})
            told = said(web)[before:]
            assert set(told) == {GOOD if well else BAD}
            assert len(told) <= 2
            assert len(set(keys(web)[before:])) == 1, "one that comes twice bears the same number"


def test_an_agent_that_is_told_to_end_finishes_what_is_on_its_way(shop) -> None:
    with receiving() as web:
        place = shop(web=hook(web))
        with place.watched():
            place.is_well(False)
            until(lambda: len(web.requests) == 1)
        with place.watched():
            place.is_well(True)
            until(lambda: len(web.requests) == 2)
        assert said(web) == [BAD, GOOD]


def test_a_route_can_be_tried(shop) -> None:
    with receiving() as web:
        place = shop(web=hook(web))
        done = place.walkdown("alerts", "test", "web", "--system", place.source)
        assert (done.returncode, done.stderr) == (0, "")
        assert said(web) == ["[TEST] The shop (staging): route web"]
        web.status = 403
        done = place.walkdown("alerts", "test", "web", "--system", place.source)
        assert (done.returncode, done.stdout) == (69, "")
        assert done.stderr == "route web: its service answered 403\n"
        done = place.walkdown("alerts", "test", "wep", "--system", place.source)
        assert done.returncode == 64
        assert "did you mean 'web'" in done.stderr
    assert place.walkdown("alerts", "--system", place.source).stdout == ""
