"""Whole programs in several threads. Each thread does one share of work, so that perfect scaling keeps the time the same;
what the threads computed is checked after every round, and what a check gives is the same with any number of threads."""

import _thread

from threads_common import bench, runner_with_threads

PROGRAMS = {}


def program(make):
    """Register a program: make(threads) gives (work(index), check())."""
    PROGRAMS["parallel_" + make.__name__] = make
    return make


@program
def nbody(threads):
    results = [None] * threads

    def work(index):
        bodies = [[0.0, 0.0, 0.0, 0.0, 39.478], [4.8414, -1.1603, 0.6063, 2.8119, 0.0377], [8.3433, 4.1247, -1.0107, 1.8256, 0.0113],
                  [12.8943, -15.1111, 1.0827, 0.8687, 0.0017], [15.3796, -25.9193, 0.9790, 0.5946, 0.002]]
        for _ in range(300):
            for i, a in enumerate(bodies):
                for b in bodies[i + 1:]:
                    dx, dy = a[0] - b[0], a[1] - b[1]
                    pull = 0.01 / (dx * dx + dy * dy) ** 1.5
                    a[2] -= dx * b[4] * pull
                    a[3] -= dy * b[4] * pull
                    b[2] += dx * a[4] * pull
                    b[3] += dy * a[4] * pull
            for body in bodies:
                body[0] += 0.01 * body[2]
                body[1] += 0.01 * body[3]
        results[index] = bodies

    def check():
        assert all(result == results[0] for result in results)
        return results[0]

    return work, check


@program
def word_count(threads):
    text = ("the quick brown fox jumps over the lazy dog and runs away from the other dog " * 20).split()
    counts, locks = {}, [_thread.allocate_lock() for _ in range(16)]
    rounds = [0] * threads

    def work(index):
        rounds[index] += 1
        for word in text:
            with locks[hash(word) % 16]:
                counts[word] = counts.get(word, 0) + 1

    def check():
        assert sum(counts.values()) == len(text) * sum(rounds)
        return sorted((word, count / sum(rounds)) for word, count in counts.items())

    return work, check


@program
def work_queue(threads):
    tasks, results, lock = [], [], _thread.allocate_lock()

    def task(n):
        total = 0
        for i in range(n):
            total += i * i % 7
        return total

    expected = [task(100 + i % 50) for i in range(100)]

    def work(index):
        with lock:
            tasks.extend(range(100))
        done = 0
        while done < 100:
            try:
                item = tasks.pop()
            except IndexError:
                break
            results.append((item, task(100 + item % 50)))
            done += 1

    def check():
        assert not tasks and len(results) % 100 == 0
        assert all(value == expected[item] for item, value in results)
        found = sorted(set(results))
        results.clear()
        return found

    return work, check


@program
def matrix_rows(threads):
    size = 24
    a = [[(i * j) % 10 + 0.5 for j in range(size)] for i in range(size)]
    columns = [[(i + j) % 7 - 1.5 for i in range(size)] for j in range(size)]
    out = [[None] * size for _ in range(threads)]

    def work(index):
        rows = out[index]
        for number, row in enumerate(a):
            line = []
            for column in columns:
                total = 0.0
                for x, y in zip(row, column):
                    total += x * y
                line.append(total)
            rows[number] = line

    def check():
        assert all(rows == out[0] for rows in out)
        return out[0]

    return work, check


@program
def json_parsing(threads):
    """A JSON reader in Python: what the language does with text, not what a native parser does."""
    item = '{"id": 17, "name": "taipan", "tags": ["a", "b"], "price": 12.5, "ok": true, "none": null, "text": "say \\"hi\\""}'
    text = "[" + ", ".join([item] * 20) + "]"
    words = {"true": True, "false": False, "null": None}

    def parse(text):
        position = 0

        def space():
            nonlocal position
            while text[position] in " \n\t":
                position += 1

        def value():
            nonlocal position
            space()
            char = text[position]
            if char == "{":
                position += 1
                found = {}
                while True:
                    space()
                    if text[position] == "}":
                        position += 1
                        return found
                    key = value()
                    space()
                    position += 1
                    found[key] = value()
                    space()
                    if text[position] == ",":
                        position += 1
            if char == "[":
                position += 1
                items = []
                while True:
                    space()
                    if text[position] == "]":
                        position += 1
                        return items
                    items.append(value())
                    space()
                    if text[position] == ",":
                        position += 1
            if char == '"':
                position += 1
                parts = []
                while text[position] != '"':
                    if text[position] == "\\":
                        position += 1
                    parts.append(text[position])
                    position += 1
                position += 1
                return "".join(parts)
            start = position
            while position < len(text) and text[position] not in ",]} \n":
                position += 1
            word = text[start:position]
            if word in words:
                return words[word]
            return float(word) if "." in word else int(word)

        return value()

    results = [None] * threads

    def work(index):
        results[index] = parse(text)

    def check():
        assert all(len(result) == 20 and result[3]["text"] == 'say "hi"' and result[19]["price"] == 12.5 for result in results)
        return results[0]

    return work, check


@program
def lru_cache(threads):
    cache, lock, capacity = {}, _thread.allocate_lock(), 64
    wrong = []

    def lookup(key):
        with lock:
            value = cache.pop(key, None)
            if value is None:
                value = key * key
                if len(cache) >= capacity:
                    del cache[next(iter(cache))]
            cache[key] = value
        return value

    def work(index):
        seed = index + 1
        for _ in range(1000):
            seed = (seed * 1103515245 + 12345) % 2**31
            key = seed // 65536 % 100
            if lookup(key) != key * key:
                wrong.append(key)

    def check():
        assert not wrong and len(cache) <= capacity
        return [lookup(key) for key in range(100)]

    return work, check


if __name__ == "__main__":
    runner, args = runner_with_threads(PROGRAMS)
    work, check = PROGRAMS[args.benchmark](args.threads)
    bench(runner, args.benchmark, args.threads, work, check)
