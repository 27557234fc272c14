"""What is said about a runbook that is wrong: every mistake at once, each at its place."""

from __future__ import annotations

import pytest

from runbooks.registry import STEPS
from tests.runbooks.document.writing import Desk


def test_many_mistakes_give_as_many_lines_with_their_places(desk: Desk) -> None:
    found = desk.complaints(
        """
        runbook: it
        titel: Many mistakes
        risk: hihg
        guards: [api-helth]
        inputs:
          version: {patern: x}
        steps:
          - id: Backup
            kind: do
            run: [a, "{{ versoin }}"]
            undo: none
          - id: restart
            kind: dou
          - id: stop
            kind: do
            service: apii
            folder: "{{ version }}"
            undo: {kind: do, cuont: 5}
            verify: {kind: do}
          - id: stop
            kind: see
            retires: 3
        """
    )
    assert found == [
        "it.yaml:2:1: titel: unknown key; did you mean 'title'?",
        "it.yaml:3:1: risk: must be 'low', 'medium' or 'high'; did you mean 'high'?",
        "it.yaml:4:10: guards[0]: unknown check 'api-helth'; did you mean 'api-health'?",
        "it.yaml:6:13: inputs.version.patern: unknown key; did you mean 'pattern'?",
        "it.yaml:8:5: steps[0].id: must be small letters and digits, joined by single - _ "
        "and begun by a letter",
        "it.yaml:10:14: steps[0].run[1]: unknown name 'versoin'; did you mean 'version'?",
        "it.yaml:13:5: steps[1].kind: unknown kind 'dou'; did you mean 'do'?",
        "it.yaml:16:5: steps[2].service: unknown service 'apii'; did you mean 'api'?",
        "it.yaml:17:5: steps[2].folder: may not depend on an input or a captured value: "
        "it must be known before the walk",
        "it.yaml:18:22: steps[2].undo.cuont: unknown key; did you mean 'count'?",
        "it.yaml:19:5: steps[2].verify: what verifies a step only looks; this one changes something",
        "it.yaml:20:5: steps[3].id: 'stop' is used twice; first in line 14",
        "it.yaml:22:5: steps[3].retires: unknown key; did you mean 'retries'?",
    ]


STEP = "runbook: it\nsteps:\n  - id: a\n    kind: do\n    "


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("count: 1", "3:5: steps[0].undo: is required for what changes something"),
        ("undo: none\n    irreversible: true", "5:5: steps[0].undo: cannot be undone and be irreversible"),
        ("undo: nothing", "5:5: steps[0].undo: must be a step or a list of steps, or none"),
        ("undo: []", "5:5: steps[0].undo: must be a step or a list of steps, or none"),
        ("undo:", "5:5: steps[0].undo: must be a step or a list of steps, or none"),
        ("undo: {service: api}", "5:5: steps[0].undo.kind: is required; `walkdown steps` lists them"),
        (
            "undo: {kind: do, id: b}",
            "5:22: steps[0].undo.id: is not set here; this step is called 'a.undo'",
        ),
        (
            "undo: [{kind: do, retries: 2}]",
            "5:23: steps[0].undo[0].retries: is for steps that change nothing",
        ),
        ("undo: {kind: choice, values: [x], prompt: y}", "5:12: steps[0].undo.kind: kind choice has steps"),
        ("undo: {kind: ask, save: x}", "5:23: steps[0].undo.save: a part of a step captures nothing"),
        ("undo: {kind: do, undo: none}", "5:22: steps[0].undo.undo: unknown key"),
        ("undo: none\n    retries: 1", "6:5: steps[0].retries: is for steps that change nothing"),
        (
            "undo: none\n    verify: {chek: api-health}",
            "6:14: steps[0].verify.chek: unknown key; did you mean",
        ),
        ("undo: none\n    verify: {check: nope}", "6:14: steps[0].verify.check: unknown check 'nope'"),
        (
            "undo: none\n    verify: [api-health]",
            "6:14: steps[0].verify[0]: must be a step or a list of steps",
        ),
        ("undo: none\n    verify: {kind: wait}", "6:5: steps[0].verify: set exactly one of check, http"),
        (
            "undo: none\n    transaction: none",
            "6:5: steps[0].transaction: without a transaction it needs ver",
        ),
        ("undo: none\n    after: b", "6:5: steps[0].after: unknown step 'b' before this one"),
        ("undo: none\n    after: a", "6:5: steps[0].after: unknown step 'a' before this one"),
        ("undo: none\n    part: {checks: [nope]}", "6:21: steps[0].part.checks[0]: unknown check 'nope'"),
        (
            "undo: none\n    parts: [{sys: a}]",
            "6:14: steps[0].parts[0].sys: unknown key; did you mean 'says'?",
        ),
        ("undo: none\n    folder: ~/x", "3:5: steps[0]: folder begins with /"),
        ("undo: none\n    pause: 3 parsec", "6:5: steps[0].pause: unit 'parsec' does not fit"),
        ("undo: none\n    mode: fats", "6:5: steps[0].mode: must be 'fast' or 'slow'; did you mean 'fast'?"),
        (
            "undo: none\n    count: '{{ n }}'",
            "6:5: steps[0].count: unknown name 'n'; it is no variable, no input",
        ),
        ("undo: none\n    env: {A: true}", "6:11: steps[0].env.A: must be text; put it in quotes"),
        ("undo: none\n    run: ['{{ secret.db }}']", "6:11: steps[0].run[0]: a secret may not stand here"),
        ("undo: none\n    folder: '{{ secret.db }}'", "6:5: steps[0].folder: a secret may not stand here"),
        (
            "undo: none\n    env: {A: '{{ secret.dd }}'}",
            "6:11: steps[0].env.A: unknown secret 'dd'; did you mean",
        ),
        (
            "undo: none\n    env: {PASSWORD: hunter2}",
            "6:11: steps[0].env.PASSWORD: a secret in plain text, which",
        ),
        ("undo: none\n    title: '{{ secret.db }}'", "6:5: steps[0].title: a secret may not stand here"),
        ("undo: none\n    run: ['{{ a b }}']", "6:11: steps[0].run[0]: 'a b' is not a name"),
        (
            "undo: none\n    run: ['{{ slash }}{{ x }}']",
            "6:11: steps[0].run[0]: a \\ cannot stand right before",
        ),
        ("undo: none\n    shell: ls {{ root }}", "6:5: steps[0].shell: is a program and takes no variables"),
        ("undo: none\n    shell: ls {{ x }}", "6:5: steps[0].shell: is a program and takes no variables"),
        ("undo: none\n    timeout: 0", "6:5: steps[0].timeout: must be at least 0.01 s"),
        (
            "undo: none\n    on_failure: retry",
            "6:5: steps[0].on_failure: must be 'stop', 'rollback' or 'continue'",
        ),
        ("undo: none\n    guards: [x]", "6:14: steps[0].guards[0]: unknown check 'x'"),
        ("undo: none\n    when: {x: y}", "6:12: steps[0].when.x: unknown name 'x'"),
        ("undo: none\n    when: x", "6:5: steps[0].when: must be a mapping"),
        ("undo: none\n    when: {x: 5}", "6:12: steps[0].when.x: unknown name 'x'"),
        ("undo: none\n    branches: {}", "6:5: steps[0].branches: unknown key"),
        (
            "undo: none\n    capture: {last-one: x}",
            "6:15: steps[0].capture.last-one: 'last-one' is no name for",
        ),
        (
            "undo: none\n    capture: {root: x}",
            "6:15: steps[0].capture.root: 'root' is the name of a variable",
        ),
        (
            "undo: none\n    expected: 10 m",
            "6:5: steps[0].expected: warning: it usually takes 10 m 0 s, which",
        ),
        ("undo: none\n    undo: none", "6:5: steps[0].undo: is written twice; first in line 5"),
        ("undo: !!python/object:os.system x", "5:11: steps[0].undo: tags are not supported"),
    ],
)
def test_a_mistake_in_a_step_is_told_in_plain_words_at_its_place(desk: Desk, lines: str, said: str) -> None:
    found = desk.complaints(STEP + lines)
    assert [line for line in found if line.startswith(f"it.yaml:{said}")], found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps: [a]", "2:9: steps[0]: must be a mapping with id: and kind:"),
        ("steps: a", "2:1: steps: must be a list of steps"),
        ("title: x", "1:1: steps: warning: there are none, so nothing is done"),
        ("steps: []", "2:1: steps: warning: there are none, so nothing is done"),
        ("steps: [{kind: see}]", "2:9: steps[0].id: is required"),
        ("steps: [{id: a}]", "2:9: steps[0].kind: is required; `walkdown steps` lists them"),
        ("steps: [{id: a.b, kind: see}]", "2:10: steps[0].id: must be small letters and digits"),
        ("steps: [{id: secret, kind: see}]", "2:10: steps[0].id: must be small letters and digits"),
        (
            "steps: [{id: a, kind: see, changes: true, undo: none}]",
            "2:28: steps[0].changes: kind see only looks",
        ),
        ("steps: [{id: a, kind: ask, auto: true}]", "2:28: steps[0].auto: kind ask needs an operator"),
        (
            "steps: [{id: a, kind: see, undo: {kind: do}}]",
            "2:28: steps[0].undo: is for steps that change some",
        ),
        ("steps: [{id: a, kind: see, irreversible: true}]", "2:28: steps[0].irreversible: is for steps that"),
        (
            "steps: [{id: a, kind: see, timeout: 5m, lasts: 10m}]",
            "2:28: steps[0].timeout: warning: it usually",
        ),
        ("title: '{{ x }}'", "2:1: title: may not depend on an input or a captured value"),
        (
            "risk: high\nsteps: [{id: a, kind: see}]",
            "1:1: guards: warning: there are none, though the risk is",
        ),
        ("inputs: [a]", "2:1: inputs: must be a mapping of names and what is asked for"),
        ("inputs: {a-b: }", "2:10: inputs.a-b: the name of an input is letters, digits and _"),
        ("inputs: {root: }", "2:10: inputs.root: 'root' is the name of a variable of the system already"),
        (
            "inputs: {db: {secret: true}}",
            "2:10: inputs.db: 'db' is the name of a secret of the system already",
        ),
        ("inputs: {a: {pattern: '('}}", "2:14: inputs.a.pattern: '(' is no pattern of RE2"),
        (
            "inputs: {a: {pattern: '\\d', default: x}}",
            "2:10: inputs.a: the default 'x' does not match '\\\\d'",
        ),
        ("inputs: {a: {choices: [x], default: y}}", "2:10: inputs.a: the default 'y' is none of x"),
        ("inputs: {a: {choices: [1.10]}}", "2:24: inputs.a.choices[0]: must be text; put it in quotes"),
        ("inputs: {a: {secret: true, default: y}}", "2:10: inputs.a: a secret input has neither a default"),
        ("inputs: {a: {choices: [x], pattern: y}}", "2:10: inputs.a: set either pattern or choices"),
        (
            "inputs: {key: {secret: true}}\nsteps: [{id: a, kind: do, undo: none, run: ['{{ key }}']}]",
            "3:45: steps[0].run[0]: 'key' is secret; write {{ secret.key }} in an option that takes secrets",
        ),
        (
            "inputs: {m: {choices: [full, quick]}}\nsteps: [{id: a, kind: see, when: {m: ful}}]",
            "3:35: steps[0].when.m: m is never 'ful'; did you mean 'full'?",
        ),
        (
            "inputs: {m: {choices: [full, quick]}}\nsteps: [{id: a, kind: see, when: {m: [full, slow]}}]",
            "3:45: steps[0].when.m[1]: m is never 'slow'; it can be: full, quick",
        ),
        ("inputs: {m: }\nsteps: [{id: a, kind: see, when: {m: []}}]", "3:35: steps[0].when.m: needs a value"),
        ("- a", "2:1: yaml: "),
    ],
)
def test_a_mistake_elsewhere_is_told_too(desk: Desk, text: str, said: str) -> None:
    found = desk.complaints(f"runbook: it\n{text}")
    assert [line for line in found if line.startswith(f"it.yaml:{said}")], found


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("branches: [a]", "steps[0].branches: must be a mapping of values and lists of steps"),
        ("branches: {x: y}", "steps[0].branches.x: must be a list of steps"),
        (
            "values: [x], branches: {left: []}",
            "steps[0].branches.left: 'left' is none of the values; it can be: x",
        ),
        ("prompt: p", "steps[0].values: is required"),
        ("branches: {x: []}, labels: {y: z}", "steps[0]: label for 'y', which is none of the values"),
        (
            "branches: {x: []}, undo: none",
            "steps[0].undo: means nothing for a step that has others within it",
        ),
        (
            "branches: {x: []}, verify: {check: a}",
            "steps[0].verify: means nothing for a step that has others",
        ),
        (
            "branches: {x: [{id: in, kind: see, when: {a: y}}]}",
            "steps[0].branches.x[0].when.a: a is never 'y'; did you mean 'x'?",
        ),
        (
            "branches: {x: [{id: in, kind: see, when: {a: y}}], y: }",
            "steps[0].branches.x[0].when: the step is never run: the branch that it stands in is for another",
        ),
        (
            "branches: {x: [{id: a, kind: see}]}",
            "steps[0].branches.x[0].id: 'a' is used twice; first in line 2",
        ),
        ("branches: {x: [{id: b, kind: do}]}", "steps[0].branches.x[0].undo: is required for what changes"),
    ],
)
def test_a_mistake_in_a_choice_is_told_too(desk: Desk, keys: str, said: str) -> None:
    prompt = "" if "prompt" in keys else ", prompt: p"
    found = desk.complaints(f"runbook: it\nsteps: [{{id: a, kind: choice, {keys}{prompt}}}]")
    assert [line for line in found if said in line], found


@pytest.mark.parametrize("action", ["reload", "recreate"])
def test_an_action_that_the_driver_of_the_service_lacks_is_told(desk: Desk, action: str) -> None:
    step = f"{{kind: service, service: api, action: {action}}}"
    found = desk.complaints(f"steps: [{{id: a, {step[1:-1]}, undo: {step}}}]")
    said = f"driver fake cannot {action} it; it can: start, stop, restart, rollback-image"
    assert [line.partition(": ")[2] for line in found] == [
        f"steps[0].action: {said}",
        f"steps[0].undo.action: {said}",
    ]
    desk.plan("steps: [{id: a, kind: service, service: api, action: status}]")


def test_a_kind_whose_file_is_not_there_is_told_and_not_a_crash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STEPS, "dance", "nowhere.dance:DanceStep")
    (line,) = desk.complaints("steps: [{id: a, kind: dance}]")
    assert line == ("it.yaml:2:17: steps[0].kind: kind dance cannot be used here: No module named 'nowhere'")
