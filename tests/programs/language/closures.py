# Free variables, nonlocal, global, late binding.
def counter(start=0):
    n = start
    def step(by=1):
        nonlocal n
        n += by
        return n
    def peek():
        return n
    return step, peek

step, peek = counter(10)
step(); step(5)
print(step(), peek())
other, _ = counter()
print(other(), step())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])

def deep():
    x = "outer"
    def mid():
        def inner():
            nonlocal x
            x += "!"
            return x
        return inner
    return mid()

d = deep()
print(d(), d())
g = 1
def use_global():
    global g, h
    g += 1
    h = "made"
    def inner():
        global g
        g += 10
    inner()
use_global()
print(g, h)

def shadow():
    g = "local"
    class C:
        g = "class"
        def m(self):
            return g
        l = [g for _ in range(1)]
    return C().m(), C.g, C.l

print(shadow())

def unbound():
    try:
        print(v)
    except UnboundLocalError as e:
        print(type(e).__name__, e)
    v = 1
    def inner():
        return v
    print(inner())
    del v
    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)

unbound()
def late():
    def use():
        return later
    later = 5
    return use()
print(late())
print(step.__closure__[0].cell_contents, step.__code__.co_freevars, counter.__code__.co_cellvars)
cell = step.__closure__[0]
cell.cell_contents = 100
print(peek(), type(cell).__name__)
def make():
    if False:
        missing = 1
    return lambda: missing
try:
    make()()
except NameError as e:
    print(e)
try:
    make().__closure__[0].cell_contents
except ValueError as e:
    print(e)

def recursive():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)
    return fact
print(recursive()(20))

def memo(f):
    cache = {}
    def wrapper(*args):
        if args not in cache:
            cache[args] = f(*args)
        return cache[args]
    wrapper.cache = cache
    return wrapper
@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), len(fib.cache))
x = "module"
class Scope:
    x = "class"
    y = [x, (lambda: x)()]
    def f(self):
        return x
print(Scope.y, Scope().f())
