"""Owns where the inputs of a walk come from: options, a file, the environment, and what the operator types.

A secret never comes from the command line, which every user of the host can read. What the environment says
is taken out of it, so that no agent and no program inherits it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, MutableMapping
from pathlib import Path

from agent.asking import Asking
from agent.voice import Voice
from checks.errors import UsageError
from checks.suggest import did_you_mean
from runbooks.inputs import unfit
from runbooks.model import InputPlan, Plan

VARIABLE = "WALKDOWN_INPUT_"
"""How the environment variables of inputs begin; the name follows in capitals, other letters as `_`."""
ALIEN_BITS = 0o077


def taken_from_environment(environ: MutableMapping[str, str]) -> dict[str, str]:
    """Return the values by variable, and take them out of the environment."""
    return {name: environ.pop(name) for name in tuple(environ) if name.startswith(VARIABLE)}


def variable_of(name: str) -> str:
    """Return the environment variable of an input, such as `WALKDOWN_INPUT_TARGET_VERSION`."""
    return VARIABLE + re.sub(r"[^A-Z0-9]", "_", name.upper())


def given_inputs(
    plan: Plan, options: Iterable[str], file: Path | None, variables: MutableMapping[str, str]
) -> dict[str, str]:
    """Return the inputs that were given: an option counts before the file, the file before the environment.

    Raises:
        UsageError: when one is unknown, cannot be used, or is a secret where others could read it.
        OSError: when the file cannot be read.
    """
    wanted = {one.name: one for one in plan.inputs}
    values = {name: variables[variable_of(name)] for name in wanted if variable_of(name) in variables}
    if file is not None:
        values |= _from_file(file, wanted)
    values |= _from_options(options, wanted)
    for name, value in values.items():
        if why := unfit(wanted[name], value):
            raise UsageError(f"input {name} {why}")
    return values


def _from_options(options: Iterable[str], wanted: dict[str, InputPlan]) -> dict[str, str]:
    values = dict(_parted(option, wanted, "--input") for option in options)
    for name in values:
        if wanted[name].secret:
            raise UsageError(
                f"input {name} is secret: on the command line every user of this host could read it; "
                f"set {variable_of(name)}, use --input-file, or type it when asked"
            )
    return values


def _from_file(file: Path, wanted: dict[str, InputPlan]) -> dict[str, str]:
    """Return what a file of lines `NAME=VALUE` says; `#` begins a comment line."""
    with file.open(encoding="utf-8", errors="replace") as opened:
        status = os.fstat(opened.fileno())
        lines = opened.read().splitlines()
    told = [line for line in lines if line.strip() and not line.startswith("#")]
    values = dict(_parted(line, wanted, str(file)) for line in told)
    secret = [name for name in values if wanted[name].secret]
    if secret and (status.st_mode & ALIEN_BITS or status.st_uid != os.geteuid()):
        mode = stat.filemode(status.st_mode)
        raise UsageError(f"{file} ({mode}) holds the secret input {secret[0]}: chmod 600, and be its owner")
    return values


def _parted(text: str, wanted: dict[str, InputPlan], where: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    name = name.strip()
    if not separator:
        raise UsageError(f"{where}: {name.split()[0] if name.split() else text!r}: write it as NAME=VALUE")
    if name not in wanted:
        raise UsageError(f"{where}: there is no input {name!r}{did_you_mean(name, wanted)}")
    return name, value


def without_questions(plan: Plan, given: dict[str, str]) -> dict[str, str]:
    """Return the inputs with defaults where nothing was given and nobody can be asked.

    Raises:
        UsageError: when one is missing; says how it can be given.
    """
    values = dict(given)
    for wanted in plan.inputs:
        if wanted.name not in values and wanted.default is not None:
            values[wanted.name] = wanted.default
        elif wanted.name not in values:
            option = "" if wanted.secret else f"--input {wanted.name}=VALUE, "
            how = f"{option}--input-file or {variable_of(wanted.name)}"
            raise UsageError(f"input {wanted.name} is needed: {how}")
    return values


async def asked_for(plan: Plan, given: dict[str, str], voice: Voice, asking: Asking) -> dict[str, str]:
    """Return the inputs, those that were not given as the operator types them.

    Raises:
        LeftError, BrokenInError: as `Asking.line`.
    """
    values = dict(given)
    for wanted in plan.inputs:
        if wanted.name not in values:
            values[wanted.name] = await _asked(wanted, voice, asking)
    return values


async def _asked(wanted: InputPlan, voice: Voice, asking: Asking) -> str:
    prompt = wanted.prompt or wanted.name
    if wanted.choices:
        voice.tell(f"Input {wanted.name}: {prompt}")
        return wanted.choices[await asking.choose(wanted.choices)]
    told = " (secret, not shown)" if wanted.secret else ""
    default = f" (empty: {wanted.default})" if wanted.default is not None and not wanted.secret else ""
    while True:
        value = await asking.line(f"Input {wanted.name}: {prompt}{told}{default}:", secret=wanted.secret)
        value = value or wanted.default or ""
        why = unfit(wanted, value)
        if not why:
            return value
        voice.tell(f"{wanted.name} {why}.")
