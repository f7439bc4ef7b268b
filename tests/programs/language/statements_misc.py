# import of what is built in, del, pass, semicolons, line joining, unicode names, long literals.
x = 1; y = 2; z = x + \
    y
print(z)
naïve = "unicode name"
ﬁ = 3
print(naïve, fi, "ﬁ" in dir(), "fi" in dir())
数 = [1, 2]
print(数)
if x: print("one line"); print("two")
else: print("never")
total = (1
         + 2  # comment
         + 3)
print(total)
print("implicit " "concatenation"
      " over lines")
s = """a
b\
c"""
print(repr(s))
print(0b1010, 0o17, 0xFF, 1_000_000, 0x_ff, 1e3, 1_0.5, .5, 5., 1e-3, 3j, 1_0j, 00, 0_0)
print(r"\n", "\n" == '\x0a', "\t\\\'\"", "\101\x41\u0041\U00000041\N{LATIN CAPITAL LETTER A}", b"\x00\xff\n", rb"\x00", "\
joined")
class A: x = 1; y = x + 1
print(A.y)
def f(): return 1; print("dead")
print(f())
print(*[1, 2], sep=", ")
async_ = 1
match = 2
case = 3
_ = 4
type = 5
print(match, case, _, type)
def soft(match, case, type, _): return match + case + type + _
print(soft(1, 2, 3, 4))
match * 2
match = lambda v: print('called', v)
match (1)
print(__name__, __doc__)
lines = 0
for lines in range(2):

    # comment inside

    pass
print(lines)
a = [
    1,
    2,
][0]
print(a, [1, 2, 3][-1], (1, 2)[0], {1: "x"}[1], "abc"[1], {1, 2}.__len__(), 5 .bit_length(), 5.0.is_integer(), 1if 1else 2)
print(... is Ellipsis, NotImplemented is not None, __debug__)
del a, A
print("A" in globals())
if True:
	print("tab indented")
if (n := len("walrus")) > 3: print(n)
while False: pass
else: print("while else on one line")
try: 1 / 0
except ZeroDivisionError: print("one-line except")
finally: print("finally")
with open.__class__.__call__(type_ := (lambda: None)) if False else memoryview(b"x") as m: print(m[0])
def g(a, b=(yield_ := 3), /, *c): return a, b, c
print(g(1), yield_)
print((lambda *, k=1: k)(), [*(1, 2), 3], {**{}, "a": 1})
print(1 if True else 2 if False else 3, not not 1, - - 5, ~~5, -(-5))
assert True
