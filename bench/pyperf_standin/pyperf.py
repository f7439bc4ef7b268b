"""A stand-in for pyperf's Runner, small enough for an interpreter that has few modules yet.

The benchmark scripts are run unmodified: this file is what their `import pyperf` finds. It imports `sys` and `time`, has a
command-line parser of its own (the few options the scripts declare), and prints one line of JSON per measurement on
standard output, each behind the mark `@bench `:

    {"bench": NAME, "loops": L, "time": SECONDS PER LOOP, "start": S, "end": S}     one per iteration; S since measuring began
    {"bench": NAME, "first": HASH or null, "last": HASH or null}                    of what a bench_func's function returned
    {"bench": NAME, "command": [...]}                                               bench_command: the driver times it
    {"check": HASH}                                                                 of the expression given by --standin-check
    {"peak": BYTES}                                                                 largest resident set of this process
    {"pause_max": SECONDS, "share": PART}                                           what a script notes of its collector
    {"speedups": [RATIO, ...]}                                                      several threads against one, by iteration
    {"waits": [COUNT, ...]}                                                         requests of less than 2**index nanoseconds

Options, taken out of sys.argv before the script sees it:
    --standin=BUDGET,MIN,MAX,FLOOR,HARD   seconds per benchmark, least and most iterations, seconds an iteration should
                                          last at least (loops are doubled until it does), seconds never to be passed
    --standin-check=EXPRESSION            evaluated in the script's globals after the measurements

Times are wall time: background compilation counts against no one, but waiting counts against everyone.
"""

import sys
import time

perf_counter = time.perf_counter

MARK = "@bench "
PRIME = (1 << 89) - 1


class _Settings:
    budget = 3.0
    least = 3
    most = 10**9
    floor = 0.02
    hard = 60.0
    check = None


def _take_options():
    kept = sys.argv[:1]
    for argument in sys.argv[1:]:
        if argument.startswith("--standin="):
            parts = argument[len("--standin="):].split(",")
            _Settings.budget = float(parts[0])
            _Settings.least = int(parts[1])
            _Settings.most = int(parts[2])
            _Settings.floor = float(parts[3])
            _Settings.hard = float(parts[4])
        elif argument.startswith("--standin-check="):
            _Settings.check = argument[len("--standin-check="):]
        else:
            kept.append(argument)
    sys.argv[:] = kept


_take_options()


def python_implementation():
    """The name that pyperf gives the interpreter."""
    return sys.implementation.name


def once():
    """For scripts that are about what happens once in a process: a single iteration."""
    _Settings.least = _Settings.most = 1


def note(**figures):
    """Something else that was measured."""
    _say(**figures)


def check(value):
    """Something that was computed, for scripts whose timed functions return times: the same in every interpreter."""
    _say(check=_digest(value))


# For checks of asynchronous scripts

def watched(function, seen):
    """An async function that does what this one does, and appends to `seen` what came of it."""
    async def watching(*args):
        result = await function(*args)
        seen.append(result)
        return result
    return watching


def drained(iterator):
    """The list of what an asynchronous iterator gives."""
    import asyncio

    async def drain():
        return [item async for item in iterator]
    return asyncio.run(drain())


# What a line says

def _quote(value):
    if value is None:
        return "null"
    if isinstance(value, str):
        out = []
        for char in value:
            if char == '"' or char == "\\":
                out.append("\\" + char)
            elif char < " ":
                out.append("\\u%04x" % ord(char))
            else:
                out.append(char)
        return '"' + "".join(out) + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([_quote(item) for item in value]) + "]"
    return repr(value)


def _say(**fields):
    print(MARK + "{" + ", ".join(['"%s": %s' % (key, _quote(fields[key])) for key in fields]) + "}", flush=True)


def _stable(value, depth=0):
    """A text that is the same in every interpreter, or None when the value has no such text."""
    kind = type(value)
    if value is None or kind in (int, float, complex, bool, str, bytes):
        return repr(value)
    if depth > 50:
        return None
    if kind in (list, tuple, set, frozenset, dict):
        items = list(value.items()) if kind is dict else list(value)
        texts = []
        for item in items:
            text = _stable(item, depth + 1)
            if text is None:
                return None
            texts.append(text)
        if kind in (set, frozenset):
            texts.sort()
        return kind.__name__ + "(" + ",".join(texts) + ")"
    text = repr(value)
    return None if " at 0x" in text else text


def _digest(value):
    """A number for the value, in text, or None."""
    try:
        text = _stable(value)
    except Exception:
        return None
    if text is None:
        return None
    data = text.encode("utf-8", "surrogatepass")
    return "%x.%d" % (int.from_bytes(data, "little") % PRIME, len(data))


def _peak():
    """The largest resident set of this process so far, in bytes, or None where the system does not tell."""
    try:
        with open("/proc/self/status") as status:
            for line in status.read().split("\n"):
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except Exception:
        pass
    return None


# The scripts' command line

class _Namespace:
    pass


class _Parser:
    """Options and positionals with type, default, choices, nargs='?', dest and store_true: what the scripts declare."""

    def __init__(self):
        self.options = {}
        self.positionals = []
        self.defaults = {}

    def add_argument(self, *names, action="store", default=None, type=None, choices=None, nargs=None, dest=None,
                     help=None, metavar=None, required=False, const=None):
        long = [name for name in names if name.startswith("--")]
        field = dest or (long or names)[0].lstrip("-").replace("-", "_")
        spec = (field, action, type, choices, nargs)
        if names[0].startswith("-"):
            for name in names:
                self.options[name] = spec
            if action == "store_true":
                default = bool(default)
        else:
            self.positionals.append(spec)
        self.defaults[field] = default

    def add_mutually_exclusive_group(self, required=False):
        return self

    def add_argument_group(self, *names):
        return self

    def set_defaults(self, **defaults):
        self.defaults.update(defaults)

    def error(self, message):
        sys.stderr.write("error: %s\n" % message)
        raise SystemExit(2)

    def convert(self, spec, text):
        value = spec[2](text) if spec[2] else text
        if spec[3] is not None and value not in spec[3]:
            self.error("invalid choice: %r (choose from %s)" % (value, ", ".join([str(one) for one in spec[3]])))
        return value

    def parse_args(self, arguments=None, namespace=None):
        arguments = list(sys.argv[1:] if arguments is None else arguments)
        result = namespace or _Namespace()
        for field in self.defaults:
            setattr(result, field, self.defaults[field])
        waiting = list(self.positionals)
        while arguments:
            argument = arguments.pop(0)
            if argument.startswith("-") and len(argument) > 1:
                name, equals, text = argument.partition("=")
                if name not in self.options:
                    self.error("unrecognized arguments: %s" % argument)
                spec = self.options[name]
                if spec[1] == "store_true":
                    setattr(result, spec[0], True)
                    continue
                if not equals:
                    if not arguments:
                        self.error("argument %s: expected one argument" % name)
                    text = arguments.pop(0)
                setattr(result, spec[0], self.convert(spec, text))
            elif waiting:
                spec = waiting.pop(0)
                setattr(result, spec[0], self.convert(spec, argument))
            else:
                self.error("unrecognized arguments: %s" % argument)
        for spec in waiting:
            if spec[4] != "?":
                self.error("the following arguments are required: %s" % spec[0])
        return result


class Runner:
    """What the scripts use of pyperf.Runner."""

    def __init__(self, values=None, processes=None, warmups=None, loops=0, min_time=None, metadata=None,
                 add_cmdline_args=None, program_args=None, show_name=True, **ignored):
        self.metadata = dict(metadata or {})
        self.argparser = _Parser()
        self.args = None

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
        """Time calls of the function; what its first and its last call returned is reported."""
        results = []

        def task(loops):
            result = None
            start = perf_counter()
            for _ in range(loops):
                result = func(*args)
            taken = perf_counter() - start
            if results:
                results[1:] = [result]
            else:
                results.append(_digest(result))
            return taken

        self._measure(name, task, inner_loops)
        _say(bench=name, first=results[0], last=_digest(results[1]) if len(results) > 1 else results[0])

    def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
        """The function takes a number of loops and gives the seconds they took."""
        self._measure(name, lambda loops: time_func(loops, *args), inner_loops)

    def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
        """Time an async function; each iteration has an event loop of its own."""
        import asyncio

        async def main(loops):
            start = perf_counter()
            for _ in range(loops):
                await func(*args)
            return perf_counter() - start

        def task(loops):
            if loop_factory is None:
                return asyncio.run(main(loops))
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(main(loops))

        self._measure(name, task, inner_loops)

    def bench_command(self, name, command):
        """The driver times it, and evaluates the check: how long a process lives is nothing that one of its children should
        measure."""
        self.parse_args()
        _say(bench=name, command=[str(word) for word in command])

    def timeit(self, *args, **kwargs):
        raise NotImplementedError("the stand-in has no timeit")

    def _measure(self, name, task, inner_loops):
        self.parse_args()
        settings = _Settings
        inner = inner_loops or 1
        loops = 1
        done = 0
        began = perf_counter()
        while True:
            start = perf_counter() - began
            taken = task(loops)
            end = perf_counter() - began
            done += 1
            _say(bench=name, loops=loops, time=taken / (loops * inner), start=start, end=end)
            if done >= settings.most or end >= settings.hard or (done >= settings.least and end >= settings.budget):
                break
            if taken < settings.floor / 8:
                loops *= 4
            elif taken < settings.floor / 2:
                loops *= 2
        self._report()

    def _report(self):
        peak = _peak()
        if peak is not None:
            _say(peak=peak)
        if _Settings.check is not None:
            _say(check=_digest(eval(_Settings.check, sys.modules["__main__"].__dict__)))
