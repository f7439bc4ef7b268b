"""A long-running service: requests as text come in, are routed, change a store with an index and a log, and text goes out."""

import pyperf


class Store:
    def __init__(self, size):
        self.size = size
        self.items = {}
        self.by_tag = {}
        self.log = []

    def put(self, key, value, tags):
        if key in self.items:
            self.drop(key)
        self.items[key] = (value, tags)
        for tag in tags:
            self.by_tag.setdefault(tag, set()).add(key)
        while len(self.items) > self.size:
            self.drop(next(iter(self.items)))

    def drop(self, key):
        _, tags = self.items.pop(key)
        for tag in tags:
            keys = self.by_tag[tag]
            keys.discard(key)
            if not keys:
                del self.by_tag[tag]

    def note(self, text):
        self.log.append(text)
        if len(self.log) > 200:
            del self.log[:100]


class NotFound(Exception):
    pass


class Service:
    def __init__(self):
        self.store = Store(300)
        self.routes = {"PUT": self.put, "GET": self.get, "TAG": self.tag, "DEL": self.delete}
        self.failures = 0

    def put(self, key, value, *tags):
        self.store.put(key, value, tags)
        return f"stored {key}"

    def get(self, key):
        try:
            value, tags = self.store.items[key]
        except KeyError:
            raise NotFound(key) from None
        return f"{key}={value} [{','.join(sorted(tags))}]"

    def tag(self, tag):
        return " ".join(sorted(self.store.by_tag.get(tag, ()))[:10])

    def delete(self, key):
        if key not in self.store.items:
            raise NotFound(key)
        self.store.drop(key)
        return "gone"

    def handle(self, line):
        verb, *arguments = line.split()
        try:
            answer = self.routes[verb](*arguments)
            status = 200
        except NotFound as error:
            self.failures += 1
            status, answer = 404, f"no {error}"
        except (KeyError, TypeError) as error:
            self.failures += 1
            status, answer = 400, type(error).__name__
        self.store.note(f"{status} {verb} {len(answer)}")
        return f"HTTP {status}\r\nLength: {len(answer)}\r\n\r\n{answer}"


SERVICE = Service()


def service_loop():
    """2,000 requests; the store lives on between rounds, but every round starts from the same keys."""
    SERVICE.store = Store(300)
    SERVICE.routes = {"PUT": SERVICE.put, "GET": SERVICE.get, "TAG": SERVICE.tag, "DEL": SERVICE.delete}
    seed, size, mixed = 7, 0, 0
    for i in range(2_000):
        seed = (seed * 1103515245 + 12345) % 2**31
        key = f"k{seed // 65536 % 500}"
        kind = seed // 1024 % 10
        if kind < 4:
            line = f"PUT {key} value{i} t{i % 7} t{i % 11}"
        elif kind < 8:
            line = f"GET {key}"
        elif kind == 8:
            line = f"TAG t{i % 7}"
        else:
            line = f"DEL {key}" if i % 50 else "BAD request here"
        answer = SERVICE.handle(line)
        size += len(answer)
        mixed = (mixed * 31 + sum(answer.encode()[:40])) % 1_000_003
    return size, mixed, len(SERVICE.store.items), len(SERVICE.store.by_tag)


if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=["service_loop"])
    args = runner.parse_args()
    runner.bench_func(args.benchmark, service_loop)
