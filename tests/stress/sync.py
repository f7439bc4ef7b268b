"""Locks, queues, threads that come and go, signals, forks, and how soon a running thread answers."""

import asyncio
import concurrent.futures
import contextvars
import gc
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref

from hammer import Failure, case, check, flat, main, same


@case
def locks_exclude(s):
    for make in (threading.Lock, threading.RLock, lambda: threading.Semaphore(1), threading.Condition):
        for _ in s.rounds(1):
            n, lock, total = s.size(1000), make(), 0

            def work(k):
                nonlocal total
                for i in range(n):
                    if i % 3:
                        with lock:
                            total += 1
                    else:
                        lock.acquire()
                        total += 1
                        lock.release()
            s.together(work)
            same(total, n * s.threads, "no update lost")


@case
def locks_with_time_outs(s):
    for _ in s.rounds():
        lock, inside, most = threading.Lock(), 0, 0

        def work(k):
            nonlocal inside, most
            got = 0
            for i in range(s.size(150)):
                if lock.acquire(timeout=0.0005 if i % 2 else 0.01) if i % 5 else lock.acquire(blocking=False):
                    inside += 1
                    most = max(most, inside)
                    inside -= 1
                    lock.release()
                    got += 1
            return got
        check(sum(s.together(work)) > 0, "somebody got it")
        same(most, 1, "one at a time")
        check(not lock.locked(), "free at the end")


@case
def reentrant_locks(s):
    for _ in s.rounds():
        n, lock, total = s.size(300), threading.RLock(), 0

        def deep(d):
            nonlocal total
            with lock:
                if d:
                    deep(d - 1)
                total += 1

        def work(k):
            for i in range(n):
                deep(i % 5)
            try:
                lock.release()
                raise Failure("released what another holds")
            except RuntimeError as e:
                same(str(e), "cannot release un-acquired lock", "message")
        s.together(work)
        same(total, s.threads * sum(i % 5 + 1 for i in range(n)), "no update lost")


@case
def conditions(s):
    for _ in s.rounds():
        n, room, items, condition = s.size(300), 3, [], threading.Condition()

        def work(k):
            got = []
            for i in range(n):
                if k % 2 == 0:
                    with condition:
                        while len(items) >= room:
                            condition.wait()
                        items.append((k, i))
                        condition.notify_all()
                else:
                    with condition:
                        while not items:
                            condition.wait()
                        got.append(items.pop(0))
                        condition.notify_all()
            return got
        threads = s.threads // 2 * 2
        got = flat(s.beside(work, n=threads))
        same(sorted(got), sorted((k, i) for k in range(0, threads, 2) for i in range(n)), "each once")


@case
def events_and_barriers(s):
    for _ in s.rounds():
        barrier, counts, n = threading.Barrier(s.threads), [0] * s.threads, s.size(40)
        event = threading.Event()

        def work(k):
            leaders = 0
            for i in range(n):
                counts[k] = i
                leaders += barrier.wait(60) == 0
                check(all(one in (i, i + 1) for one in counts), "all are here", i, counts)
                barrier.wait(60)
                if k == 0:
                    event.set()
                else:
                    check(event.wait(60), "set")
                barrier.wait(60)
                event.clear()
                barrier.wait(60)
            return leaders
        same(sum(s.together(work)), n, "one leader a turn")


@case
def semaphores_limit(s):
    for _ in s.rounds():
        limit, inside, most, guard = threading.BoundedSemaphore(2), 0, 0, threading.Lock()

        def work(k):
            nonlocal inside, most
            for _ in range(s.size(200)):
                with limit:
                    with guard:
                        inside += 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
        s.together(work)
        check(most <= 2, "at most two", most)


@case
def queues(s):
    for make in (queue.Queue, lambda: queue.Queue(3), queue.LifoQueue, queue.PriorityQueue, queue.SimpleQueue):
        for _ in s.rounds(1):
            n, shared = s.size(200), make()
            givers = max(1, s.threads // 2)

            def work(k):
                got = []
                if k < givers:
                    for i in range(n):
                        shared.put(k * n + i)
                    return got
                while True:
                    one = shared.get()
                    if one == 1 << 40:
                        return got
                    got.append(one)
                    if hasattr(shared, "task_done"):
                        shared.task_done()

            takers = max(1, s.threads - givers)
            results = [None] * (givers + takers)

            def run(k):
                results[k] = work(k)
            threads = [threading.Thread(target=run, args=(k,), daemon=True) for k in range(givers + takers)]
            for one in threads:
                one.start()
            for one in threads[:givers]:
                one.join(60)
            for _ in range(takers):
                shared.put(1 << 40)
            for one in threads[givers:]:
                one.join(60)
                check(not one.is_alive(), "a taker ends")
            # The last put comes out first of some.
            left = [shared.get() for _ in range(shared.qsize())]
            same(sorted(flat(results) + left), list(range(n * givers)), "each once")


@case
def queues_are_shut_down(s):
    for _ in s.rounds():
        shared = queue.Queue(2)

        def work(k):
            try:
                while True:
                    shared.put(k) if k % 2 else shared.get()
            except queue.ShutDown:
                return True
        timer = threading.Timer(0.02, shared.shutdown, (True,))
        timer.start()
        same(s.together(work, timeout=60), [True] * s.threads, "all leave")
        timer.join()


@case
def thread_churn(s):
    for _ in s.rounds(1):
        n, done = s.size(300), []

        def short(i):
            box = {"i": i}
            done.append(box["i"])

        def work(k):
            for i in range(0, n, 10):
                threads = [threading.Thread(target=short, args=(k * n + i + j,)) for j in range(10)]
                for one in threads:
                    one.start()
                for one in threads:
                    one.join()
                    check(not one.is_alive(), "joined")
        s.together(work)
        same(sorted(done), list(range(len(done))) if n % 10 == 0 else sorted(done), "each ran once")
        same(len(done), s.threads * ((n + 9) // 10) * 10, "all ran")


@case
def threads_that_leave_containers_behind(s):
    for _ in s.rounds():
        boxes = []

        def fill(k):
            for i in range(20):
                boxes.append(([k], {k: k}, {k}))

        for _ in range(s.size(10)):
            s.together(fill)

            def use(k):
                for i in range(k, len(boxes), s.threads):
                    a, b, c = boxes[i]
                    a.append(k)
                    b["x"] = k
                    c.add("x")
            s.together(use)
            for a, b, c in boxes:
                check(len(a) == 2 and len(b) == 2 and len(c) == 2, "changed by one other", a, b, c)
            boxes.clear()


@case
def revocation_storm(s):
    for _ in s.rounds():
        n = s.size(300)
        place = [None] * s.threads

        def work(k):
            for i in range(n):
                mine = [k]
                place[k] = mine
                other = place[(k + 1) % s.threads]
                if other is not None:
                    other.append(k)
                mine.append(k)
                check(mine[0] == k and set(mine) <= {k, (k - 1) % s.threads}, "content", mine)
        s.together(work)


@case
def thread_locals(s):
    class Local(threading.local):
        def __init__(self, start):
            self.value = start
    for _ in s.rounds():
        plain, own = threading.local(), Local(5)

        def work(k):
            check(not hasattr(plain, "value"), "fresh")
            same(own.value, 5, "initialised")
            for i in range(s.size(300)):
                plain.value = own.value = (k, i)
                same(plain.value, (k, i), "own value")
                same(own.value, (k, i), "own value")
        s.together(work)
        check(not hasattr(plain, "value"), "not this thread's")


@case
def pools(s):
    for _ in s.rounds():
        n = s.size(300)
        with concurrent.futures.ThreadPoolExecutor(s.threads) as pool:
            same(list(pool.map(lambda x: x * x, range(n))), [x * x for x in range(n)], "map")
            futures = [pool.submit(lambda x=x: x + 1) for x in range(n)]
            same(sorted(one.result() for one in concurrent.futures.as_completed(futures)), list(range(1, n + 1)), "submit")

            def fail():
                raise KeyError(1)
            check(isinstance(pool.submit(fail).exception(), KeyError), "exception")


@case
def an_event_loop_serves_threads(s):
    loop = asyncio.new_event_loop()
    runner = threading.Thread(target=loop.run_forever)
    runner.start()

    async def add(a, b):
        await asyncio.sleep(0)
        return a + b
    try:
        for _ in s.rounds():
            def work(k):
                for i in range(s.size(40)):
                    same(asyncio.run_coroutine_threadsafe(add(k, i), loop).result(60), k + i, "result")
            s.together(work)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        runner.join()
        loop.close()


@case
def signals_reach_the_main_thread(s):
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(threading.current_thread() is threading.main_thread()))
    stop = threading.Event()

    def spin():
        while not stop.is_set():
            for i in range(1000):
                i * i
    threads = [threading.Thread(target=spin) for _ in range(s.threads)]
    for one in threads:
        one.start()
    try:
        for i in range(s.size(50)):
            os.kill(os.getpid(), signal.SIGUSR1)
            end = time.monotonic() + 20
            while len(seen) <= i:
                check(time.monotonic() < end, "the handler runs")
    finally:
        stop.set()
        for one in threads:
            one.join()
        signal.signal(signal.SIGUSR1, before)
    check(all(seen), "in the main thread")


@case
def thread_locals_come_and_go(s):
    class Kept:
        pass

    for _ in s.rounds():
        shared, dead, n = threading.local(), [], s.size(60)

        def work(k):
            shared.own = Kept()
            dead.append(weakref.ref(shared.own))
            for i in range(n):
                local = threading.local()
                local.own = local
                shared.count = getattr(shared, "count", 0) + 1
            same((shared.count, shared.own is dead[-1]() or len(dead) > 1), (n, True), "this thread's alone")
        s.together(work)
        check(not hasattr(shared, "own") and not hasattr(shared, "count"), "nobody else's")
        same(len(dead), s.threads, "each had its own")


@case
def signals_interrupt_waiting(s):
    waiting = False

    def handler(number, frame):
        # Anywhere else the exception would leave what the library is doing half done.
        if waiting:
            raise InterruptedError

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        for _ in s.rounds():
            for wait in (lambda: threading.Lock().__enter__() or None, lambda: threading.Event().wait(20), lambda: time.sleep(20),
                         lambda: queue.SimpleQueue().get()):
                done = threading.Event()

                def nag():
                    while not done.wait(0.01):
                        os.kill(os.getpid(), signal.SIGUSR1)
                nagging = threading.Thread(target=nag)
                nagging.start()
                start = time.monotonic()
                try:
                    waiting = True
                    wait()
                    lock = threading.Lock()
                    lock.acquire()
                    lock.acquire(timeout=20)
                except InterruptedError:
                    pass
                finally:
                    waiting = False
                check(time.monotonic() - start < 15, "interrupted")
                done.set()
                nagging.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


@case
def forks_beside_running_threads(s):
    for _ in s.rounds(1):
        stop, shared, lock = threading.Event(), [], threading.Lock()

        def busy(k):
            i = 0
            while not stop.is_set():
                with lock:
                    shared.append([k])
                {str(i): i}
                if len(shared) > 1000:
                    shared.clear()
                i += 1
        threads = [threading.Thread(target=busy, args=(k,)) for k in range(s.threads)]
        for one in threads:
            one.start()
        try:
            for i in range(s.size(12)):
                import warnings
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    pid = os.fork()
                if pid == 0:
                    status = 1
                    try:
                        [one[0] for one in list(shared)]
                        shared.append(None)
                        gc.collect()
                        inner = threading.Thread(target=shared.append, args=(1,))
                        inner.start()
                        inner.join()
                        status = 0 if threading.active_count() == 1 and shared[-1] == 1 else 2
                    finally:
                        os._exit(status)
                end = time.monotonic() + 30
                while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
                    if time.monotonic() > end:
                        os.kill(pid, signal.SIGKILL)
                        os.waitpid(pid, 0)
                        raise Failure("the child hangs")
                    time.sleep(0.001)
                same(os.waitstatus_to_exitcode(ended[1]), 0, "child")
        finally:
            stop.set()
            for one in threads:
                one.join()


def program(text, expected, status=0, timeout=60):
    got = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=timeout)
    same((got.returncode, got.stdout), (status, expected), got.stderr[-1500:])


@case
def daemon_threads_at_the_end(s):
    for _ in s.rounds(2):
        program("""
import threading, time
def run(k):
    x = []
    while True:
        x.append([k]); x and x.pop()
def wait():
    threading.Lock().acquire() or threading.Event().wait()
for k in range(4):
    threading.Thread(target=run, args=(k,), daemon=True).start()
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    threading.Thread(target=wait, daemon=True).start()
time.sleep(0.02)
print("end")
""", "end\n")


@case
def ordinary_threads_at_the_end(s):
    for _ in s.rounds(2):
        program("""
import threading, time, atexit
def run(k):
    time.sleep(0.02)
    done.append(k)
done = []
atexit.register(lambda: print(sorted(done)))
for k in range(8):
    threading.Thread(target=run, args=(k,)).start()
""", "[0, 1, 2, 3, 4, 5, 6, 7]\n")


@case
def the_end_beside_output(s):
    program("""
import threading, sys
def run():
    while True:
        sys.stdout.write("")
        sys.stderr.write("")
for _ in range(3):
    threading.Thread(target=run, daemon=True).start()
print("end")
""", "end\n")


@case
def exceptions_in_threads_are_told(s):
    told, before = [], threading.excepthook
    threading.excepthook = lambda args: told.append((args.exc_type, str(args.exc_value)))
    try:
        for _ in s.rounds():
            told.clear()

            def work(k):
                for i in range(10):
                    def fail():
                        raise ValueError(f"{k} {i}")
                    one = threading.Thread(target=fail)
                    one.start()
                    one.join()
            s.together(work)
            same(sorted(told, key=str), sorted([(ValueError, f"{k} {i}") for k in range(s.threads) for i in range(10)], key=str), "each once")
    finally:
        threading.excepthook = before


@case
def asynchronous_exceptions(s):
    try:
        import ctypes
        call = ctypes.pythonapi.PyThreadState_SetAsyncExc
    except (ImportError, AttributeError, NotImplementedError, OSError):
        return
    for _ in s.rounds():
        ended = []

        class Stop(Exception):
            pass

        def spin():
            try:
                while True:
                    pass
            except Stop:
                ended.append(1)
        one = threading.Thread(target=spin)
        one.start()
        same(call(ctypes.c_ulong(one.ident), ctypes.py_object(Stop)), 1, "one thread")
        one.join(30)
        same(ended, [1], "raised")


@case
def tight_loops_answer(s):
    stop = [False]

    def spin():
        n = 0
        while not stop[0]:
            n += 1
        return n

    def spin_in_range():
        while not stop[0]:
            for i in range(1_000_000):
                if stop[0]:
                    break

    def spin_in_sum():
        while not stop[0]:
            sum(range(100_000))
    threads = [threading.Thread(target=(spin, spin_in_range, spin_in_sum)[k % 3]) for k in range(s.threads)]
    for one in threads:
        one.start()
    try:
        times = []
        end = time.monotonic() + s.seconds
        while time.monotonic() < end:
            start = time.perf_counter()
            sys._current_frames()
            times.append(time.perf_counter() - start)
            gc.collect(0)
    finally:
        stop[0] = True
        for one in threads:
            one.join()
    times.sort()
    check(times[0] < 0.05, "a stop request is served", times[0], times[-1])


@case
def joins_with_time_outs(s):
    for _ in s.rounds():
        stop = threading.Event()
        shared = threading.Thread(target=stop.wait)
        shared.start()

        def work(k):
            shared.join(0.001)
            check(shared.is_alive(), "alive")
            if all_tried.wait(60) == 0:
                stop.set()
            shared.join()
            check(not shared.is_alive(), "ended")
        all_tried = threading.Barrier(s.threads)
        s.together(work)


@case
def context_is_inherited(s):
    var = contextvars.ContextVar("var", default=None)
    for _ in s.rounds():
        var.set("outer")
        same(s.together(lambda: var.get()), ["outer" if sys.flags.thread_inherit_context else None] * s.threads, "value")


@case
def signals_just_before_waiting(s):
    """A signal that comes between the look whether there is one and the wait ends the wait all the same."""
    class Came(Exception):
        pass

    def handler(*_):
        raise Came
    locked, empty = threading.Lock(), queue.SimpleQueue()
    locked.acquire()
    waits = [lambda: locked.acquire(timeout=20), lambda: empty.get(timeout=20), lambda: time.sleep(20)]
    before = signal.signal(signal.SIGALRM, handler)
    try:
        for i in s.rounds(40):
            start = time.monotonic()
            try:
                signal.setitimer(signal.ITIMER_REAL, s.random.uniform(1e-6, 80e-6))
                waits[i % 3]()
            except Came:
                pass
            check(time.monotonic() - start < 10, "handled at once")
    finally:
        signal.signal(signal.SIGALRM, before)


main()
