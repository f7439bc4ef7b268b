# Bank, elevator, game of life on a torus, cellular automata, Markov text, event queue, inventory.
class InsufficientFunds(Exception):
    def __init__(self, need, have): super().__init__(f"need {need}, have {have}"); self.need, self.have = need, have
class Account:
    fee = 0
    count = 0
    def __init__(self, owner, balance=0): self.owner, self._b, self.history = owner, balance, []; type(self).count += 1
    @property
    def balance(self): return self._b
    def deposit(self, n):
        if n <= 0: raise ValueError("amount must be positive")
        self._b += n; self.history.append(("in", n))
    def withdraw(self, n):
        if n + self.fee > self._b: raise InsufficientFunds(n + self.fee, self._b)
        self._b -= n + self.fee; self.history.append(("out", n))
    def __repr__(self): return f"{type(self).__name__}({self.owner}, {self._b})"
class Checking(Account): fee = 1
class Savings(Account):
    def __init__(self, *a, rate=0.05, **k): super().__init__(*a, **k); self.rate = rate
    def month(self): self.deposit(round(self._b * self.rate))
def transfer(a, b, n):
    a.withdraw(n)
    try: b.deposit(n)
    except Exception: a.deposit(n); raise
x, y = Checking("ann", 100), Savings("bob", 200, rate=0.1)
transfer(x, y, 50); y.month(); print(x, y, x.history, y.history, Account.count, Checking.count, Savings.count)
for bad in (lambda: transfer(x, y, 500), lambda: x.deposit(-1), lambda: setattr(x, "balance", 5)):
    try: bad()
    except (InsufficientFunds, ValueError, AttributeError) as e: print(type(e).__name__, e, vars(e))
def life(w, h, cells, n):
    for _ in range(n): cells = {(x, y) for x in range(w) for y in range(h) if sum(((x + a) % w, (y + b) % h) in cells for a in (-1, 0, 1) for b in (-1, 0, 1)) in ((3, 4) if (x, y) in cells else (3,))}
    return cells
glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
print(sorted(life(8, 8, glider, 32)) == sorted(glider), sorted(life(8, 8, glider, 4)))
def automaton(rule, n, width=31):
    row = [0] * width; row[width // 2] = 1
    for _ in range(n):
        print("".join(".#"[c] for c in row))
        row = [rule >> (row[i - 1] << 2 | row[i] << 1 | row[(i + 1) % width]) & 1 for i in range(width)]
automaton(30, 8); automaton(90, 8)
def lcg(seed):
    while True: seed = (1664525 * seed + 1013904223) % 2**32; yield seed >> 8
def markov(text, n, seed):
    words, chain, r = text.split(), {}, lcg(seed)
    for a, b in zip(words, words[1:]): chain.setdefault(a, []).append(b)
    w, out = words[0], []
    for _ in range(n): out.append(w); w = chain[w][next(r) % len(chain[w])] if w in chain else words[0]
    return " ".join(out)
print(markov("the cat sat on the mat and the dog sat on the cat and the end", 20, 7))
class Sim:
    def __init__(self): self.q, self.t, self.n = [], 0, 0
    def at(self, dt, f, *a):
        self.n += 1; self.q.append((self.t + dt, self.n, f, a)); self.q.sort(key=lambda e: e[:2])
    def run(self, until):
        while self.q and self.q[0][0] <= until: self.t, _, f, a = self.q.pop(0); f(*a)
sim, log = Sim(), []
def customer(i): log.append((sim.t, "arrive", i)); queue.append(i); serve()
queue, busy = [], False
def serve():
    global busy
    if queue and not busy: busy = True; sim.at(3, done, queue.pop(0))
def done(i):
    global busy
    log.append((sim.t, "done", i)); busy = False; serve()
for i, t in enumerate((0, 1, 2, 9)): sim.at(t, customer, i)
sim.run(100); print(log)
class Elevator:
    def __init__(self): self.floor, self.dir, self.stops, self.trace = 0, 1, set(), []
    def call(self, *f): self.stops |= set(f)
    def run(self):
        while self.stops:
            if not any((f - self.floor) * self.dir > 0 for f in self.stops) and self.floor not in self.stops: self.dir *= -1
            if self.floor in self.stops: self.stops.discard(self.floor); self.trace.append(self.floor)
            else: self.floor += self.dir
        return self.trace
e = Elevator(); e.call(3, 1, 5); e.run(); e.call(0, 4); print(e.run())
def predator(steps):
    r, f, out = 40.0, 9.0, []
    for i in range(steps):
        r, f = r + (0.1 * r - 0.02 * r * f) * 0.1, f + (0.01 * r * f - 0.1 * f) * 0.1
        if i % 100 == 0: out.append((round(r, 6), round(f, 6)))
    return out
print(predator(500))
def montecarlo(n):
    r = lcg(42); inside = 0
    for _ in range(n): a, b = next(r) / 2**24, next(r) / 2**24; inside += a * a + b * b <= 1
    return inside
print(montecarlo(20000))
class Stock:
    def __init__(self): self.lots = []
    def buy(self, n, p): self.lots.append([n, p])
    def sell(self, n, p):
        gain = 0
        while n:
            lot = self.lots[0]; k = min(n, lot[0]); gain += k * (p - lot[1]); lot[0] -= k; n -= k
            if not lot[0]: self.lots.pop(0)
        return gain
s = Stock(); s.buy(100, 10); s.buy(50, 12); print(s.sell(120, 15), s.lots)
try: s.sell(1000, 1)
except IndexError as e: print(e)
