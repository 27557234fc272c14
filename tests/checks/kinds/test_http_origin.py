"""The kind http and what it must never do: leave its origin, hand out secrets, heed its surroundings."""

import base64

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.errors import ProbeError
from checks.kinds.http import HttpCheck
from checks.model import Level
from checks.net.answer import Expected
from checks.net.url import parse_url, redirected
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from checks.testing import probe
from tests.servers.faults import closed, http, request

SECRET = "s3cr3t-canary-value"


async def run(check, timeout=2.0):
    """Probe with the canary as the secret `canary`."""
    async with open_runner({"canary": SecretSource(env="WALKDOWN_CANARY")}, SystemClock()) as runner:
        return await runner.run(Definition("web", "http", check, timeout=timeout))


@pytest.fixture(autouse=True)
def canary(monkeypatch):
    monkeypatch.setenv("WALKDOWN_CANARY", SECRET)


def redirect(location: str, status="302 Found") -> bytes:
    return http(b"", status, Location=location)


@pytest.fixture
def site(faults):
    """Start a server that answers by path; return its port."""

    async def start(pages: dict[str, bytes]) -> int:
        async def behaviour(reader, writer):
            seen = await request(reader)
            faults.seen.append(seen)
            writer.write(pages[seen.split()[1].decode()])
            await writer.drain()
            await closed(writer)

        return await faults.serve(behaviour)

    return start


async def test_redirects_are_not_followed_unless_asked(site, faults):
    port = await site({"/": redirect("/next")})
    result = await probe(HttpCheck(f"http://127.0.0.1:{port}/"))
    assert (result.level, result.error_class) == (Level.CRIT, "http_3xx")
    assert "location: /next" in result.observation.detail
    assert len(faults.seen) == 1


async def test_a_redirect_within_the_origin_is_followed_when_asked(site, faults):
    port = await site({"/": redirect("next?a=b"), "/next?a=b": http(b"there")})
    check = HttpCheck(f"http://127.0.0.1:{port}/", follow_redirects=True, expect=Expected(text="there"))
    result = await probe(check)
    assert result.level is Level.OK
    assert "after 1 redirects" in result.observation.detail


@pytest.mark.parametrize(
    ("status", "method"),
    [("307 Again", b"POST"), ("308 Again", b"POST"), ("303 See", b"GET"), ("302 Found", b"GET")],
)
async def test_a_redirected_post_repeats_or_becomes_a_get(site, faults, status, method):
    port = await site({"/": redirect("/next", status), "/next": http()})
    check = HttpCheck(
        f"http://127.0.0.1:{port}/", method="POST", body=SecretText("payload"), follow_redirects=True
    )
    assert (await probe(check)).level is Level.OK
    assert faults.seen[1].startswith(method)
    assert (b"payload" in faults.seen[1]) == (method == b"POST")


@pytest.mark.fault("http", "redirect")
async def test_a_redirect_loop_is_one(site):
    port = await site({"/": redirect("/other"), "/other": redirect("/")})
    result = await probe(HttpCheck(f"http://127.0.0.1:{port}/", follow_redirects=True))
    assert (result.level, result.error_class) == (Level.CRIT, "redirect_loop")


@pytest.mark.fault("http", "redirect")
async def test_more_than_five_redirects_are_too_many(site, faults):
    port = await site({"/": redirect("/1")} | {f"/{n}": redirect(f"/{n + 1}") for n in range(1, 20)})
    result = await probe(HttpCheck(f"http://127.0.0.1:{port}/", follow_redirects=True))
    assert (result.level, result.error_class) == (Level.CRIT, "redirect_limit")
    assert len(faults.seen) == 6


@pytest.mark.fault("http", "redirect")
@pytest.mark.parametrize("status", ["302 Found", "307 Again"])
async def test_nothing_goes_to_a_second_origin(site, faults, status):
    elsewhere = await faults.answer(http())
    port = await site({"/": redirect(f"http://127.0.0.1:{elsewhere}/", status)})
    check = HttpCheck(
        f"http://127.0.0.1:{port}/",
        method="POST",
        headers={
            name: SecretText("{{ secret.canary }}") for name in ("X-Api-Key", "Cookie", "PRIVATE-TOKEN")
        },
        bearer=SecretText("{{ secret.canary }}"),
        body=SecretText("{{ secret.canary }}"),
        follow_redirects=True,
    )
    result = await run(check)
    assert (result.level, result.error_class) == (Level.WARN, "cross_origin")
    assert len(faults.seen) == 1
    assert faults.seen[0].count(SECRET.encode()) == 5


@pytest.mark.fault("http", "redirect")
async def test_a_downgrade_is_refused(faults, authority):
    port = await faults.answer(redirect("http://127.0.0.1/"), tls=authority.good())
    check = HttpCheck(f"https://127.0.0.1:{port}/", ca_file=authority.file, follow_redirects=True)
    result = await probe(check)
    assert (result.level, result.error_class) == (Level.CRIT, "downgrade")


@pytest.mark.fault("http", "redirect")
@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"])
async def test_other_schemes_are_refused(site, location):
    port = await site({"/": redirect(location)})
    result = await probe(HttpCheck(f"http://127.0.0.1:{port}/", follow_redirects=True))
    assert (result.level, result.error_class) == (Level.CRIT, "scheme")


@pytest.mark.parametrize(
    ("location", "error_class"),
    [
        ("//other.test/", "cross_origin"),
        ("http://e.test:81/", "cross_origin"),
        ("https://e.test/", "cross_origin"),
        ("http://user:pw@e.test/", "malformed"),
        ("http://e.test:99999/", "malformed"),
        ("http://[::1/", "malformed"),
    ],
)
def test_where_a_redirect_may_not_lead(location, error_class):
    with pytest.raises(ProbeError) as caught:
        redirected(parse_url("http://e.test/a/b"), location)
    assert caught.value.error_class == error_class


def test_where_a_redirect_may_lead():
    assert str(redirected(parse_url("http://e.test/a/b?c"), "../d")) == "http://e.test/d"
    assert str(redirected(parse_url("http://e.test/a"), "http://E.test:80/x?y")) == "http://e.test/x?y"


async def test_an_echoed_secret_is_masked_in_every_form(faults):
    async def echo(reader, writer):
        seen = await request(reader)
        writer.write(http(seen, "500 Oops"))
        await writer.drain()
        await closed(writer)

    url = f"http://127.0.0.1:{await faults.serve(echo)}/"
    basic = HttpCheck(url, username="operator", password=SecretText("{{ secret.canary }}"))
    bearer = HttpCheck(url, bearer=SecretText("{{ secret.canary }}"))
    literal = HttpCheck(url, headers={"X-Api-Key": SecretText(SECRET)})
    encoded = base64.b64encode(f"operator:{SECRET}".encode()).decode()
    for check in (basic, bearer, literal):
        detail = (await run(check)).observation.detail
        assert "*****" in detail
        assert SECRET not in detail and encoded not in detail


async def test_a_secret_that_cannot_be_read_is_unknown(faults):
    port = await faults.answer(http())
    result = await run(HttpCheck(f"http://127.0.0.1:{port}/", bearer=SecretText("{{ secret.absent }}")))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "secret")
    assert not faults.seen


async def test_a_secret_that_would_smuggle_a_header_is_not_sent_and_not_shown(faults, monkeypatch):
    monkeypatch.setenv("WALKDOWN_CANARY", f"{SECRET}\r\nX-Smuggled: yes")
    port = await faults.answer(http())
    result = await run(HttpCheck(f"http://127.0.0.1:{port}/", bearer=SecretText("{{ secret.canary }}")))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "request")
    assert not faults.seen
    assert SECRET not in result.summary + result.observation.detail


async def test_no_proxy_and_no_netrc_is_heeded(faults, monkeypatch, tmp_path, closed_port):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login canary password {SECRET}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    port = await faults.answer(http())
    assert (await probe(HttpCheck(f"http://127.0.0.1:{port}/"))).level is Level.OK
    assert b"authorization" not in faults.seen[0].lower()


async def test_metadata_services_are_not_asked_unless_allowed(names):
    names["rebound.test"] = ["169.254.169.254"]
    for host in ("169.254.169.254", "rebound.test"):
        result = await probe(HttpCheck(f"http://{host}/latest/meta-data/"))
        assert (result.level, result.error_class) == (Level.UNKNOWN, "denied_address")


async def test_the_address_that_was_checked_is_the_one_that_is_used(faults, names):
    """A name that points elsewhere when asked a second time is asked only once."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    names["rebinding.test"] = lambda: answers.pop(0)
    port = await faults.answer(http())
    assert (await probe(HttpCheck(f"http://rebinding.test:{port}/"))).level is Level.OK
    assert len(answers) == 1
