"""What the stress programs share: cases, threads that begin together, and checks of exact results.

A program imports `case`, declares its cases with it and ends with `main()`. A case gets a `Setting`: how many threads, for how
long, how large. It works in rounds, `for _ in s.rounds()`, each of which builds fresh objects, lets threads loose on them and
checks what came out. Anything it finds wrong is an AssertionError; an exception in any thread fails the case.
"""

import argparse
import random
import sys
import threading
import time
import traceback

CASES = {}


def case(function):
    """Register a case under its name."""
    CASES[function.__name__] = function
    return function


class Failure(AssertionError):
    """A promise was broken."""


def check(condition, *details):
    """Fail with the details unless the condition holds."""
    if not condition:
        raise Failure(" ".join(str(one) if isinstance(one, str) else repr(one)[:2000] for one in details))


def same(got, expected, what=""):
    """Fail unless both are equal; tells how they differ if they are long."""
    if got == expected:
        return
    if isinstance(got, list) and isinstance(expected, list) and len(got) + len(expected) > 40:
        missing, extra = list(expected), []
        left = {}
        for one in expected:
            left[one] = left.get(one, 0) + 1
        for one in got:
            if left.get(one, 0):
                left[one] -= 1
            else:
                extra.append(one)
        missing = [one for one, n in left.items() for _ in range(n)]
        raise Failure(f"{what}: {len(got)} instead of {len(expected)}; missing {missing[:10]!r}, too many {extra[:10]!r}")
    raise Failure(f"{what}: {got!r:.1000} instead of {expected!r:.1000}")


class Setting:
    """How hard a case is to try: `threads`, `seconds`, and `scale`, the size of its loops."""

    def __init__(self, threads=4, seconds=0.3, scale=1.0, seed=0):
        self.threads = threads
        self.seconds = seconds
        self.scale = scale
        self.random = random.Random(seed)
        self.operations = 0

    def rounds(self, least=2):
        """Numbers of rounds until the time is over, at least `least` of them."""
        end = time.monotonic() + self.seconds
        n = 0
        while n < least or time.monotonic() < end:
            yield n
            n += 1

    def size(self, n, least=8):
        """A loop's length, made smaller where everything is slow."""
        return max(least, int(n * self.scale))

    def together(self, *functions, timeout=None):
        """Run functions in a thread each, all at once; gives what they return, in order.

        One function alone is run by `threads` threads. A function is called with its thread's number if it takes an argument.
        """
        if len(functions) == 1:
            functions = functions * self.threads
        start = threading.Barrier(len(functions))
        results = [None] * len(functions)
        failures = []

        def run(k, function):
            try:
                start.wait()
                takes = getattr(getattr(function, "__code__", None), "co_argcount", 0)
                results[k] = function(k) if takes else function()
            except BaseException:
                failures.append(traceback.format_exc())

        threads = [threading.Thread(target=run, args=(k, one), daemon=True) for k, one in enumerate(functions)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout)
            check(not one.is_alive(), "a thread does not end")
        if failures:
            raise Failure(f"{len(failures)} threads failed, the first:\n{failures[0]}")
        return results

    def beside(self, work, *watchers, n=None):
        """Run `work` in `threads` threads (or `n`) while each watcher is called over and over in a thread of its own, until the
        work is done. Gives what the workers returned."""
        n = n or self.threads
        left = [n]
        lock = threading.Lock()
        done = threading.Event()

        def worker(k):
            try:
                return work(k) if work.__code__.co_argcount else work()
            finally:
                with lock:
                    left[0] -= 1
                    if not left[0]:
                        done.set()

        def watch(watcher):
            def loop():
                while not done.is_set():
                    watcher()
                watcher()
            return loop

        workers = [lambda k=k: worker(k) for k in range(n)]
        # A default argument must not be taken for the thread's number.
        workers = [_without_arguments(one) for one in workers]
        return self.together(*workers, *[watch(one) for one in watchers])[:n]


def _without_arguments(function):
    def call():
        return function()
    return call


def drain(iterator, limit=None):
    """All items that this thread gets from an iterator which others use, too."""
    got = []
    while limit is None or len(got) < limit:
        try:
            got.append(next(iterator))
        except StopIteration:
            break
    return got


def flat(lists):
    """The items of several lists."""
    return [one for some in lists for one in some]


def main():
    """Run the cases named on the command line, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    failed = 0
    for name, function in CASES.items():
        if options.cases and name not in options.cases:
            continue
        try:
            function(Setting(options.threads, options.seconds, options.scale, options.seed))
            print(f"ok {name}", flush=True)
        except Failure as failure:
            failed += 1
            print(f"FAILED {name}: {failure}", flush=True)
        except BaseException:
            failed += 1
            print(f"FAILED {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    sys.stdout.flush()
    sys.exit(1 if failed else 0)
