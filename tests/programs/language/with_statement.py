# Context managers: order, suppression, several managers, errors.
class CM:
    def __init__(self, name, suppress=False, fail_enter=False, fail_exit=False):
        self.name, self.suppress, self.fail_enter, self.fail_exit = name, suppress, fail_enter, fail_exit
    def __enter__(self):
        print("enter", self.name)
        if self.fail_enter:
            raise ValueError("enter " + self.name)
        return self.name.upper()
    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind and kind.__name__, value, tb is not None)
        if self.fail_exit:
            raise KeyError("exit " + self.name)
        return self.suppress

with CM("a") as a:
    print(a)
with CM("a") as a, CM("b") as b:
    print(a, b)
with (CM("p") as p, CM("q", suppress=True),):
    raise RuntimeError("inside")
print("suppressed")
with CM("xyz") as (u, *v), CM("w"):
    print(u, v)
with CM("lst") as [first, *rest]:
    print(first, rest)

def run(f):
    try:
        f()
    except Exception as e:
        print("caught", type(e).__name__, e, "context:", repr(e.__context__))

def t1():
    with CM("outer"), CM("inner"):
        raise RuntimeError("boom")
def t2():
    with CM("outer"), CM("inner", fail_enter=True):
        print("not reached")
def t3():
    with CM("outer", fail_exit=True):
        raise RuntimeError("original")
def t4():
    with CM("outer", suppress=True), CM("inner", fail_exit=True):
        pass
    print("after")
def t5():
    with 5:
        pass
def t6():
    class NoExit:
        def __enter__(self): return self
    with NoExit():
        pass
def t7():
    class NoEnter:
        def __exit__(self, *a): pass
    with NoEnter():
        pass
for t in (t1, t2, t3, t4, t5, t6, t7):
    run(t)

def returning():
    with CM("r"):
        return "value"
print(returning())
def looping():
    for i in range(3):
        with CM(str(i)):
            if i == 0: continue
            if i == 1: break
    return i
print(looping())
class Instance:
    pass
inst = Instance()
inst.__enter__ = lambda: 1
inst.__exit__ = lambda *a: None
def t8():
    with inst: pass
run(t8)
class Target:
    pass
t = Target()
with CM("attr") as t.attr, CM("item") as {}.setdefault("d", {})["k"]:
    print(t.attr)
