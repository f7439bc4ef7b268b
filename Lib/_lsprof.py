"""The profiler under cProfile: counts and times calls by the events of sys.monitoring."""

import sys
import types
from _thread import get_ident
from collections import namedtuple
from time import perf_counter

_monitoring = sys.monitoring
_TOOL = _monitoring.PROFILER_ID
_events = _monitoring.events

profiler_entry = namedtuple("profiler_entry", "code callcount reccallcount totaltime inlinetime calls")
profiler_subentry = namedtuple("profiler_subentry", "code callcount reccallcount totaltime inlinetime")

# Numbers that counts and times are kept in, by their index.
_COUNT, _RECURSIVE, _TOTAL, _INLINE, _LEVEL = range(5)


def _add(numbers, total, inline):
    numbers[_LEVEL] -= 1
    if numbers[_LEVEL] == 0:
        numbers[_TOTAL] += total
    else:
        numbers[_RECURSIVE] += 1
    numbers[_INLINE] += inline
    numbers[_COUNT] += 1


def _label(function):
    """How a native function is named, or None if it is none."""
    if isinstance(function, types.BuiltinFunctionType):
        owner, name = function.__self__, function.__name__
        if owner is not None and not isinstance(owner, types.ModuleType):
            found = getattr(type(owner), name, None)
            if found is not None:
                return repr(found)
        module = function.__module__
        return f"<built-in method {module}.{name}>" if isinstance(module, str) else f"<built-in method {name}>"
    if isinstance(function, (types.MethodDescriptorType, types.ClassMethodDescriptorType)):
        return repr(function)
    return None


class _Table:
    """What one thread did: only that thread changes it."""

    def __init__(self):
        self.entries = {}       # code or label -> (numbers, {callee: numbers})
        self.running = []       # [code, entry, numbers as a callee, start, time of callees]


class Profiler:
    """Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)

    Builds a profiler object using the specified timer function.
    The default timer is a fast built-in one based on real time.
    For custom timer functions returning integers, 'timeunit' can
    be a float specifying a scale (that is, how long each integer unit
    is, in seconds).
    """

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        self._timer = timer or perf_counter
        self._unit = (timeunit or 1.0) if timer else 1.0
        self._subcalls = bool(subcalls)
        self._builtins = bool(builtins)
        self._enabled = False
        self._tables = {}

    def enable(self, subcalls=True, builtins=True):
        """Start collecting profiling information.

        subcalls
          If True, also records for each function
          statistics separated according to its current caller.
        builtins
          If True, records the time spent in
          built-in functions separately from their caller.
        """
        self._subcalls, self._builtins = bool(subcalls), bool(builtins)
        _monitoring.use_tool_id(_TOOL, "cProfile")
        self._enabled = True
        enter, leave = self._enter, self._leave
        callbacks = {_events.PY_START: enter, _events.PY_RESUME: enter, _events.PY_THROW: enter, _events.PY_RETURN: leave,
                     _events.PY_YIELD: leave, _events.PY_UNWIND: leave}
        if self._builtins:
            callbacks |= {_events.CALL: self._call, _events.C_RETURN: self._returned, _events.C_RAISE: self._returned}
        every = 0
        for event, callback in callbacks.items():
            _monitoring.register_callback(_TOOL, event, callback)
            every |= event
        # The events of what a call did come with those of calls.
        _monitoring.set_events(_TOOL, every & ~(_events.C_RETURN | _events.C_RAISE))

    def disable(self):
        """Stop collecting profiling information."""
        if not self._enabled:
            return
        self._enabled = False
        _monitoring.set_events(_TOOL, 0)
        for event in (_events.PY_START, _events.PY_RESUME, _events.PY_THROW, _events.PY_RETURN, _events.PY_YIELD,
                      _events.PY_UNWIND, _events.CALL, _events.C_RETURN, _events.C_RAISE):
            _monitoring.register_callback(_TOOL, event, None)
        _monitoring.free_tool_id(_TOOL)
        # Calls that have not returned end here.
        for table in list(self._tables.values()):
            while table.running:
                self._pop(table)

    def clear(self):
        """Clear all profiling information collected so far."""
        self._tables = {}

    def getstats(self):
        """Return all information collected by the profiler: a list of profiler_entry.

        code            code object or name of a native function
        callcount       how many times this was called
        reccallcount    how many times called recursively
        totaltime       total time in this entry
        inlinetime      inline time in this entry (not in subcalls)
        calls           details of the calls: a list of profiler_subentry, or None
        """
        found = {}
        for table in list(self._tables.values()):
            for code, (numbers, calls) in list(table.entries.items()):
                sums, callees = found.setdefault(code, ([0, 0, 0, 0, 0], {}))
                sums[:] = map(sum, zip(sums, numbers))
                for callee, n in list(calls.items()):
                    callees[callee] = [*map(sum, zip(callees.get(callee, (0, 0, 0, 0, 0)), n))]
        unit = self._unit

        def row(code, n):
            return code, n[_COUNT], n[_RECURSIVE], n[_TOTAL] * unit, n[_INLINE] * unit

        out = []
        for code, (numbers, calls) in found.items():
            if numbers[_COUNT]:
                below = [profiler_subentry(*row(c, n)) for c, n in calls.items() if n[_COUNT]]
                out.append(profiler_entry(*row(code, numbers), below or None))
        return out

    def _push(self, code):
        table = self._tables.get(get_ident())
        if table is None:
            table = self._tables.setdefault(get_ident(), _Table())
        entry = table.entries.get(code)
        if entry is None:
            entry = table.entries[code] = ([0, 0, 0, 0, 0], {})
        entry[0][_LEVEL] += 1
        callee = None
        if self._subcalls and table.running:
            calls = table.running[-1][1][1]
            callee = calls.get(code)
            if callee is None:
                callee = calls[code] = [0, 0, 0, 0, 0]
            callee[_LEVEL] += 1
        frame = [code, entry, callee, 0, 0]
        table.running.append(frame)
        frame[3] = self._timer()

    def _pop(self, table):
        now = self._timer()
        _, entry, callee, start, below = table.running.pop()
        total = now - start
        if table.running:
            table.running[-1][4] += total
        _add(entry[0], total, total - below)
        if callee is not None:
            _add(callee, total, total - below)

    def _leave_call(self, code):
        table = self._tables.get(get_ident())
        # What was entered before profiling began is left, too.
        if table is not None and table.running and table.running[-1][0] is code:
            self._pop(table)

    def _enter(self, code, *_):
        if code is not _DISABLE:
            self._push(code)
        elif self._builtins:
            self._push(_DISABLED)

    def _leave(self, code, *_):
        self._leave_call(code)

    def _call(self, code, offset, function, first):
        label = _label(function)
        if label is not None and code is not _DISABLE:
            self._push(sys.intern(label))

    def _returned(self, code, offset, function, first):
        label = _label(function)
        if label is not None:
            self._leave_call(sys.intern(label))


# Switching off is profiled as the native method that it is in CPython.
_DISABLE = Profiler.disable.__code__
_DISABLED = "<method 'disable' of '_lsprof.Profiler' objects>"
