# contextlib.
import contextlib as cl
@cl.contextmanager
def cm(name, swallow=False):
    print("enter", name)
    try: yield name.upper()
    except ValueError as e:
        print("saw", e)
        if not swallow: raise
    finally: print("exit", name)
with cm("a") as a: print(a)
with cm("b", True): raise ValueError("x")
try:
    with cm("c"): raise ValueError("y")
except ValueError as e: print("out", e)
@cm("deco")
def f(x): return x * 2
print(f(4), f(5))
with cl.suppress(KeyError, IndexError): {}["x"]
with cl.ExitStack() as st:
    for n in "xy": st.enter_context(cm(n))
    st.callback(print, "callback", 1)
    st.push(lambda *e: print("push", e[0]) or True)
    raise RuntimeError("swallowed by push")
class C:
    def close(self): print("closed")
with cl.closing(C()): print("body")
with cl.nullcontext(5) as n: print(n)
import io
buf = io.StringIO()
with cl.redirect_stdout(buf): print("captured")
print(repr(buf.getvalue()))
@cl.contextmanager
def bad(): 
    if False: yield
for make in (bad, lambda: cl.contextmanager(lambda: iter([1, 2]))()):
    try:
        with make(): pass
    except Exception as e: print(type(e).__name__, e)
@cl.contextmanager
def twice(): yield 1; yield 2
try:
    with twice(): pass
except RuntimeError as e: print(e)
st = cl.ExitStack(); st.callback(print, "later"); st2 = st.pop_all(); st.close(); print("moved"); st2.close()
class CD(cl.ContextDecorator):
    def __enter__(self): print("in"); return self
    def __exit__(self, *e): print("out", e[0])
@CD()
def g(): return "g"
print(g())
@cl.asynccontextmanager
async def acm():
    print("aenter")
    try: yield "v"
    finally: print("aexit")
async def main():
    async with acm() as v: print(v)
    async with cl.AsyncExitStack() as s:
        print(await s.enter_async_context(acm()))
try: main().send(None)
except StopIteration: pass
print(isinstance(cm("q"), cl.AbstractContextManager), cl.suppress().__enter__())
with cl.suppress(ValueError): raise ExceptionGroup("g", [ValueError(1)])
try:
    with cl.suppress(ValueError): raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
except ExceptionGroup as e: print(repr(e))
