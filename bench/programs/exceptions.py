"""What raising and catching costs, near and far, and what a `try` costs that never raises."""

import pyperf


def raise_catch_near():
    caught = 0
    for i in range(20_000):
        try:
            raise ValueError(i)
        except ValueError as error:
            caught += error.args[0] & 1
    return caught


def raise_catch_deep():
    def descend(n):
        if n == 0:
            raise KeyError("bottom")
        return descend(n - 1) + 1

    caught = 0
    for _ in range(1_000):
        try:
            descend(20)
        except LookupError:
            caught += 1
    return caught


def try_no_raise():
    table = {i: i for i in range(100)}
    total = 0
    for i in range(50_000):
        try:
            total += table[i % 100]
        except KeyError:
            total = -1
        finally:
            total += 1
    return total


def finally_return():
    def work(n):
        for i in range(n):
            try:
                if i == n - 1:
                    return i
                continue
            finally:
                n += 0
    return sum([work(i % 20 + 1) for i in range(3_000)])


def exception_groups():
    total = 0
    for i in range(1_000):
        try:
            raise ExceptionGroup("several", [ValueError(i), KeyError("k"), ExceptionGroup("inner", [TypeError(1), ValueError(2)])])
        except* ValueError as group:
            total += len(group.exceptions)
        except* (KeyError, TypeError) as group:
            total += 10 * len(group.exceptions)
    return total


def context_chain():
    depth = 0
    for _ in range(2_000):
        try:
            try:
                try:
                    [][0]
                except IndexError as error:
                    raise ValueError("second") from error
            except ValueError:
                {}["missing"]
        except KeyError as error:
            while error is not None:
                depth += 1
                error = error.__context__
    return depth


PROGRAMS = {function.__name__: function for function in (
    raise_catch_near, raise_catch_deep, try_no_raise, finally_return, exception_groups, context_chain)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
