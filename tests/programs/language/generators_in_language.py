# yield as an expression everywhere it may stand.
def g():
    x = yield 1
    print("got", x)
    y = (yield 2) + (yield 3)
    print("sum", y)
    l = [(yield 4), (yield 5)]
    print(l)
    print(f"{(yield 6)}")
    d = {(yield "k"): (yield "v")}
    print(d)
    z = yield
    return z

it = g()
print(next(it))
value = 10
while True:
    try:
        print("yielded", it.send(value))
        value += 1
    except StopIteration as e:
        print("returned", e.value)
        break

def delegating():
    result = yield from g2()
    print("result", result)
    yield from "ab"
    yield from [i for i in range(2)]
    yield from (x async for x in ()) if False else ()

def g2():
    yield "first"
    return "done"

print(list(delegating()))
def cond(flag):
    if flag:
        return "no"
    yield 1
print(list(cond(True)), list(cond(False)))
def args():
    print("call", (yield), (yield), key=(yield)) if False else print("call", (yield), (yield))
a = args()
next(a); a.send(1)
try:
    a.send(2)
except StopIteration:
    print("stopped")
def loop():
    while (cmd := (yield)) != "stop":
        print("cmd", cmd)
l = loop(); next(l); l.send("a"); l.send("b")
try:
    l.send("stop")
except StopIteration:
    print("stopped")
def fin():
    try:
        yield 1
        yield 2
    finally:
        print("finally")
f = fin(); next(f); f.close()
for x in fin():
    if x == 2:
        print(x)
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(3)))
lam = lambda: (yield from (1, 2))
print(list(lam()))
