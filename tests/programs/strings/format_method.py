# str.format, format_map, the format mini-language on every built-in type.
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
class P:
    x, y = 1, [10, 20]
    def __format__(self, spec): return f"P({spec})"
p = P()
for s in ["'{}'.format(1)", "'{} {}'.format(1, 2)", "'{1} {0}'.format(1, 2)", "'{a}'.format(a=5)", "'{0.x}'.format(p)", "'{0.y[1]}'.format(p)", "'{0[0]}'.format([7])", "'{0[k]}'.format({'k': 'v'})", "'{0[1]}'.format({1: 'int'})", "'{0[-1]}'.format([1])", "'{!r}'.format('a')", "'{!s:>5}'.format('a')", "'{!a}'.format('é')", "'{:>{w}}'.format('a', w=5)", "'{:{}}'.format('a', 5)", "'{:{}.{}f}'.format(3.14159, 8, 2)", "'{{}}'.format()", "'{{{}}}'.format(1)", "'{'.format()", "'}'.format()", "'{}'.format()", "'{0} {}'.format(1, 2)", "'{} {0}'.format(1, 2)", "'{a}'.format()", "'{!x}'.format(1)", "'{!}'.format(1)", "'{!rr}'.format(1)", "'{:d}'.format('a')", "'{0.nope}'.format(1)", "'{0[5]}'.format([])", "'{0[a]}'.format([])", "'{0.}'.format(1)", "'{0[}'.format(1)", "'{0[]}'.format(1)", "'{a b}'.format(1)", "'{:abc}'.format(p)", "'{}'.format(p)", "'{!r}'.format(None)", "'{x}'.format_map({'x': 1})", "'{x}'.format_map({})", "'{x}'.format_map(5)", "'{0}{0}'.format('ab')", "'{:{:{}}}'.format(1, 2, 3)", "'{}'.format(*[1, 2])", "'{0.__class__.__name__}'.format(1)", "'{:}'.format('x')", "'{0:}{1:}'.format(1, 2)", "'{:>5}'.format(None)", "'{:5}'.format([])", "'{:<10}|'.format(True)", "'{:d}'.format(True)", "'{0!r:*^9}'.format('a')"]:
    t(s)
ints = ["", "d", "5", "<5", ">5", "^5", "=5", "05", "+", "-", " ", "+05", "x", "X", "#x", "#X", "o", "#o", "b", "#b", "#010x", "c", "n", ",", "_", ",d", "_x", "_b", ",x", "e", "f", ".2f", "g", "%", ".1%", "*^9", "*>+9", "0=8", "s", ".3", ".3d", "10,", "010,", "+,", "z", "#", "5c", "1000", "z.1f", "<+8", "é^5", "!r", "q", "5 ", "0_b"]
for spec in ints:
    for v in (42, -1234567, 0):
        try: r = format(v, spec)
        except Exception as e: r = f"{type(e).__name__} {e}"
        print(repr(spec), v, r if len(r) < 100 else len(r), end="; ")
    print()
floats = ["", "f", ".2f", ".0f", "e", ".3e", "E", "g", ".3g", "G", "#g", "#.0f", "%", ".1%", "10.2f", "<10.2f", "^10", "=+10.1f", "010.2f", "+", " ", ",", ",.2f", "_", "_.2f", "n", "d", "x", "s", "z", "z.1f", ".10", "20", ".0", ".1", "+.3", "*^12.2f", ".", "5.", ".2,f", "c", ".3_f", ".4,f"]
for spec in floats:
    for v in (3.14159, -1234567.891, 0.0, -0.04, 1e100, float("inf"), float("nan")):
        try: r = format(v, spec)
        except Exception as e: r = f"{type(e).__name__} {e}"
        print(repr(spec), v, r if len(r) < 60 else len(r), end="; ")
    print()
for spec in ["", "s", "5", "<5", ">5", "^5", "*^7", ".1", "5.1", "05", "=5", "+", ",", "d", "#", "z", "0", "-5", "😀^5", "^", "<", "s5", "_", "0<5"]:
    try: r = repr(format("abc", spec))
    except Exception as e: r = f"{type(e).__name__} {e}"
    print(repr(spec), r, end="; ")
print()
for spec in ["", "f", ".2f", "20", "<20", "e", "g", ",", "+", "=10", "020", "x", ".1", "%", "#.3g"]:
    try: r = repr(format(1234.5 - 2j, spec))
    except Exception as e: r = f"{type(e).__name__} {e}"
    print(repr(spec), r, end="; ")
print()
print(f"{10**30:,} {2**64:x} {-2**70:_b} {10**25:e} {10**400:d}"[:150], format(10**20, ".3g"), format(2**53 + 1, "f"), format(123456789, "010_d"), format(True, "5"), format(True, "x"))
