# Context managers, assertions, del, global functions of everyday use.
class Timer:
    def __enter__(self):
        print("start")
        return self
    def __exit__(self, kind, value, traceback):
        print("stop", kind is None)
        return kind is KeyError
with Timer() as t:
    print("inside", type(t).__name__)
with Timer():
    raise KeyError("swallowed")
try:
    assert 1 + 1 == 3, "math"
except AssertionError as e:
    print("assertion", e)
d = {"a": 1}
del d["a"]
print(d, abs(-3), round(2.567, 2), divmod(7, 2), pow(2, 5), bin(5), hex(255), int("42"), float("1.5"), str(9), bool(""), list("ab"), tuple([1]), sorted("cab"), isinstance(1, int), callable(print), type(1.0))
x = 5
y = x if x > 3 else 0
print(y, x and 0, x or 1, not x, x is None, [] or "default")
while x:
    x -= 1
else:
    print("loop done", x)
print(*[1, 2, 3], sep="-")
print((lambda a, b: a * b)(3, 4))
