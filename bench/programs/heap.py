"""Large heaps: what making, holding and dropping many objects costs, and what the collector does meanwhile.

Each line runs once in a process: it is about what a program of that size goes through, first growth included. Where the
interpreter's `gc.get_stats()` tells, the longest pause and the collector's share of the time are reported with the measurement.
What memory a line needs is its largest resident set, which the driver records.
"""

import gc
import sys

import pyperf


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def drop_100m_lists():
    """A hundred million small lists, each dropped at once."""
    for i in range(100_000_000):
        last = [i, i]
    return last


def drop_20m_instances():
    """Twenty million instances with slots."""
    for i in range(20_000_000):
        last = Node(i, i)
    return last.left


def hold_10m_instances():
    """Ten million instances that stay, then a stream of tuples and growing lists beside them."""
    held = [Node(i, None) for i in range(10_000_000)]
    for i in range(20_000_000):
        last = (i, i)
    lists = []
    for i in range(2_000_000):
        lists.append([i])
    return len(held), held[-1].left, last, len(lists)


def tree(depth):
    return (tree(depth - 1), tree(depth - 1)) if depth else ([],)


def hold_tree():
    """Ten million tuples in trees, five million empty lists at their leaves; then dicts beside them."""
    held = [tree(16) for _ in range(76)]
    for i in range(5_000_000):
        pair = [{"a": i}]
    return len(held), pair


def collect_tree():
    """Six full collections of five million cells, asked for by the program."""
    held = [tree(16) for _ in range(25)]
    for _ in range(6):
        gc.collect()
    return len(held)


def intern_10m():
    """Ten million strings, interned and dropped."""
    intern = sys.intern
    for i in range(10_000_000):
        last = intern("k%d" % i)
    return last


def exec_100k():
    """A hundred thousand functions made by exec, called and dropped."""
    total = 0
    for i in range(100_000):
        names = {}
        exec(f"def f{i}(a, b=1):\n  x{i} = a + b\n  return x{i}", names)
        total += names[f"f{i}"](1)
    gc.collect()
    return total


def list_of_10m_floats():
    """A list of ten million floats."""
    values = [i * 0.5 for i in range(10_000_000)]
    return len(values), values[-1]


def dict_of_5m_ints():
    """A dict of five million small integers."""
    table = {i: i for i in range(5_000_000)}
    return len(table), table[4_999_999]


def tell_collector():
    """Reports the collector's times where there are any."""
    stats = gc.get_stats()
    stats = stats[0] if isinstance(stats, list) else {}
    if "pause_max" in stats and hasattr(pyperf, "note"):
        pyperf.note(pause_max=stats["pause_max"], share=stats["share"])


PROGRAMS = {function.__name__: function for function in (
    drop_100m_lists, drop_20m_instances, hold_10m_instances, hold_tree, collect_tree, intern_10m, exec_100k,
    list_of_10m_floats, dict_of_5m_ints)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    if hasattr(pyperf, "once"):
        pyperf.once()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
    tell_collector()
