"""Interpreters named on a command line.

A spec is `[LABEL=]PROGRAM[:ARGUMENTS]`: `taipan`, `taipan:-Xjit=off`, `python3`, `fast=/opt/py/bin/python3:-X dev`,
`some/launcher:cpython3.14`. `taipan` alone is the build in `target/`, unless the environment names one in `TAIPAN`.

A launcher is a program that takes the name of an interpreter as its first argument. If it answers `--command NAME` with
a bare command line, that command is used where the launcher's own time would be measured.
"""

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class UnknownInterpreter(Exception):
    """The spec names nothing that can be run."""


@dataclass
class Interpreter:
    """One interpreter under test; `command` starts it, `bare` starts it with no launcher in between."""

    label: str
    command: list
    bare: list
    version: str = ""
    details: dict = field(default_factory=dict)

    def with_flags(self, flags, label=None):
        """The same interpreter with more flags."""
        if not flags:
            return self
        name = label or f"{self.label} {' '.join(flags)}"
        return Interpreter(name, self.command + flags, self.bare + flags, self.version, dict(self.details))


def target_folder():
    """Cargo's output folder for this checkout."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def built_taipan():
    """The newest `taipan` of this checkout, or None."""
    named = os.environ.get("TAIPAN")
    if named:
        return Path(named).resolve()
    builds = [target_folder() / profile / "taipan" for profile in ("release", "debug")]
    builds = [build for build in builds if build.is_file()]
    return max(builds, key=lambda build: build.stat().st_mtime, default=None)


def locate(program):
    """The absolute path of a program given by name or path."""
    if "/" in program:
        path = Path(program).expanduser().absolute()
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
        raise UnknownInterpreter(f"no such program: {program}")
    if program == "taipan":
        build = built_taipan()
        if build is not None:
            return str(build)
    found = shutil.which(program)
    if found is None:
        hint = " (build it first: cargo build --release)" if program == "taipan" else ""
        raise UnknownInterpreter(f"no such program: {program}{hint}")
    return found


def parse(spec):
    """The interpreter that a spec names. Raises UnknownInterpreter."""
    label = None
    head = spec.split(":", 1)[0]
    if "=" in head:
        label, spec = spec.split("=", 1)
    program, _, arguments = spec.partition(":")
    arguments = shlex.split(arguments)
    command = [locate(program), *arguments]
    bare = command
    launcher = bool(arguments) and not arguments[0].startswith("-")
    if launcher:
        answer = subprocess.run([command[0], "--command", arguments[0]], capture_output=True, text=True, cwd=ROOT)
        if answer.returncode == 0 and answer.stdout.strip():
            bare = shlex.split(answer.stdout) + arguments[1:]
    if label is None:
        label = " ".join(arguments) if launcher else " ".join([os.path.basename(program), *arguments])
    return Interpreter(label, command, bare)


DESCRIBE = """
import sys
print(sys.implementation.name)
print(sys.version.replace("\\n", " "))
print(".".join(map(str, sys.version_info[:2])))
"""


def describe(interpreter, timeout=60):
    """Ask the interpreter what it is; fills `version` and `details`. Raises UnknownInterpreter when it does not answer."""
    try:
        answer = subprocess.run(interpreter.command + ["-c", DESCRIBE], capture_output=True, text=True, cwd=ROOT,
                                timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnknownInterpreter(f"{interpreter.label} does not run: {error}") from error
    lines = answer.stdout.splitlines()
    if answer.returncode != 0 or len(lines) < 3:
        message = (answer.stderr or answer.stdout).strip().splitlines()
        raise UnknownInterpreter(f"{interpreter.label} does not run: {message[-1] if message else 'no output'}")
    interpreter.version = lines[1]
    interpreter.details = {"implementation": lines[0], "version": lines[1], "language": lines[2]}
    return interpreter
