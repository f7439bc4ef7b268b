# Definitions, defaults, recursion, returning several values.
def add(a, b=10):
    return a + b
def nothing():
    pass
def fact(n):
    if n == 0:
        return 1
    return n * fact(n - 1)
def pair():
    return 1, 2
def apply(f, x):
    return f(f(x))
print(add(1), add(1, 2), add(b=3, a=4), nothing(), fact(10), pair())
print(apply(lambda v: v * 3, 2), apply(add, 1))
def outer():
    x = 5
    def inner(y):
        return x + y
    return inner
print(outer()(3))
def total(*numbers, **named):
    return sum(numbers), sorted(named.items())
print(total(), total(1, 2, 3), total(1, z=2, a=3))
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print([fib(i) for i in range(15)])
