# Every kind of pattern.
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y

class Color:
    RED = "red"
    BLUE = "blue"

def what(v):
    match v:
        case 0 | 1 | -1:
            return "small int"
        case 1.5 | -2.5:
            return "float literal"
        case 3 + 4j:
            return "complex literal"
        case "a" "b":
            return "string ab"
        case b"bytes":
            return "bytes"
        case None:
            return "None"
        case True:
            return "True (never: 1 matched)"
        case Color.RED | Color.BLUE as color:
            return f"color {color}"
        case []:
            return "empty sequence"
        case [x]:
            return f"one {x!r}"
        case [int(a), str() as b]:
            return f"int {a} and str {b}"
        case (first, *_, "end"):
            return f"starts {first!r} and ends"
        case [1, [2, [3, *deep]], *rest]:
            return f"deep {deep} rest {rest}"
        case [x, y, *rest] if len(rest) > 2:
            return f"guarded {x} {y} {rest}"
        case {"kind": "circle", "r": r, **others}:
            return f"circle {r} {others}"
        case {"kind": kind}:
            return f"kind {kind}"
        case {}:
            return "some mapping"
        case Point(0, 0):
            return "origin"
        case Point(x, y=0):
            return f"on x axis {x}"
        case Point(x=px) if px < 0:
            return "left"
        case Point():
            return "point"
        case int() | float() as number:
            return f"number {number}"
        case str(s):
            return f"str {s}"
        case (1 | 2, 3) | (4, 5):
            return "or of sequences"
        case set(s):
            return f"set {sorted(s)}"
        case _:
            return f"other {type(v).__name__}"

for v in [0, True, 1.5, -2.5, 3 + 4j, "ab", b"bytes", None, "red", "blue", [], (), [7], ["z"], (5, "five"), ["s", 0, "end"],
          [1, [2, [3, 4, 5]], 6, 7], [9, 8, 1, 2, 3], {"kind": "circle", "r": 2, "name": "c"}, {"kind": "square"}, {"x": 1}, {},
          Point(0, 0), Point(3, 0), Point(-1, 5), Point(1, 1), 42, 2.75, "text", {3, 1}, object, (1, 2, 3), range(1), bytearray(b"x"),
          (4, 5)]:
    print(what(v))

match 5:
    case x:
        print("capture", x)
match (1, 2):
    case a, b:
        print("open sequence", a, b)
match [1, 2, 3, 4]:
    case [a, *m, b]:
        print(a, m, b)
match {"a": {"b": [1, {"c": 2}]}}:
    case {"a": {"b": [_, {"c": c}]}}:
        print("nested", c)
match "nothing":
    case 1:
        print("no")
print("fell through")

class TooFew:
    __match_args__ = ("x",)
class BadArgs:
    __match_args__ = ["x"]
class NotStr:
    __match_args__ = (1,)
def attempt(f):
    try:
        f()
    except TypeError as e:
        print(e)
def t1():
    match TooFew():
        case TooFew(1, 2): pass
def t2():
    match BadArgs():
        case BadArgs(1): pass
def t3():
    match NotStr():
        case NotStr(1): pass
def t4():
    match 5:
        case int(1, 2): pass
def t5():
    p = 5
    match 5:
        case p(): pass
def t6():
    match Point(1, 2):
        case Point(1, x=1): pass
for t in (t1, t2, t3, t4, t5, t6):
    attempt(t)
match match := {"case": 1}:
    case {"case": case}:
        print(match, case)
