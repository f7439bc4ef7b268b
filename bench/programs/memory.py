"""Allocation and collection: throughput, pauses, and what stays behind.

The pause of a program is told apart from its speed: `small_objects_dropped` and the others time rounds of allocation, the
driver records the largest resident set, and the spread of the rounds shows the pauses.
"""

import sys

import pyperf


class Small:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def small_objects_dropped():
    """200,000 small objects a round, each dropped at once."""
    last = None
    for i in range(200_000):
        last = Small(i, None)
    return last.left


HELD = []


def live_objects_held():
    """200,000 new objects a round beside a million that stay: what a collection costs that frees little."""
    if not HELD:
        HELD.extend([Small(i, None) for i in range(1_000_000)])
    fresh = None
    for i in range(200_000):
        fresh = Small(i, fresh if i % 100 else None)
    return len(HELD), fresh.left


def cyclic_garbage():
    """50,000 pairs of objects that hold each other."""
    for i in range(50_000):
        one = Small(i, None)
        one.right = Small(one, i)
    return i


COUNTER = [0]


def interned_strings():
    """50,000 new interned strings a round; none is kept."""
    COUNTER[0] += 1
    start = COUNTER[0] * 50_000
    for i in range(start, start + 50_000):
        sys.intern(f"name_{i}")
    return 0


def exec_functions():
    """300 functions made by exec a round; none is kept."""
    COUNTER[0] += 1
    total = 0
    for i in range(300):
        names = {}
        exec(f"def made_{COUNTER[0]}_{i}(x):\n    return x * {i} + {COUNTER[0]}\n", names)
        total += i
    return total


def float_list():
    """A list of a million floats."""
    return sum([i * 0.5 for i in range(1_000_000)])


def int_dict():
    """A dict of 500,000 small integers."""
    table = {i: i for i in range(500_000)}
    return len(table), table[499_999]


PROGRAMS = {function.__name__: function for function in (
    small_objects_dropped, live_objects_held, cyclic_garbage, interned_strings, exec_functions, float_list, int_dict)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
