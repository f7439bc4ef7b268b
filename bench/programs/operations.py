"""Times small operations one by one, for bench/operations: prints `NAME NANOSECONDS` a line.

    operations.py SECONDS [NAME …]

Each entry of OPERATIONS is a name, what is prepared, and a statement that is repeated. The loop's own time is part of the
figure, as it is in programs. A name's first part is the kind of operation it belongs to.
"""

import sys
import time

COMMON = """
class Plain:
    def __init__(self, x): self.x = x
    def method(self): return self.x
    def keyword(self, a, b=2, *, c=3): return a
    def __add__(self, other): return self
    def __getitem__(self, i): return i
    def __len__(self): return 3
    def __eq__(self, other): return self.x == other.x
    def __hash__(self): return 7
    def __lt__(self, other): return self.x < other.x
    def __call__(self): return 1
    def __iter__(self):
        yield 1
        yield 2
    @property
    def prop(self): return self.x
    @staticmethod
    def static(): return 1
    @classmethod
    def of_class(cls): return 1
class Derived(Plain):
    def method(self): return super().method()
class Slots:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1; self.b = 2
"""

OPERATIONS = """
call.function       | def f(x): return x | f(i)
call.default        | def f(x, y=1, z=2): return x | f(i)
call.keyword        | def f(x, y=1, z=2): return x | f(i, z=3)
call.varargs        | def f(*a): return a | f(i, i)
call.varkw          | def f(**k): return k | f(x=i)
call.star           | def f(a, b): return a; ~t = (1, 2) | f(*t)
call.closure        | y = 1; ~def f(x): return x + y | f(i)
call.method         | o = Plain(1) | o.method()
call.super          | o = Derived(1) | o.method()
call.static         | | Plain.static()
call.classmethod    | o = Plain(1) | o.of_class()
call.classmethod_of_class | | Plain.of_class()
call.instance       | o = Plain(1) | o()
call.property       | o = Plain(1) | o.prop
call.new            | | Plain(i)
call.new_slots      | | Slots()
call.lambda_made    | | lambda: i
special.add         | o = Plain(1) | o + o
special.getitem     | o = Plain(1) | o[i]
special.eq          | o = Plain(1); p = Derived(1) | o == p
special.len         | o = Plain(1) | len(o)
special.truth       | o = Plain(1) | if o: pass
special.iter        | o = Plain(1) | for x in o: pass
attribute.read_write | o = Plain(1) | o.x = o.x
attribute.slots     | o = Slots() | o.a = o.b
attribute.polymorphic | l = [Plain(1), Derived(2), Plain(3), Derived(4)] | l[i & 3].x
attribute.getattr   | o = Plain(1) | getattr(o, "x"); hasattr(o, "q")
builtin.len         | l = [1, 2, 3] | len(l)
builtin.isinstance  | o = Plain(1) | isinstance(o, Plain)
builtin.isinstance_tuple | o = Plain(1) | isinstance(o, (int, str))
builtin.type        | | type(i) is int
builtin.min_max     | | min(i, 5); max(i, 5)
builtin.min_list    | l = list(range(20)) | min(l)
builtin.abs         | | abs(i)
builtin.divmod      | | divmod(i, 7)
builtin.sum         | l = list(range(100)) | sum(l)
builtin.any_all     | l = [0] * 20; m = [1] * 20 | any(l); all(m)
builtin.sorted      | l = [(j * 7919) % 101 for j in range(100)] | sorted(l)
builtin.sorted_key  | l = list(range(100, 0, -1)) | sorted(l, key=lambda x: -x)
builtin.min_key     | l = list(range(20)) | min(l, key=lambda x: -x)
builtin.map_lambda  | l = list(range(20)) | list(map(lambda x: x + 1, l))
builtin.map_builtin | l = list(range(20)) | list(map(str, l))
builtin.filter      | l = list(range(20)) | list(filter(lambda x: x & 1, l))
builtin.reduce      | from functools import reduce; ~l = list(range(20)) | reduce(lambda a, b: a + b, l)
builtin.sqrt        | from math import sqrt | sqrt(i)
convert.int         | | int(i)
convert.int_of_str  | | int("123")
convert.int_of_float | | int(1.5)
convert.float       | | float(i)
convert.float_of_str | | float("1.5")
convert.str_of_int  | | str(i)
convert.str_of_float | | str(1.5)
convert.bool        | | bool(i)
convert.list_of_tuple | t = (1, 2, 3) | list(t)
convert.tuple_of_list | l = [1, 2, 3] | tuple(l)
convert.set_of_list | l = [1, 2, 3] | set(l)
convert.list_of_range | | list(range(20))
convert.ord_chr     | | chr(ord("a"))
number.int          | x = 1 | x = (x * 31 + i) & 0xffff ^ (i >> 3)
number.float        | x = 1.5 | x = x * 1.0001 + 0.5 - x / 3
number.big_add      | x = 1 << 100 | x + i
number.big_mul      | x = 3 ** 200 | x * x % 1000007
number.compare      | | 0 <= i < 100
list.append         | l = [] | l.append(i)
list.append_pop     | l = [] | l.append(i); l.pop()
list.item           | l = [1] * 10 | l[5] = l[7]
list.slice          | l = list(range(100)) | l[2:10]
list.slice_all      | l = list(range(10)) | l[:]
list.slice_assign   | l = list(range(100)) | l[2:5] = l[5:8]
list.slice_step     | l = list(range(5)) | l[::-1]
list.concat         | l = [1, 2, 3] | l + l
list.repeat         | | [0] * 10
list.contains       | l = list(range(20)) | 15 in l
list.contains_str   | l = ["a", "bc", "def", "x"] | "def" in l
list.index          | l = list(range(20)) | l.index(15)
list.remove         | l = list(range(20)) | l.append(7.5); l.remove(7.5)
list.display        | | [i, i, i]
list.equal          | l = [1, 2, 3]; m = [1, 2, 3] | l == m
list.sort           | l = list(range(20)) | l.sort()
list.extend         | l = [1, 2, 3] | m = []; m.extend(l); m += l
comprehension.list  | l = list(range(20)) | [x for x in l]
comprehension.list_if | l = list(range(20)) | [x + 1 for x in l if x & 1]
comprehension.nested | l = [[1, 2], [3, 4], [5, 6]] | [x for m in l for x in m]
comprehension.set   | l = list(range(20)) | {x for x in l}
comprehension.dict  | l = list(range(20)) | {x: x for x in l}
comprehension.sum   | l = list(range(20)) | sum(x for x in l)
comprehension.any   | l = list(range(20)) | any(x < 0 for x in l)
comprehension.tuple | l = list(range(20)) | tuple(x for x in l)
tuple.display       | | (i, i, i)
tuple.unpack        | t = (1, 2, 3) | x, y, z = t
tuple.swap          | x = 1; y = 2 | x, y = y, x
tuple.equal         | t = (1, "a", 2); u = (1, "a", 2) | t == u
tuple.less          | t = (1, 2); u = (1, 3) | t < u
tuple.hash          | | hash((i, 1))
tuple.contains      | t = (1, 2, 3) | 3 in t
dict.get_int        | d = {j: j for j in range(100)} | d[7]
dict.get_str        | d = {str(j): j for j in range(100)} | d["7"]
dict.get_tuple      | d = {(j, 2): j for j in range(8)}; k = (3, 2) | d[k]
dict.get_new_tuple  | d = {(j, 2): j for j in range(8)} | d[i & 7, 2]
dict.get_frozenset  | d = {frozenset([j]): j for j in range(8)}; k = frozenset([3]) | d[k]
dict.get_instance   | o = Slots(); d = {o: 1} | d[o]
dict.set            | d = {} | d[i & 1023] = i
dict.set_str        | d = {}; l = [str(j) for j in range(64)] | d[l[i & 63]] = i
dict.add_delete     | d = {} | d[i] = i; del d[i]
dict.augmented      | d = {1: 0} | d[1] += 1
dict.contains       | d = {j: j for j in range(100)} | i in d
dict.contains_str   | d = {"a": 1, "b": 2} | "b" in d
dict.get            | d = {j: j for j in range(100)} | d.get(i)
dict.setdefault     | d = {} | d.setdefault(i & 63, i)
dict.display        | | {"a": i, "b": i}
dict.keys_list      | d = {j: j for j in range(20)} | list(d)
dict.copy           | d = {j: j for j in range(8)} | d.copy()
dict.update         | d = {"a": 1, "b": 2} | e = {}; e.update(d)
dict.defaultdict    | from collections import defaultdict; ~d = defaultdict(int) | d[i & 63] += 1
dict.counter        | from collections import Counter; ~l = "abracadabra" | Counter(l)
set.contains        | s = set(range(100)) | i in s
set.contains_str    | s = {"a", "b", "c"} | "b" in s
set.contains_tuple  | s = {(j, 2) for j in range(8)} | (i & 7, 2) in s
set.add             | s = set() | s.add(i & 1023)
set.display         | | {i, 1, 2}
set.and             | s = set(range(10)); u = set(range(5, 15)) | s & u
set.or              | s = set(range(10)); u = set(range(5, 15)) | s | u
set.minus           | s = set(range(10)); u = set(range(5, 15)) | s - u
set.subset          | s = set(range(5)); u = set(range(10)) | s <= u
set.frozen_minus    | s = frozenset(range(10)); u = frozenset(range(5, 15)) | s - u
set.min             | s = set(range(10)) | min(s)
set.update          | s = set(range(10)) | u = set(); u.update(s)
for.range           | | for x in range(20): pass
for.list            | l = list(range(20)) | for x in l: pass
for.tuple           | l = tuple(range(20)) | for x in l: pass
for.set             | l = set(range(20)) | for x in l: pass
for.dict            | d = {j: j for j in range(20)} | for k in d: pass
for.dict_values     | d = {j: j for j in range(20)} | for v in d.values(): pass
for.dict_items      | d = {j: j for j in range(20)} | for k, v in d.items(): pass
for.dict_items_tuple | d = {j: j for j in range(20)} | for t in d.items(): pass
for.enumerate       | l = list(range(20)) | for j, x in enumerate(l): pass
for.zip             | l = list(range(20)) | for x, y in zip(l, l): pass
for.reversed        | l = list(range(20)) | for x in reversed(l): pass
for.pairs           | l = [(j, j) for j in range(20)] | for x, y in l: pass
for.str             | s = "hello" * 4 | for c in s: pass
for.bytes           | s = b"hello" * 4 | for c in s: pass
for.map             | l = list(range(20)) | for x in map(abs, l): pass
for.generator       | l = list(range(20)); ~def g():; ~    for x in l: yield x | for x in g(): pass
for.yield_from      | l = list(range(20)); ~def g(): yield from l | for x in g(): pass
for.chain           | from itertools import chain; ~l = list(range(10)) | for x in chain(l, l): pass
for.product         | from itertools import product | for x in product((1, 2), (3, 4)): pass
for.combinations    | from itertools import combinations | for x in combinations((1, 2, 3, 4), 2): pass
str.concat          | | "ab" + "cd"[:i & 1]
str.iadd            | x = "" | x += "x"
str.join            | l = ["a"] * 20 | ",".join(l)
str.split           | | "a b c d e f".split()
str.split_by        | | "a,b,c,d,e,f".split(",")
str.format          | | f"{i} {i:5d}"
str.format_str      | s = "abc" | f"<{s}>{s}"
str.format_float    | | f"{1.5:.2f}"
str.percent         | | "%d %s" % (i, i)
str.format_method   | | "{} {}".format(i, "a")
str.index           | s = "hello" | s[i % 5]
str.slice           | s = "hello world" | s[2:7]
str.equal           | s = "hello"; u = "world" | s == u
str.less            | s = "hello"; u = "help" | s < u
str.contains        | s = "hello world" | "o w" in s
str.strip           | | " Hello ".strip()
str.lower           | | "Hello".lower()
str.replace         | | "hello".replace("l", "m")
str.startswith      | s = "hello" | s.startswith("he")
str.find            | s = "hello" | s.find("o")
str.isdigit         | s = "123" | s.isdigit()
str.repeat          | | "-" * 10
str.encode          | s = "hello" | s.encode()
bytes.index         | s = b"hello" | s[i % 5]
bytes.slice         | s = b"hello world" | s[2:7]
bytes.decode        | s = b"hello" | s.decode()
bytearray.item      | s = bytearray(100) | s[5] = i & 255
array.item          | import array; ~r = array.array("d", [1.0] * 10) | r[5] = r[7]
deque.append_popleft | from collections import deque; ~d = deque() | d.append(i); d.popleft()
heap.push_pop       | import heapq; ~h = list(range(100)) | heapq.heappush(h, i ^ 37); heapq.heappop(h)
exception.caught    | | try: raise ValueError; ~except ValueError: pass
exception.none      | | try: pass; ~except ValueError: pass
with.instance       | class C:; ~    def __enter__(self): return self; ~    def __exit__(self, *a): pass; ~c = C() | with c: pass
global.read_write   | global G; ~G = 0 | G += 1
match.value         | | match i & 3:; ~    case 0: pass; ~    case 1: pass; ~    case _: pass
"""


def functions():
    """Name → function of the number of repetitions."""
    made = {}
    for line in OPERATIONS.strip().splitlines():
        name, prepared, statement = line.split(" |", 2)
        name = name.strip()
        # "; ~" separates lines, with their indentation; a plain semicolon is Python's.
        source = ["def operation(n):"]
        source += ["    " + part for part in prepared.strip().split("; ~")] if prepared.strip() else []
        source += ["    for i in range(n):"]
        source += ["        " + part for part in statement.strip().split("; ~")]
        scope = {}
        exec(COMMON, scope)
        exec("\n".join(source), scope)
        made[name] = scope["operation"]
    return made


def measure(operation, seconds):
    """Nanoseconds of one repetition: the best of several runs that take `seconds` together."""
    n, clock = 64, time.perf_counter
    while True:
        start = clock()
        operation(n)
        taken = clock() - start
        if taken > seconds / 10 or n > 1 << 24:
            break
        n *= 2
    best = taken
    end = clock() + seconds
    while clock() < end:
        start = clock()
        operation(n)
        best = min(best, clock() - start)
    return best / n * 1e9


def main():
    seconds, wanted = float(sys.argv[1]), sys.argv[2:]
    for name, operation in functions().items():
        if not wanted or any(name == w or name.startswith(w + ".") for w in wanted):
            print(name, f"{measure(operation, seconds):.2f}", flush=True)


main()
