"""What is said about a configuration that is wrong: every mistake at once, each at its place."""

from pathlib import Path

import pytest

from checks.errors import ConfigError
from checks.registry import KINDS
from tests.checks.configurations import complaints, load, write


def test_ten_mistakes_give_ten_lines_with_their_places(folder: Path) -> None:
    found = complaints(
        folder,
        system="""
            system: test
            titel: Ten mistakes
            timezone: Europe/Atlantis
            vars:
              host: 127.0.0.1
              host: 127.0.0.2
            secrets:
              db: {env: DB, file: /run/db}
        """,
        web="""
            checks:
              api:
                kind: page
                url: "http://{{ hots }}/"
                warn: latncy > 1 s
                expect:
                  statuss: 2xx
                timout: 5s
              shop:
                kind: page
                url: http://shop/
                run: [mysql, "-p{{ secret.db }}"]
                needs: [api, databse]
              database:
                kind: pge
        """,
    )
    assert found == [
        "system.yaml:2:1: titel: unknown section; did you mean 'title'?",
        "system.yaml:3:1: timezone: 'Europe/Atlantis' is no time zone; write it as in Europe/Berlin or UTC",
        "system.yaml:6:3: vars.host: is written twice; first in line 5",
        "system.yaml:8:3: secrets.db: a secret comes from exactly one of env, file, command, credential",
        "web.yaml:4:5: checks.api.url: unknown variable 'hots'; did you mean 'host'?",
        "web.yaml:5:11: checks.api.warn: unknown reading 'latncy'; did you mean 'latency'?",
        "web.yaml:7:7: checks.api.expect.statuss: unknown key; did you mean 'status'?",
        "web.yaml:8:5: checks.api.timout: unknown key; did you mean 'timeout'?",
        "web.yaml:12:18: checks.shop.run[1]: a secret may not stand here: it would end up in an argument "
        "list, a log or on a screen; only options made for secrets take one",
        "web.yaml:13:18: checks.shop.needs[1]: unknown check 'databse'; did you mean 'database'?",
        "web.yaml:15:5: checks.database.kind: unknown kind 'pge'; did you mean 'page'?",
    ]


CHECK = "system: test\nchecks:\n  a:\n    kind: page\n    url: u\n    "


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("tries: many", "6:5: checks.a.tries: must be a whole number"),
        ("tries: 1.5", "6:5: checks.a.tries: must be a whole number"),
        ("verify: maybe", "6:5: checks.a.verify: must be true or false"),
        ("method: get", "6:5: checks.a.method: must be 'GET' or 'POST'; did you mean 'GET'?"),
        ("method: POST", "3:3: checks.a: method POST cannot be verified"),
        ("run: ls -l", "6:5: checks.a.run: must be a list, such as [a, b]"),
        ("run: [ls, 5]", "6:15: checks.a.run[1]: must be text; put it in quotes"),
        ("run: [ls, {a: b}]", "6:15: checks.a.run[1]: must be text"),
        ("pause: 3 parsec", "6:5: checks.a.pause: unit 'parsec' does not fit; units that do: ns, us"),
        ("pause: -1", "6:5: checks.a.pause: must be at least 0 s"),
        ("room: []", "6:5: checks.a.room: must be a number or an amount with a unit"),
        ("headers: {A: 5.5}", "6:15: checks.a.headers.A: must be text; put it in quotes"),
        ("headers: X", "6:5: checks.a.headers: must be a mapping"),
        ("expect: 200", "6:5: checks.a.expect: must be a mapping"),
        ("expect:\n      sizes: [1, x]", "7:18: checks.a.expect.sizes[1]: must be a whole number"),
        ("either: 5", "6:5: checks.a.either: must be text; put it in quotes, or must be a mapping"),
        ("either: {stats: 5}", "6:14: checks.a.either.stats: unknown key; did you mean 'status'?"),
        ("title: [a]", "6:5: checks.a.title: must be text"),
        ("colour: red", "6:5: checks.a.colour: unknown key; see `walkdown kinds page`"),
        ("every: 0.4s", "6:5: checks.a.every: must be at least 0.5 s"),
        ("every: 0.7s", "6:5: checks.a.every: must be at least 1 s"),
        ("attempts: 0", "6:5: checks.a.attempts: must be greater than or equal to 1"),
        ("via: {ssh: host}", "6:5: checks.a.via: not supported yet; checks look from this host: via: local"),
        ("needs: [a]", "6:13: checks.a.needs: checks need one another: a -> a"),
        ("warn: latency > 1 MiB", "6:23: checks.a.warn: latency: unit 'MiB' does not fit"),
        ('crit: ["latency > 1", "latency ! 1"]', "6:36: checks.a.crit[1]: unknown comparison '!'"),
        (
            "crit:\n      - used > 1 %\n      - disk[mount=/].used > 1 %",
            "8:9: checks.a.crit[1]: this",
        ),
        ("crit: >\n      latncy\n      > 1", "6:5: checks.a.crit: unknown reading 'latncy'"),
        ("url: v", "6:5: checks.a.url: is written twice; first in line 5"),
        ("url: !!python/object:os.system x", "6:10: checks.a.url: tags are not supported"),
        ("<<: {tries: 5}", "6:5: checks.a.<<: merge keys are not part of YAML 1.2"),
        ("password: hunter2hunter2", "6:5: checks.a.password: warning: a secret in plain text"),
        ("headers: {X-Api-Key: abc}", "6:15: checks.a.headers.X-Api-Key: warning: a secret in plain text"),
        ("title: http://me:pass@host/", "6:5: checks.a.title: warning: a secret in plain text"),
        ("warn: []", "6:5: checks.a.warn: warning: is empty, so it asserts nothing"),
        (
            "timeout: 40s",
            "6:5: checks.a.timeout: warning: is longer than every (30 s)",
        ),
    ],
)
def test_a_mistake_is_told_in_plain_words_at_its_place(folder: Path, lines: str, said: str) -> None:
    found = complaints(folder, system=CHECK + lines)
    assert [line for line in found if line.startswith(f"system.yaml:{said}")], found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checks: {}", "1:1: system: is required"),
        ("system: Bad Name", "1:1: system: must be small letters and digits"),
        ("system: test\nchecks: [a]", "2:1: checks: must be a mapping"),
        ("system: test\nchecks:\n  a: 5", "3:3: checks.a: must be a mapping that begins with kind:"),
        ("system: test\nchecks:\n  a: {url: u}", "3:3: checks.a.kind: is required"),
        ("system: test\nchecks:\n  a: {kind: page}", "3:3: checks.a.url: is required"),
        ("system: test\nchecks:\n  A b: {kind: ask}", "3:3: checks.A b: a name is small letters and digits"),
        ("system: test\nchecks:\n  cpu: {kind: cpu}", "3:3: checks.cpu: warning: asserts nothing"),
        ("system: test", "1:1: checks: warning: there are none"),
        ("system: test\ndefaults: {every: soon}", "2:12: defaults.every: 'soon' is not an amount"),
        ("system: test\ndefaults: {evry: 5s}", "2:12: defaults.evry: unknown key; did you mean 'every'?"),
        ("system: test\nwindows: {w: {every: sunday}}", "2:11: windows.w.lasts: is required"),
        ("system: test\nservices: {api: {unit: x}}", "2:12: services.api: a service names its driver"),
        ("system: test\nnotify: {ops: {ulr: x}}", "2:16: notify.ops.ulr: unknown key; did you mean 'url'?"),
        ("system: test\nsecrets: {a: {}}", "2:11: secrets.a: a secret comes from exactly one of"),
        ("system: test\nsecrets: {a-b: {env: X}}", "2:11: secrets.a-b: must"),
        ("system: test\nvars: {a: [1]}", "2:8: vars.a: a variable is a single value"),
        (
            "system: test\nkeymap: {check.rerun: 5}",
            "2:10: keymap.check.rerun: must be text; put it in quotes",
        ),
        ("system: test\nchecks:\n  a: {kind: tcp, port: 5", "3:25: yaml: expected ',' or '}'"),
        ("system: test\nchecks:\n\t a: 5", "3:1: yaml: found character '\\t' that cannot start any token"),
        ("- a\n- b", "1:1: yaml: the top of a file is a mapping"),
        ("system: test\n---\nsystem: other", "2:1: yaml: a second document begins here"),
        ("system: *who", "1:9: yaml: *who stands for nothing that was written before it"),
        ("? [a]\n: b", "1:3: yaml: a key must be a single word"),
        ("system: 'te\u0007st'", "1:1: yaml: character '\\x07' may not stand here"),
    ],
)
def test_a_mistake_outside_of_checks_is_told_too(folder: Path, text: str, said: str) -> None:
    found = complaints(folder, system=text)
    assert [line for line in found if line.startswith(f"system.yaml:{said}")], found


def test_text_that_is_not_utf8_is_told_with_its_line(folder: Path) -> None:
    (folder / "system.yaml").write_bytes(b"system: test\ntitle: \xff\n")
    assert complaints(folder) == ["system.yaml:2:1: yaml: not UTF-8 text"]


def test_a_folder_without_yaml_and_a_path_without_anything_say_so(folder: Path) -> None:
    with pytest.raises(ConfigError, match="file: the folder holds no"):
        load(folder)
    with pytest.raises(ConfigError, match="file: No such file or directory"):
        load(folder / "nowhere")


def test_a_broken_file_does_not_make_the_others_seem_incomplete(folder: Path) -> None:
    found = complaints(
        folder,
        a="checks:\n  x:\n    kind: page\n    url: '{{ api }}'\n    needs: [db]\n    tries: z\n",
        system="system: test\nvars: {api: [",
    )
    assert [line.split(": ")[0:2] for line in found] == [
        ["a.yaml:6:5", "checks.x.tries"],
        ["system.yaml:2:14", "yaml"],
    ]


def test_a_circle_of_needs_is_told_once_and_others_beside_it(folder: Path) -> None:
    def check(need: str) -> str:
        return f"{{kind: ask, needs: [{need}]}}"

    checks = "\n  ".join(f"{name}: {check(need)}" for name, need in ("ab", "bc", "ca", "xy", "yx", "za"))
    found = complaints(folder, system=f"system: test\nchecks:\n  {checks}\n")
    assert [line.split("another: ")[1] for line in found] == ["a -> b -> c -> a", "x -> y -> x"]


def test_a_kind_whose_library_is_missing_is_told_and_not_a_crash(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "kafka", "nowhere.kafka:KafkaCheck")
    (line,) = complaints(folder, system="system: test\nchecks: {a: {kind: kafka}}")
    assert line.endswith("checks.a.kind: kind kafka cannot be used here: No module named 'nowhere'")


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("{kind: odd, pattern: a+}", "its options cannot be kept, which is a bug in the kind: "),
        ("{kind: worse}", "its options cannot be read, which is a bug in the kind: "),
    ],
)
def test_a_bug_in_the_options_of_a_kind_is_told_and_not_a_crash(folder: Path, check: str, said: str) -> None:
    (line,) = complaints(folder, system=f"system: test\nchecks: {{a: {check}}}")
    assert line.startswith(f"system.yaml:2:10: checks.a: {said}")


def test_a_rule_on_a_reading_that_the_operator_named_is_known(folder: Path) -> None:
    text = "system: test\nchecks:\n  a: {kind: ask, takes: [lag], warn: lag > 1 KiB, crit: lga > 1}"
    (line,) = complaints(folder, system=text)
    assert line == "system.yaml:3:57: checks.a.crit: unknown reading 'lga'; did you mean 'lag'?"
    rules = load(write(folder, system=text.replace("lga", "lag"))).definitions[0].rules
    assert [rule.bound for rule in rules] == [1024.0, 1.0]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (
            "{every: sundy 03:00, lasts: 2h}",
            "3:7: windows.w.every: 'sundy' is no day; did you mean 'sunday'?",
        ),
        ("{every: sunday 03:00}", "3:3: windows.w.lasts: is required"),
        ("{evry: sunday 03:00, lasts: 2h}", "3:7: windows.w.evry: unknown key; did you mean 'every'?"),
        ("{cron: 0 4 * *, lasts: 2h}", "3:7: windows.w.cron: '0 4 * *' has not five fields"),
        ("{lasts: 2h}", "3:3: windows.w: says when by exactly one of every, cron, from; none is there"),
        ("{from: 2026-10-25 02:30, lasts: 2h}", "3:7: windows.w.from: 2026-10-25 02:30 comes twice in"),
        ("{from: 2027-03-28 02:30, lasts: 2h}", "3:7: windows.w.from: 2027-03-28 02:30 does not come in"),
        (
            "{every: daily 02:00, lasts: 2h, recheck: soon}",
            "3:38: windows.w.recheck: 'soon' is not an amount",
        ),
        ("{every: daily 02:00, lasts: 2h, recheck: -5m}", "3:38: windows.w.recheck: must be at least 0 s"),
        ("{every: daily 02:00, lasts: 2h, extend: soon}", "3:38: windows.w.extend: 'soon' is not an amount"),
        ("{every: daily 02:00, lasts: 2h, extend: -5m}", "3:38: windows.w.extend: must be at least 0 s"),
        ("{every: daily 02:00, lasts: 2h, timezone: Mars}", "windows.w.timezone: 'Mars' is no time zone"),
    ],
)
def test_a_window_that_says_no_time_is_told_at_its_place(folder: Path, window: str, said: str) -> None:
    text = f"windows:\n  w: {window}\nsystem: test\ntimezone: Europe/Berlin\n"
    found = complaints(folder, system="#\n" + text)
    assert any(said in line for line in found), found
