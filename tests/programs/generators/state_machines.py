# Generators as parsers, lexers, traffic lights, coroutine pipelines with send and throw.
def coroutine(f):
    def start(*a): g = f(*a); next(g); return g
    return start
@coroutine
def sink(out):
    while True: out.append((yield))
@coroutine
def filter_(p, target):
    while True:
        x = yield
        if p(x): target.send(x)
@coroutine
def map_(f, target):
    while True: target.send(f((yield)))
@coroutine
def broadcast(*targets):
    while True:
        x = yield
        for t in targets: t.send(x)
a, b = [], []
pipe = broadcast(filter_(lambda x: x % 2, sink(a)), map_(lambda x: x * x, sink(b)))
for i in range(6): pipe.send(i)
print(a, b)
def lights():
    while True:
        cmd = yield "red"
        if cmd == "off": return "stopped"
        yield "green"
        yield "yellow"
l = lights(); print([next(l) for _ in range(7)], l.send(None), l.send(None))
try: l.send(None); l.send("off")
except StopIteration as e: print(e.value)
def lexer():
    buf, tokens = "", []
    while True:
        c = yield
        if c is None:
            if buf: tokens.append(buf)
            return tokens
        if c.isspace():
            if buf: tokens.append(buf); buf = ""
        elif c in "()": 
            if buf: tokens.append(buf); buf = ""
            tokens.append(c)
        else: buf += c
lx = lexer(); next(lx)
for c in "(add 12 (mul x y))": lx.send(c)
try: lx.send(None)
except StopIteration as e: print(e.value)
def resettable():
    n = 0
    while True:
        try:
            got = yield n
            n += got or 1
        except ValueError as e: n = int(str(e))
        except GeneratorExit: print("bye", n); raise
r = resettable(); print(next(r), r.send(5), next(r), r.throw(ValueError("100")), next(r)); r.close()
def moving(n):
    window, out = [], None
    while True:
        x = yield out
        window.append(x)
        if len(window) > n: window.pop(0)
        out = sum(window) / len(window)
m = moving(3); next(m); print([m.send(x) for x in (1, 2, 3, 4, 10)])
def chat(name):
    heard = yield f"{name}: hi"
    while heard != "bye": heard = yield f"{name} heard {heard}"
    return f"{name} left"
def conversation(x, y):
    log = [next(x), next(y)]
    for line in ("hello", "how", "bye"):
        for p in (x, y):
            try: log.append(p.send(line))
            except StopIteration as e: log.append(e.value)
    return log
print(conversation(chat("a"), chat("b")))
def recursive_sum(items):
    total = 0
    for i in items: total += (yield from recursive_sum(i)) if isinstance(i, list) else (yield i) or i
    return total
g = recursive_sum([1, [2, [3]], 4]); out = []
try:
    x = next(g)
    while True: out.append(x); x = g.send(x * 10)
except StopIteration as e: print(out, e.value)
def ping_pong(n):
    def side(name):
        count = 0
        while True: other = yield (name, count); count += 1 if other else 0
    a, b = side("ping"), side("pong"); ra, rb, log = next(a), next(b), []
    for _ in range(n): ra = a.send(rb); log.append(ra); rb = b.send(ra); log.append(rb)
    return log
print(ping_pong(2))
def take_until(g, stop):
    for x in g:
        yield x
        if x == stop: return
print(list(take_until(iter(int, 1), 0)), list(take_until("abcdef", "c")))
def interleave(*gs):
    gs = list(map(iter, gs))
    while gs:
        for g in gs[:]:
            try: yield next(g)
            except StopIteration: gs.remove(g)
print(list(interleave("abc", [1], range(5))))
