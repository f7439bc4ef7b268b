"""Threads for the benchmark programs, on `_thread` alone: all start together, and the time is from the start signal to the last end."""

import _thread

import pyperf


def timed(threads, work):
    """Run work(index) in so many threads; the seconds from the common start until the last is done."""
    start = _thread.allocate_lock()
    start.acquire()
    ready, done, errors = [], [], []

    def body(index):
        ready[index].release()
        with start:
            pass
        try:
            work(index)
        except BaseException as error:
            errors.append(error)
        finally:
            done[index].release()

    for index in range(threads):
        for locks in (ready, done):
            lock = _thread.allocate_lock()
            lock.acquire()
            locks.append(lock)
        _thread.start_new_thread(body, (index,))
    for lock in ready:
        lock.acquire()
    began = pyperf.perf_counter()
    start.release()
    for lock in done:
        lock.acquire()
    taken = pyperf.perf_counter() - began
    if errors:
        raise errors[0]
    return taken


def runner_with_threads(names):
    """A Runner and its arguments: which loop, and how many threads."""
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(names))
    runner.argparser.add_argument("--threads", type=int, default=1)
    return runner, runner.parse_args()


def bench(runner, name, threads, work, check=None):
    """Time work(index) in so many threads. Beside each round in several threads the same is done by one alone, at once before
    it, so that a machine which changes its speed hurts both alike; the speed-ups that this gives are reported too.

    What work gives must be the same in every thread, several or alone, in every round; it is told as the line's result, or
    where there is a check(), what that gives after each round: the same with any number of threads."""
    speedups, results, told = [], [None] * threads, []

    def rounds(loops):
        def several(index):
            for _ in range(loops):
                result = work(index)
            results[index] = result

        alone = timed(1, several) if threads > 1 else None
        found = results[:1] if threads > 1 else []
        taken = timed(threads, several)
        if check is not None:
            found = [check()]
        else:
            found += results
        for one in found:
            if not told:
                told.append(one)
            elif one != told[0]:
                raise ValueError(f"threads do not agree: {one!r} and {told[0]!r}")
        if alone is not None:
            speedups.append(threads * alone / taken)
        return taken

    runner.bench_time_func(f"{name}@{threads}", rounds)
    if hasattr(pyperf, "check"):
        pyperf.check(told[0])
    if speedups and hasattr(pyperf, "note"):
        pyperf.note(speedups=speedups)
