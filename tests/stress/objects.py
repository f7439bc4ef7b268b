"""Attributes, classes that change under running methods, frames of running threads."""

import faulthandler
import gc
import io
import sys
import tempfile
import threading
import time
import traceback

from hammer import case, check, main, same


class Point:
    """A class for attributes."""

    def __init__(self, x=0, y=0):
        self.x = x
        self.y = y


class Slotted:
    """A class with slots."""

    __slots__ = ("a", "b")


@case
def own_attributes_of_one_object(s):
    for _ in s.rounds():
        shared, n = Point(), s.size(60)

        def work(k):
            for i in range(n):
                setattr(shared, f"a{k}_{i}", i)
                same(getattr(shared, f"a{k}_{i}"), i, "just set")
        s.together(work)
        for k in range(s.threads):
            for i in range(n):
                same(getattr(shared, f"a{k}_{i}"), i, "attribute")
        same(len(vars(shared)), n * s.threads + 2, "how many")


@case
def set_and_delete_own_attributes(s):
    for _ in s.rounds():
        shared, n = Point(), s.size(200)

        def work(k):
            for i in range(n):
                setattr(shared, f"a{k}_{i % 9}", i)
                same(getattr(shared, f"a{k}_{i % 9}"), i, "just set")
                if i % 3 == 0:
                    delattr(shared, f"a{k}_{i % 9}")
                    check(not hasattr(shared, f"a{k}_{i % 9}"), "just deleted")
                same(shared.x, 0, "untouched")
        s.together(work)


@case
def set_and_delete_the_same_attribute(s):
    for _ in s.rounds():
        shared, n = Point(), s.size(800)

        def work(k):
            for i in range(n):
                shared.z = (k, k)
                try:
                    a, b = shared.z
                    same(a, b, "whole value")
                    if i % 2:
                        del shared.z
                except AttributeError as e:
                    check("z" in str(e), "message", e)
                same((shared.x, shared.y), (0, 0), "untouched")
        s.together(work)
        shared.z = 1
        same(vars(shared), {"x": 0, "y": 0, "z": 1}, "attributes")


@case
def delete_decides_once(s):
    for _ in s.rounds():
        shared, n = Point(), s.size(60)
        for i in range(n):
            setattr(shared, f"a{i}", i)

        def work():
            got = 0
            for i in range(n):
                try:
                    delattr(shared, f"a{i}")
                    got += 1
                except AttributeError:
                    pass
            return got
        same(sum(s.together(work)), n, "each deleted once")


@case
def writes_are_seen_in_order(s):
    for _ in s.rounds():
        shared, n = Point(), s.size(5000)

        def write():
            for i in range(n):
                shared.x = i
                shared.y = i

        def read():
            for _ in range(50):
                y = shared.y
                x = shared.x
                check(x >= y, "what was written first is seen first", x, y)
        s.beside(write, read, n=1)


@case
def slots(s):
    for _ in s.rounds():
        shared, n = Slotted(), s.size(1000)

        def work(k):
            for i in range(n):
                shared.a = (k, k)
                try:
                    x, y = shared.a
                    same(x, y, "whole value")
                    if i % 3 == 0:
                        del shared.a
                except AttributeError:
                    pass
        s.together(work)


@case
def class_attributes_go_forward(s):
    for _ in s.rounds():
        class Shared:
            x = 0

            def get(self):
                return self.x
        one, n = Shared(), s.size(500)

        def write():
            for i in range(n):
                Shared.x = i

        def read():
            last = 0
            for _ in range(100):
                now = one.get()
                check(now >= last, "an older value after a newer one", last, now)
                last = now
                now = Shared.x
                check(now >= last, "an older value after a newer one", last, now)
        s.beside(write, read, read, n=1)


@case
def methods_are_replaced_under_calls(s):
    for _ in s.rounds():
        class Base:
            def f(self):
                return 0

        class Shared(Base):
            pass
        one, n = Shared(), s.size(200)
        versions = [lambda self, i=i: i for i in range(n)]

        def write():
            for i in range(1, n):
                if i % 2:
                    Base.f = versions[i]
                else:
                    Shared.f = versions[i]
                    Base.f = versions[i]
                    del Shared.f

        def read():
            last = 0
            for _ in range(50):
                now = one.f()
                check(now >= last, "an older method after a newer one", last, now)
                last = now
        s.beside(write, read, read, n=1)
        same(one.f(), n - 1, "the last one")


@case
def special_methods_come_and_go(s):
    for _ in s.rounds():
        class Shared:
            pass
        one, n = Shared(), s.size(200)

        def write():
            for i in range(n):
                Shared.__len__ = lambda self: 5
                Shared.__add__ = lambda self, other: 7
                Shared.__call__ = lambda self: 9
                del Shared.__len__, Shared.__add__, Shared.__call__

        def read():
            for f, expected in ((len, 5), (lambda x: x + 1, 7), (lambda x: x(), 9)):
                try:
                    same(f(one), expected, "result")
                except TypeError:
                    pass
        s.beside(write, read, read, n=1)


@case
def class_of_an_instance_is_assigned(s):
    for _ in s.rounds():
        class One:
            def name(self):
                return "one"

        class Two:
            def name(self):
                return "two"
        shared, n = One(), s.size(200)
        shared.x = 1

        def write():
            for i in range(n):
                shared.__class__ = Two if i % 2 else One
                setattr(shared, f"n{i % 5}", i)
                same(getattr(shared, f"n{i % 5}"), i, "attribute")

        def read():
            check(shared.name() in ("one", "two"), "method")
            same(shared.x, 1, "attribute")
            check(type(shared) in (One, Two), "class")
        s.beside(write, read, read, n=1)


@case
def bases_are_assigned(s):
    for _ in s.rounds():
        class One:
            tag = "one"

        class Two:
            tag = "two"

        class Shared(One):
            pass
        one, n = Shared(), s.size(60)

        def write():
            for i in range(n):
                Shared.__bases__ = (Two,) if i % 2 else (One,)

        def read():
            for _ in range(20):
                check(one.tag in ("one", "two"), "attribute")
                check(type(one).__mro__[1] in (One, Two), "order of classes")
        s.beside(write, read, read, n=1)


@case
def classes_from_all(s):
    for _ in s.rounds():
        class Base:
            pass

        def work(k):
            for i in range(s.size(20)):
                made = type(f"C{k}", (Base,), {"k": k, "get": lambda self: self.k})
                same(made().get(), k, "method")
            return made
        made = s.together(work)
        check(set(made) <= set(Base.__subclasses__()), "subclasses")


@case
def instances_of_one_class(s):
    for _ in s.rounds():
        class Shared:
            def __init__(self, k):
                self.k = k
                setattr(self, f"own{k}", k)

        def work(k):
            for _ in range(s.size(200)):
                one = Shared(k)
                same(vars(one), {"k": k, f"own{k}": k}, "attributes")
        s.together(work)


@case
def descriptors_and_properties(s):
    class Shared:
        def __init__(self):
            self._v = (0, 0)

        @property
        def v(self):
            return self._v

        @v.setter
        def v(self, value):
            self._v = value
    for _ in s.rounds():
        shared = Shared()

        def work(k):
            for _ in range(s.size(500)):
                shared.v = (k, k)
                a, b = shared.v
                same(a, b, "whole value")
        s.together(work)


@case
def closure_cells(s):
    for _ in s.rounds():
        value = (0, 0)

        def work(k):
            nonlocal value
            for _ in range(s.size(2000)):
                value = (k, k)
                a, b = value
                same(a, b, "whole value")
        s.together(work)


def busy(stop, depth, box):
    """Runs until told, with locals that belong together."""
    if depth:
        return busy(stop, depth - 1, box)
    one = two = 0
    while not stop.is_set():
        one += 1
        two = one
        text = str(two)
        box[0] = text
    return one


@case
def frames_of_running_threads(s):
    for _ in s.rounds(1):
        stop = threading.Event()
        threads = [threading.Thread(target=busy, args=(stop, 5, [None])) for _ in range(3)]
        for one in threads:
            one.start()
        try:
            end = time.monotonic() + s.seconds
            while time.monotonic() < end:
                frames = sys._current_frames()
                for one in threads:
                    frame = frames.get(one.ident)
                    check(frame is not None, "a frame for each thread")
                    names = []
                    while frame is not None:
                        names.append(frame.f_code.co_name)
                        here = frame.f_locals
                        if frame.f_code is busy.__code__:
                            check("stop" in here and here["stop"] is stop, "local", dict(here))
                            if here["depth"] == 0 and "one" in here:
                                check(type(here["one"]) is int and type(here.get("two", 0)) is int, "numbers", dict(here))
                        check(frame.f_lineno is None or frame.f_lineno > 0, "line")
                        frame = frame.f_back
                    # A thread may just be inside `is_set` or between the calls.
                    check("busy" in names and "run" in names or "_bootstrap" in names, "names", names)
                sys._current_exceptions()
                for frame in frames.values():
                    traceback.extract_stack(frame)
        finally:
            stop.set()
            for one in threads:
                one.join()


@case
def variables_of_running_frames_are_written(s):
    for _ in s.rounds(1):
        frames, seen = [], []

        def run():
            mark = 0
            frames.append(sys._getframe())
            while mark >= 0:
                if mark:
                    seen.append(mark)
                    mark = 0
        thread = threading.Thread(target=run)
        thread.start()
        while not frames:
            pass
        here, written = frames[0].f_locals, 0
        end = time.monotonic() + s.seconds
        while time.monotonic() < end:
            while here["mark"]:
                pass
            written += 1
            here["mark"] = written
        while here["mark"]:
            pass
        here["mark"] = -1
        thread.join(30)
        check(not thread.is_alive(), "the last value arrives")
        check(set(seen) <= set(range(1, written + 1)), "only what was written", seen[:20])
        # A value that is written just before the thread's own `mark = 0` is lost, as it would be in any language.
        check(len(seen) >= written * 0.5, "written values arrive", len(seen), written)


@case
def tracebacks_of_all_threads_are_dumped(s):
    for _ in s.rounds(1):
        stop = threading.Event()
        threads = [threading.Thread(target=busy, args=(stop, 20, [None])) for _ in range(3)]
        for one in threads:
            one.start()
        try:
            with tempfile.TemporaryFile("w+") as f:
                for _ in range(s.size(30)):
                    f.seek(0)
                    f.truncate()
                    faulthandler.dump_traceback(f, all_threads=True)
                    f.seek(0)
                    text = f.read()
                    check(text.count("(most recent call first)") >= 4, "all threads", text)
                    check("in busy" in text or "in _bootstrap" in text, "names", text)
        finally:
            stop.set()
            for one in threads:
                one.join()


@case
def exceptions_are_a_thread_s_own(s):
    def work(k):
        for i in range(s.size(300)):
            try:
                raise KeyError(k, i)
            except KeyError as e:
                same(e.args, (k, i), "arguments")
                same(sys.exception(), e, "sys.exception()")
                same(e.__traceback__.tb_frame.f_locals["k"], k, "frame of the traceback")
            same(sys.exception(), None, "nothing handled")
    for _ in s.rounds():
        s.together(work)


@case
def one_exception_raised_by_all(s):
    for _ in s.rounds():
        shared = ValueError("shared")
        # Each raising makes the traceback longer, which all of them print.
        n = max(2, s.size(100) // s.threads)

        def work():
            for _ in range(n):
                try:
                    raise shared
                except ValueError as e:
                    check(e is shared, "the same")
                    "".join(traceback.format_exception(e))
            shared.__traceback__ = None
        s.together(work)


@case
def the_world_stops_among_busy_threads(s):
    # Threads that neither allocate nor call anything: they must answer all the same.
    class One:
        pass

    class Other:
        pass

    def spin():
        count = 0
        while not stop:
            count = (count + 1) & 1023
        return count

    def call():
        return None

    def calls():
        while not stop:
            call()

    def counts():
        while not stop:
            for _ in range(100_000):
                pass

    for _ in s.rounds(1):
        stop, one = [], One()

        def ask():
            try:
                for i in range(s.size(10)):
                    one.__class__ = Other if i % 2 else One
                    sys._current_exceptions()
                    check(len(sys._current_frames()) > 1, "frames of others")
                gc.collect()
            finally:
                stop.append(True)
        s.together(ask, *[(spin, calls, counts)[k % 3] for k in range(s.threads)])


@case
def live_frames_of_other_threads(s):
    # Frames that their own threads have handed out: they are read and written while they run.
    # Each look stops all threads: a few of them are enough.
    n = min(s.threads, 6)
    for _ in s.rounds():
        frames, stop = [None] * n, threading.Event()

        def inner(k, deep):
            if deep:
                return inner(k, deep - 1)
            frames[k] = sys._getframe()
            mark, count = None, 0
            while not stop.is_set():
                count += 1
            return mark

        def read(k):
            while frames[k] is None:
                pass
            frame = frames[k]
            names = [one.name for one in traceback.extract_stack(frame)]
            check(names.count("inner") == 4 and names[-1] == "inner", "the whole stack", names)
            lines = {frame.f_lineno - frame.f_code.co_firstlineno for _ in range(10)}
            check(lines <= {3, 4, 5, 6}, "where it runs", lines)
            same(frame.f_back.f_code, frame.f_code, "its caller")
            before = frame.f_locals["count"]
            check(frame.f_locals["count"] >= before, "it goes on")
            frame.f_locals["mark"] = k
            same(frame.f_locals["mark"], k, "written")

        def watch():
            try:
                for k in range(n):
                    read(k)
            finally:
                stop.set()
        got = s.together(watch, *[_runner(inner, k) for k in range(n)])
        same(got[1:], list(range(n)), "what was written is there")
        for frame in frames:
            check(frame.f_back is not None and frame.f_locals["mark"] is not None, "afterwards")


def _runner(function, k):
    def run():
        return function(k, 3)
    return run


@case
def tracing_is_switched_while_threads_run(s):
    for _ in s.rounds():
        lines = []

        def trace(frame, event, arg):
            lines.append(event)
            if len(lines) > 1000:
                lines.clear()
            return trace

        def work(k):
            total = 0
            for i in range(s.size(1000)):
                total += helper(i)
            same(total, sum(range(s.size(1000))) + s.size(1000), "result")

        def switch():
            threading.settrace_all_threads(trace)
            threading.setprofile_all_threads(trace)
            threading.settrace_all_threads(None)
            threading.setprofile_all_threads(None)
        try:
            s.beside(work, switch)
        finally:
            threading.settrace(None)
            threading.setprofile(None)
            sys.settrace(None)
            sys.setprofile(None)


def helper(i):
    j = i
    return j + 1


@case
def monitoring_is_switched_while_threads_run(s):
    mon = sys.monitoring
    tool = mon.PROFILER_ID
    for _ in s.rounds():
        calls = []
        mon.use_tool_id(tool, "stress")
        try:
            mon.register_callback(tool, mon.events.PY_START, lambda code, offset: calls.append(code.co_name))
            mon.register_callback(tool, mon.events.LINE, lambda code, line: None)

            def work(k):
                total = 0
                for i in range(s.size(1000)):
                    total += helper(i)
                same(total, sum(range(s.size(1000))) + s.size(1000), "result")

            def switch():
                mon.set_events(tool, mon.events.PY_START | mon.events.LINE)
                mon.set_local_events(tool, helper.__code__, mon.events.LINE)
                mon.set_local_events(tool, helper.__code__, 0)
                mon.set_events(tool, 0)
            s.beside(work, switch)
            calls.clear()
            mon.set_events(tool, mon.events.PY_START)
            n = s.size(200)
            s.together(lambda: [helper(i) for i in range(n)])
            mon.set_events(tool, 0)
            same(calls.count("helper"), n * s.threads, "every start is told once")
        finally:
            mon.free_tool_id(tool)


@case
def codes_and_defaults_are_replaced(s):
    for _ in s.rounds():
        def f(a=1):
            return a, a

        def g(a=1):
            return a, a
        first, second = f.__code__, g.__code__

        def write():
            for i in range(s.size(300)):
                f.__code__ = second if i % 2 else first
                f.__defaults__ = (i,)

        def read():
            a, b = f()
            same(a, b, "result")
        s.beside(write, read, read, n=1)


@case
def subclasses_come_and_go(s):
    for _ in s.rounds():
        class Base:
            mark = 5

        def work():
            for i in range(s.size(150)):
                new = type("New", (Base,), {"own": i})
                check(new in Base.__subclasses__(), "registered")
                for one in Base.__subclasses__():
                    same((one.mark, one.__name__), (5, "New"), "attributes")
                del new, one
        s.together(work)


main()
