# Coroutines and async generators driven by hand: every awaitable's states, errors with their tracebacks, attributes, hooks.
import sys
def e(f, *a):
    try: print('OK', repr(f(*a)))
    except BaseException as x:
        print(type(x).__name__, x.args, 'ctx', type(x.__context__).__name__, 'cause', type(x.__cause__).__name__)
        tb = x.__traceback__; L = []
        while tb: L.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
        print('   ', L)
class Aw:
    def __init__(self, v): self.v = v
    def __await__(self):
        r = yield self.v
        print('aw got', r)
        return ('res', r)
async def c(n):
    a = await Aw(n)
    b = await Aw(n+1)
    return a, b
x = c(1); e(x.send, None); print(type(x.cr_await), x.cr_running, x.cr_suspended, x.cr_frame.f_lineno, x.cr_origin, x.cr_code.co_name); e(x.send, 'one'); e(x.send, 'two'); e(x.send, None); e(x.throw, ValueError); e(x.close); print(x.cr_frame)
x = c(1); e(next, x) ; e(iter, x); e(x.send, 3); e(x.close); e(x.send, None); e(x.throw, KeyError)
x = c(1); e(x.throw, KeyError('k')); e(x.send, None)
x = c(1); w = x.__await__(); print(type(w)); e(next, w); e(w.send, 5); e(w.throw, ValueError('w')); e(next, w); e(w.close)
print(sorted(n for n in dir(x) if n not in dir(object))); print(sorted(n for n in dir(w) if n not in dir(object)))
async def outer():
    try: return await c(10)
    except ValueError as v: print('outer caught', v); return await c(20)
    finally: print('outer fin')
x = outer(); e(x.send, None); print(x.cr_await.__name__); e(x.throw, ValueError('V')); e(x.send, 1); e(x.send, 2)
x = outer(); e(x.send, None); e(x.close)
sh = c(1)
async def aw(z): return await z
a = aw(sh); e(a.send, None); b = aw(sh); e(b.send, None); e(a.close)
e(aw(sh).send, None)
e(aw(5).send, None); 
class B1:
    def __await__(self): return c(1)
class B2:
    def __await__(self): return 5
e(aw(B1()).send, None); e(aw(B2()).send, None)
def g():
    yield from c(1)
e(next, g())
import types
@types.coroutine
def tc(): 
    r = yield 'tc'
    return r
print(tc.__code__.co_flags & 0x100, type(tc()))
x = aw(tc()); e(x.send, None); e(x.send, 'zz')
def g2(): 
    r = yield from tc(); print('r', r)
x = g2(); e(next, x); e(x.send, 3)
@types.coroutine
def tc2(): return (yield from c(5))
x = aw(tc2()); e(x.send, None); e(x.close)
async def ag(n):
    try:
        for i in range(n):
            r = yield i
            if r: print('ag got', r)
            await Aw('in ag')
    except ValueError as v: print('ag ve', v); yield 'after'
    finally: print('ag fin'); await Aw('closing')
def drive(co, *vals):
    vals = list(vals)
    try:
        r = co.send(None)
        while True:
            print('  yielded', r); r = co.send(vals.pop(0) if vals else None)
    except StopIteration as s: return s.value
A = ag(2); print(A.ag_running, A.ag_suspended, A.ag_await, A.ag_frame.f_lineno, A.ag_code.co_name, repr(A)[:26])
e(drive, A.__anext__()); print(A.ag_running, A.ag_suspended); e(drive, A.asend('S')); e(drive, A.__anext__()); e(drive, A.__anext__())
A = ag(2); e(drive, A.asend(3)); e(drive, A.athrow(ValueError('t'))); e(drive, A.__anext__())
A = ag(3); e(drive, A.__anext__()); e(drive, A.athrow(ValueError('t'))); e(drive, A.aclose()); e(drive, A.aclose()); e(drive, A.__anext__()); e(drive, A.athrow(KeyError))
A = ag(3); e(drive, A.__anext__()); n = A.__anext__(); e(n.send, None); m = A.__anext__(); e(m.send, None); e(m.send, None); e(A.aclose().send, None); e(A.athrow(ValueError).send, None); print(type(A.ag_await), A.ag_running); e(n.send, None); e(n.send, None); 
n = A.asend(1); e(n.close); e(n.send, None); n = A.aclose(); e(n.throw, ValueError('thrown')); e(n.send, None); e(drive, A.aclose())
A = ag(3); n = A.athrow(ValueError('zz')); e(n.send, 5); e(n.send, None); e(n.send, None)
A = ag(3); e(drive, A.aclose()); e(drive, A.__anext__())
async def agx():
    while True:
        try: yield 1
        except GeneratorExit: pass
A = agx(); e(drive, A.__anext__()); e(drive, A.aclose())
async def si(): yield 1; raise StopIteration('q')
async def sa(): yield 1; raise StopAsyncIteration('q')
for f in (si, sa):
    A = f(); drive(A.__anext__()); e(drive, A.__anext__())
async def sic(): raise StopIteration('w')
e(sic().send, None)
async def use():
    out = []
    async for v in ag(2): out.append(v)
    out += [v async for v in ag(2)]
    out += [await Aw(k) async for k in ag(1) if True]
    print({k: v async for k, v in pairs()}, {k async for k, v in pairs()})
    g = (v async for v in ag(1)); print(type(g)); out.append(await anext(g)); out.append(await anext(g, 'dflt'))
    async with CM() as cm: out.append(cm)
    try:
        async with CM() as cm: raise ValueError('in')
    except ValueError as v: print('escaped', v)
    return out
async def pairs():
    yield 1, 2
    yield 3, 4
class CM:
    async def __aenter__(self): await Aw('enter'); return 'CM'
    async def __aexit__(self, *a): print('aexit', a[0]); await Aw('exit')
e(drive, use())
async def bad1():
    async for x in 5: pass
class NoAnext:
    def __aiter__(self): return self
async def bad2():
    async for x in NoAnext(): pass
class BadAnext:
    def __aiter__(self): return self
    def __anext__(self): return 5
async def bad3():
    async for x in BadAnext(): pass
class BadEnter:
    def __aenter__(self): return 5
    async def __aexit__(self, *a): pass
async def bad4():
    async with BadEnter(): pass
for f in (bad1, bad2, bad3, bad4): e(drive, f())
hooks = []
sys.set_asyncgen_hooks(lambda a: hooks.append(('first', a.__name__)), lambda a: hooks.append('fin'))
A = ag(1); n = A.__anext__(); print(hooks); e(drive, n); e(drive, A.aclose()); sys.set_asyncgen_hooks(None, None); print(hooks, tuple(sys.get_asyncgen_hooks()))
sys.set_coroutine_origin_tracking_depth(2)
def mk(): return c(1)
x = mk(); print(x.cr_origin[0][1:], len(x.cr_origin)); x.close(); sys.set_coroutine_origin_tracking_depth(0)
x = c(1); x.close(); print(x.cr_origin)
e(anext, 5); e(anext, iter([]));
print(sorted(n for n in dir(A) if n not in dir(object))); print(sorted(n for n in dir(n) if n not in dir(object)) if False else '')
n = ag(1).aclose(); print(type(n), sorted(q for q in dir(n) if q not in dir(object))); e(n.throw, KeyError('kk')); 
n = ag(1).asend(None); print(type(n), sorted(q for q in dir(n) if q not in dir(object))); e(n.throw, KeyError('kk')); e(n.send, None); e(n.throw, KeyError); e(n.close)
n = ag(1).athrow(KeyError); e(n.close); e(n.send, None)
async def agr():
    yield 1
    await Aw('p')
A = agr(); e(drive, A.__anext__()); n = A.__anext__(); e(n.send, None); e(n.throw, ValueError('into await')); e(A.__anext__().send, None)
A = agr(); e(drive, A.__anext__()); n = A.__anext__(); e(n.send, None); e(n.close); print(A.ag_running)
async def f():
    await g_(); 
async def g_():
    raise KeyError('deep')
e(f().send, None)
