"""Child processes with limits on time and memory, and what they used.

Each child leads a process group of its own, so that a time limit ends its children too and Ctrl-C reaches the driver only.
"""

import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass


@dataclass
class Outcome:
    """How a child ended. `wall` and `cpu` are seconds, `peak` is the largest resident set in bytes."""

    returncode: int
    stdout: bytes
    stderr: bytes
    wall: float
    cpu: float
    peak: int
    timed_out: bool

    @property
    def ending(self):
        """One or two words: 'ok', 'exit 1', 'SIGSEGV', 'timeout'."""
        if self.timed_out:
            return "timeout"
        if self.returncode == 0:
            return "ok"
        if self.returncode < 0:
            try:
                return signal.Signals(-self.returncode).name
            except ValueError:
                return f"signal {-self.returncode}"
        if self.returncode > 128 and self.returncode - 128 in (4, 6, 7, 8, 9, 11):
            return signal.Signals(self.returncode - 128).name
        return f"exit {self.returncode}"

    @property
    def crashed(self):
        """Ended by a signal that the driver did not send."""
        return not self.timed_out and self.ending.startswith(("SIG", "signal"))


def limits(memory):
    """A function for the child that caps its writable memory; a heap may reserve far more address space than it uses."""
    if not memory:
        return None

    def apply():
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return apply


def end_group(pid):
    """End a child that leads its own group, with its children."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def run(command, *, timeout=60.0, cwd=None, env=None, stdin=b"", memory=0, on_line=None):
    """Run a command to its end and return its Outcome. `on_line` is called with each line of standard output as it comes."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
        source.write(stdin)
        source.seek(0)
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, env=env, stdin=source, stderr=errors,
                                 stdout=subprocess.PIPE if on_line else output,
                                 start_new_session=True, preexec_fn=limits(memory))
        expired = threading.Event()

        def expire():
            expired.set()
            end_group(child.pid)

        timer = threading.Timer(timeout, expire)
        timer.daemon = True
        timer.start()
        lines = []
        try:
            if on_line:
                for line in child.stdout:
                    lines.append(line)
                    on_line(line)
                child.stdout.close()
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            end_group(child.pid)
            child.wait()
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        end_group(child.pid)
        if not on_line:
            output.seek(0)
            lines = [output.read()]
        errors.seek(0)
        return Outcome(child.returncode, b"".join(lines), errors.read(), wall, usage.ru_utime + usage.ru_stime,
                       usage.ru_maxrss * 1024, expired.is_set())
