"""Runs one line in one interpreter once, and turns what its processes said into figures.

A steady state is taken from the second half of an iteration series (never fewer than its last three): medians, so that a
noisy moment costs little. The time to reach it is when a run of iterations first stays within 1.1 × of it.
"""

import json
import os
import statistics
import time
from dataclasses import dataclass, field

from support import processes

MARK = b"@bench "
COMMAND_PEAK = "print([l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1])"


@dataclass
class Budget:
    """How long to measure: seconds for a benchmark in one process, and the limits around it."""

    seconds: float = 3.0
    least: int = 3
    most: int = 10**9
    floor: float = 0.02
    hard: float = 60.0
    timeout: float = 300.0
    commands: int = 15

    def option(self):
        """The stand-in's option."""
        return f"--standin={self.seconds},{self.least},{self.most},{self.floor},{self.hard}"


@dataclass
class Series:
    """The iterations of one benchmark in one process."""

    name: str
    times: list = field(default_factory=list)
    loops: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    first_result: str | None = None
    last_result: str | None = None

    def settled(self):
        """The iterations of the steady state."""
        count = max(min(3, len(self.times)), len(self.times) // 2)
        most = max(self.loops[-count:])
        chosen = [t for t, loops in zip(self.times[-count:], self.loops[-count:]) if loops * 8 >= most]
        return chosen or self.times[-1:]

    def steady(self):
        """Seconds of one operation once warm."""
        return statistics.median(self.settled())

    def warm_after(self, steady):
        """Seconds from the start of measuring until the times stay within 1.1 × of the steady state."""
        limit = 1.1 * steady
        for index, taken in enumerate(self.times):
            if taken <= limit and statistics.median(self.times[index:index + 5]) <= limit:
                return self.starts[index]
        return self.ends[-1] if self.ends else 0.0


@dataclass
class Run:
    """One process of one line, or why it is no measurement."""

    series: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    peak: int = 0
    collector: dict | None = None
    waits: list | None = None
    speedups: list | None = None
    output: str = ""
    failure: str | None = None
    stderr: str = ""


def environment(paths):
    """What every measured process sees: a fixed hash seed, our module paths, nothing of the caller's Python settings."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.update(PYTHONHASHSEED="0", PYTHONPATH=os.pathsep.join(str(path) for path in paths), LC_ALL="C.UTF-8", PYTHONUTF8="1",
               NO_COLOR="1")
    return env


def _last_words(outcome):
    lines = [line for line in outcome.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def measure(interpreter, line, script, paths, budget, on_iteration=None):
    """Run the line once. Never raises for what the interpreter does: a failure is told in the Run."""
    command = interpreter.command + [str(script), budget.option()]
    if line.check:
        command.append(f"--standin-check={line.check}")
    run = Run()
    series = {}
    commands = []
    noise = []

    def read(text):
        if not text.startswith(MARK):
            noise.append(text)
            return
        try:
            said = json.loads(text[len(MARK):])
        except ValueError:
            run.failure = "unreadable measurement"
            return
        if "time" in said:
            one = series.setdefault(said["bench"], Series(said["bench"]))
            one.times.append(said["time"])
            one.loops.append(said["loops"])
            one.starts.append(said["start"])
            one.ends.append(said["end"])
            if on_iteration:
                on_iteration(said)
        elif "first" in said:
            series[said["bench"]].first_result, series[said["bench"]].last_result = said["first"], said["last"]
        elif "command" in said:
            commands.append((said["bench"], said["command"]))
        elif "check" in said:
            run.checks.append(said["check"])
        elif "pause_max" in said:
            run.collector = said
        elif "waits" in said:
            run.waits = said["waits"]
        elif "speedups" in said:
            run.speedups = said["speedups"]
        elif "peak" in said:
            run.peak = max(run.peak, said["peak"])

    outcome = processes.run(command + line.args, timeout=budget.timeout, cwd=script.parent, env=environment(paths), on_line=read)
    run.stderr = outcome.stderr.decode("utf-8", "replace")[-2000:]
    run.output = b"".join(noise).decode("utf-8", "replace")
    run.series = list(series.values())
    if outcome.ending != "ok":
        words = _last_words(outcome)
        run.failure = f"{outcome.ending}: {words}" if words else outcome.ending
    elif not run.series and not commands and run.failure is None:
        run.failure = "nothing measured"
    run.peak = run.peak or outcome.peak
    if run.failure is None:
        for name, words in commands:
            _measure_command(interpreter, name, words, line.check, script, paths, budget, run, on_iteration)
    return run


def _measure_command(interpreter, name, words, check, script, paths, budget, run, on_iteration):
    """Time a command that the script wants started; its first word is the interpreter and is replaced by the bare command.
    What it prints counts as printed by the script; the check is evaluated at the end of the program behind its `-c`."""
    command = interpreter.bare + words[1:]
    one = Series(name)
    printed = []
    env = environment(paths)
    began = time.perf_counter()
    while len(one.times) < budget.commands or (time.perf_counter() - began < budget.seconds and len(one.times) < 400):
        start = time.perf_counter() - began
        outcome = processes.run(command, timeout=budget.timeout, cwd="/", env=env)
        if outcome.ending != "ok":
            run.failure = f"{outcome.ending}: {_last_words(outcome)}"
            return
        text = outcome.stdout.decode("utf-8", "replace")
        if text not in printed:
            printed.append(text)
        one.times.append(outcome.wall)
        one.loops.append(1)
        one.starts.append(start)
        one.ends.append(time.perf_counter() - began)
        if on_iteration:
            on_iteration({"bench": name, "time": outcome.wall})
        if time.perf_counter() - began > budget.hard:
            break
    run.output += "".join(printed)
    if check:
        if words[-2] != "-c":
            run.failure = "the command has no program that a check could follow"
            return
        outcome = processes.run(command[:-1] + [f"{words[-1]}\nprint(repr({check}))"], timeout=budget.timeout, cwd="/", env=env)
        if outcome.ending != "ok":
            run.failure = f"check: {outcome.ending}: {_last_words(outcome)}"
            return
        run.checks.append(outcome.stdout.decode("utf-8", "replace"))
    memory = processes.run(interpreter.command + ["-c", COMMAND_PEAK], timeout=30, cwd=script.parent, env=env)
    try:
        run.peak = int(memory.stdout) * 1024
    except ValueError:
        pass
    run.series.append(one)
