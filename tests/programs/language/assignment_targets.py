# Every shape of assignment.
a, b = 1, 2
a, b = b, a
print(a, b)
[c, d] = "xy"
print(c, d)
first, *rest = range(5)
print(first, rest)
*init, last = "hello"
print(init, last)
head, *middle, tail = (1, 2)
print(head, middle, tail)
(x, (y, [z, *w])) = (1, (2, [3, 4, 5]))
print(x, y, z, w)
l = [0] * 5
l[0], l[1:3], l[-1] = 9, ["a", "b", "c"], "end"
print(l)

class Box:
    pass

box = Box()
box.a, box.b = box.c = (1, 2)
print(box.a, box.b, box.c)
i = 0
l = [0, 0, 0]
i, l[i] = 1, "set"
print(i, l)
for i, (p, *q) in enumerate([(1, 2, 3), "abc"]):
    print(i, p, q)
for l[0] in range(3):
    pass
print(l)
print((n := 10) + n, n)
print([y := 1, y ** 2, y + 5])
while (n := n - 3) > 0:
    print("n", n)
if any((witness := v) > 3 for v in [1, 5, 2]):
    print("witness", witness)
(t) = 5
print(t)
t, = [6]
print(t)
() = []
[] = ()
print("empty targets")
value: int = 7
print(value)
box.note: str = "annotated"
print(box.note)
no_value: int
try:
    no_value
except NameError as e:
    print(e)
del a, (b, c), [d]
try:
    a
except NameError as e:
    print(e)
l = [1, 2, 3, 4, 5]
del l[0], l[1:3]
print(l)
del box.a
for bad in ["a, b = 1", "a, b = 1, 2, 3", "a, b, c = 1, 2", "a, *b, c = [1]", "a, b = None", "[a, b] = {1: 2}", "a, b = iter([1,2,3])",
            "() = [1]"]:
    try:
        exec(bad)
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
