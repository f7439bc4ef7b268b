"""Large dictionaries: growth, look-ups that miss the caches, churn, views."""

import pyperf


def big_int_keys():
    table = {}
    for i in range(100_000):
        table[i * 7919 % 1_000_003] = i
    return sum([table[i * 7919 % 1_000_003] for i in range(0, 100_000, 7)]), len(table)


def big_str_keys():
    table = {}
    for i in range(50_000):
        table[f"key{i}"] = i
    return sum([table[f"key{i}"] for i in range(0, 50_000, 5)]), len(table)


def tuple_keys():
    table = {}
    for x in range(150):
        for y in range(150):
            table[x, y] = x * y
    return sum([table[y, x] for x in range(150) for y in range(0, 150, 3)])


def churn():
    table = {}
    for i in range(100_000):
        table[i] = i
        if i >= 1000:
            del table[i - 1000]
    return len(table), sum(table)


def counting():
    counts = {}
    for i in range(100_000):
        key = i * i % 997
        counts[key] = counts.get(key, 0) + 1
    return max(counts.values()), len(counts)


def merge_and_views():
    left = {i: i for i in range(5_000)}
    right = {i: -i for i in range(2_500, 7_500)}
    total = 0
    for _ in range(10):
        both = left | right
        total += len(both) + len(left.keys() & right.keys()) + sum(both.values())
        total += len({key: value for key, value in both.items() if value > 0})
    return total


PROGRAMS = {function.__name__: function for function in (
    big_int_keys, big_str_keys, tuple_keys, churn, counting, merge_and_views)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
