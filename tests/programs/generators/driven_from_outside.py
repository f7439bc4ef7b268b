# Generators driven from outside: send, throw, close, delegation, attributes, errors with their tracebacks.
import sys
def e(f, *a):
    try: print('OK', repr(f(*a)))
    except BaseException as x:
        print(type(x).__name__, x.args, 'ctx', type(x.__context__).__name__, 'cause', type(x.__cause__).__name__)
        tb = x.__traceback__; L = []
        while tb: L.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
        print('   ', L)
def gen():
    try:
        x = yield 1
        print('x', x)
        y = yield 2
    except KeyError as k:
        print('caught', k)
        yield 'c'
        return 'r'
    finally:
        print('fin')
g = gen(); e(next, g); e(g.throw, KeyError('a')); e(next, g); e(next, g); e(g.throw, KeyError('b')); e(g.close); print(g.gi_frame)
g = gen(); e(g.throw, KeyError('unstarted')); e(next, g); e(g.close)
g = gen(); e(g.send, 5); e(g.send, None); e(g.send, 6); e(g.close)
g = gen(); e(next, g); e(g.throw, ValueError); e(g.throw, ValueError)
g = gen(); e(next, g); e(g.throw, 5); e(g.throw, ValueError('a'), 'b'); e(g.throw, KeyError, 'msg'); e(g.throw, ValueError, None, 5); e(g.throw); e(g.throw, 1, 2, 3, 4); e(g.close)
def stubborn():
    while True:
        try: yield 1
        except GeneratorExit: pass
stubborn_one = stubborn(); next(stubborn_one); e(stubborn_one.close)
def ret():
    try: yield 1
    except GeneratorExit: return 42
g = ret(); next(g); e(g.close); e(g.close)
def rec():
    yield next(G)
G = rec(); e(next, G); e(next, G)
def rec2():
    try: yield G2.gi_running, G2.gi_suspended, G2.gi_frame is sys._getframe(), G2.gi_yieldfrom, G2.gi_frame.f_generator is G2
    finally: e(G2.close); e(G2.throw, ValueError)
G2 = rec2(); e(next, G2); print(G2.gi_running, G2.gi_suspended, G2.gi_frame.f_lineno); e(G2.close); print(G2.gi_suspended)
def si(): raise StopIteration('x'); yield
e(next, si())
g = si(); e(g.throw, StopIteration('unst')); 
def inner():
    try: r = yield 'i1'; print('inner got', r); yield 'i2'
    except ValueError as v: print('inner VE', v); yield 'i3'
    finally: print('inner fin')
    return 'inner result'
def outer():
    try: r = yield from inner(); print('r', r)
    except Exception as x: print('outer', type(x), x); yield 'o'
    finally: print('outer fin')
    return 'outer ret'
g = outer(); e(next, g); print(g.gi_yieldfrom.__name__, g.gi_yieldfrom.gi_frame.f_back, g.gi_frame.f_locals.keys()); e(g.send, 'S'); e(g.throw, ValueError('v')); e(next, g)
g = outer(); e(next, g); e(g.throw, KeyError('k')); e(next, g)
g = outer(); e(next, g); e(g.close)
g = outer(); e(next, g); e(g.throw, GeneratorExit)
class It:
    def __iter__(self): return self
    def __next__(self): return 'n'
    def send(self, v): return ('sent', v)
    def throw(self, *a): print('thrown', len(a), a[0]); raise StopIteration('from throw')
    def close(self): print('It closed')
def d(it):
    r = yield from it
    print('d r', r)
    return 'dr'
g = d(It()); e(next, g); e(g.send, 3); e(g.throw, ValueError('x')); 
g = d(It()); e(next, g); e(g.close)
class It2:
    def __iter__(self): return self
    def __next__(self): return 'n'
g = d(It2()); e(next, g); e(g.send, 3); 
g = d(It2()); e(next, g); e(g.throw, ValueError('x'))
g = d(It2()); e(next, g); e(g.close)
g = d(iter([1,2])); e(next, g); e(g.send, None); e(g.send, 4)
class BadClose(It2):
    def close(self): raise RuntimeError('bc')
g = d(BadClose()); next(g); e(g.close)
class BadThrow(It2):
    @property
    def throw(self): raise RuntimeError('attr')
g = d(BadThrow()); next(g); e(g.throw, ValueError)
e(next, d(5))
g = gen(); print(repr(g)[:24], g.__name__, g.__qualname__); g.__name__ = 'zz'; e(setattr, g, '__name__', 3); e(delattr, g, '__qualname__'); g.__qualname__ = 'qq'; print(repr(g)[:21], g.__name__); e(setattr, g, 'gi_frame', 3); e(type(g)); print(type(g).__mro__, g.gi_code.co_name)
print(sorted(n for n in dir(g) if n not in dir(object)))
def ctx():
    try: 1/0
    except ZeroDivisionError:
        try: yield 1
        except ValueError as v: print('context', repr(v.__context__)); print(sys.exception().__context__)
        print(sys.exception()); yield 2
    print(sys.exception()); yield 3
g = ctx(); next(g); print(sys.exception())
try: {}['k']
except KeyError: e(g.throw, ValueError('zz')); print(sys.exception())
print(next(g)); 
def lst(): return [x for x in range(3)]
e(lambda: list(x/0 for x in [1])); e(lambda: sum(x for x in range(10))); e(lambda: tuple((yield_ for yield_ in 'ab')))
e(lambda: dict((k, v) for k, v in [(1, 2)])); e(lambda: [*gen()]); e(lambda: max(gen())); 
a, b, *c = (i for i in range(5)); print(a, b, c)
e(lambda: (lambda: (yield))().send(None))
x = (lambda: (yield 7))(); print(next(x)); e(x.send, 3)
def deep(n):
    if n: yield from deep(n-1)
    yield n
print(list(deep(50)))
def nested_fin():
    for i in range(3):
        try:
            yield i
        finally:
            print('cleanup', i)
kept = nested_fin()
for v in kept:
    if v == 1: break
kept.close()
for v in nested_fin(): pass
def many():
    for i in range(1000): yield i
print(sum(many()), sum(1 for _ in many()))
# A generator that ignores GeneratorExit would report that at the end of the program, at a time of the collector's choice.
try: stubborn_one.throw(RuntimeError('end'))
except RuntimeError: pass
