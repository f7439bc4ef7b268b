# Long functions, long chains, wide displays, deep control flow, many constants: operands past one byte.
src = "def f(x):\n    r = 0\n" + "".join(f"    if x == {i}: r += {i}\n    elif x > {i + 1000}: r -= 1\n" for i in range(300)) + "    return r\n"
ns = {}; exec(src, ns); print(ns["f"](5), ns["f"](299), ns["f"](1150), ns["f"](-1))
chain = "def g(x):\n" + "".join(f"    {'if' if i == 0 else 'elif'} x == {i}:\n        return 'v{i}'\n" for i in range(400)) + "    else:\n        return 'none'\n"
exec(chain, ns); print(ns["g"](0), ns["g"](399), ns["g"](400))
exec("l = [" + ", ".join(map(str, range(1000))) + "]\nd = {" + ", ".join(f"'k{i}': {i}" for i in range(700)) + "}\nt = (" + ", ".join(f"'{i}'" for i in range(300)) + ")\ns = {" + ", ".join(map(str, range(500))) + "}", ns)
print(sum(ns["l"]), len(ns["d"]), ns["d"]["k699"], ns["t"][-1], len(ns["s"]))
deep = "def h(n):\n" + "".join("    " * (i + 1) + f"for x{i} in range(n):\n" for i in range(15)) + "    " * 16 + "return " + " + ".join(f"x{i}" for i in range(15)) + "\n    return 'empty'\n"
exec(deep, ns); print(ns["h"](1), ns["h"](0))
tries = "def k():\n" + "".join("    " * (i + 1) + "try:\n" for i in range(15)) + "    " * 16 + "raise ValueError('deep')\n" + "".join("    " * (i + 1) + ("except KeyError: pass\n" if i else "except ValueError as e: return str(e)\n") for i in range(14, -1, -1))
exec(tries, ns); print(ns["k"]())
withs = "class C:\n    def __enter__(self): log.append('in')\n    def __exit__(self, *a): log.append('out')\nlog = []\ndef w():\n" + "".join("    " * (i + 1) + "with C():\n" for i in range(15)) + "    " * 16 + "return len(log)\n"
exec(withs, ns); print(ns["w"](), len(ns["log"]))
exec("def calls(f):\n    return [" + ", ".join(f"f({i}, k{i % 5}={i})" for i in range(300)) + "]", ns)
print(sum(ns["calls"](lambda x, **k: x + sum(k.values()))))
exec("class Big:\n" + "".join(f"    a{i} = {i}\n    def m{i}(self): return self.a{i} + {i}\n" for i in range(300)), ns)
b = ns["Big"](); print(b.m299(), sum(getattr(b, f"m{i}")() for i in range(300)), len([n for n in dir(b) if n[0] == "a"]))
class Obj: pass
o = Obj()
exec("\n".join(f"o.x{i} = {i}" for i in range(300)), {"o": o}); print(len(vars(o)), o.x299, sum(vars(o).values()))
exec("def cells():\n" + "".join(f"    c{i} = {i}\n" for i in range(300)) + "    def inner(): return " + " + ".join(f"c{i}" for i in range(300)) + "\n    return inner()", ns)
print(ns["cells"]())
exec("def unp(t):\n    " + ", ".join(f"u{i}" for i in range(300)) + " = t\n    return u0 + u299", ns); print(ns["unp"](range(300)))
exec("def strs(x): return f\"" + "".join(f"{{x + {i}}}," for i in range(300)) + "\"", ns); print(len(ns["strs"](1)), ns["strs"](0)[:10], ns["strs"](0)[-5:])
exec("def cmp(x): return " + " and ".join(f"{i} <= x + {i}" for i in range(300)), ns); print(ns["cmp"](0), ns["cmp"](-1))
exec("def chained(x): return " + " < ".join(f"x + {i}" for i in range(200)), ns); print(ns["chained"](1))
exec("def m(v):\n    match v:\n" + "".join(f"        case {i}: return 'c{i}'\n" for i in range(300)) + "        case _: return 'other'", ns); print(ns["m"](299), ns["m"](-5), ns["m"]("x"))
exec("def loop():\n    n = 0\n    while True:\n" + "".join(f"        n += {i % 3}\n" for i in range(400)) + "        if n > 5000: break\n    return n", ns); print(ns["loop"]())
exec("async def co():\n" + "".join(f"    x{i} = {i}\n" for i in range(300)) + "    return x0 + x299", ns)
try: ns["co"]().send(None)
except StopIteration as e: print(e.value)
exec("def gen():\n" + "".join(f"    yield {i}\n" for i in range(400)), ns); print(sum(ns["gen"]()))
print(eval("lambda " + ", ".join(f"a{i}" for i in range(255)) + ": a0 + a254")(*range(255)))
