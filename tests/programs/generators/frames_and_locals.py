# Frame objects, and the write-through mapping of a function's variables (PEP 667).
import sys
def show(f, *a):
    try: print('OK', f(*a))
    except BaseException as x: print(type(x).__name__, x)
def visible(mapping):
    return {k: v for k, v in mapping.items() if isinstance(v, (int, str))}
def f(a, b=2):
    c = 3
    def g(): return c, a
    frame = sys._getframe()
    p = frame.f_locals
    show(lambda: sorted(n for n in dir(type(p)) if n not in dir(object)))
    p['a'] = 10; print(a, g()); p['c'] = 4; print(c, g())
    p['extra'] = 5
    print(visible(p), len(p), list(p)[-1], list(reversed(p))[0], visible(locals()))
    show(lambda: p['nope']); show(lambda: p.pop('a')); show(lambda: p.pop('extra')); show(lambda: p.pop('extra')); show(lambda: p.pop('extra', 7))
    show(lambda: p.__delitem__('a')); show(lambda: p.__delitem__('q')); show(lambda: p.get('a')); show(lambda: p.get('qq')); show(lambda: p.get('qq', 1))
    show(lambda: p.setdefault('qq', 3)); show(lambda: p.setdefault('a', 3)); show(lambda: p.update({'c': 44, 'nn': 1})); print(c)
    show(lambda: p.update([('c', 4)])); show(lambda: p.update(5)); show(lambda: p.update(a=1)); show(lambda: p.update())
    show(lambda: visible(p | {'x': 1})); show(lambda: visible({'x': 1} | p)); show(lambda: p | 5)
    show(lambda: p == dict(p)); show(lambda: p == frame.f_locals); show(lambda: p != {}); show(lambda: hash(p)); show(lambda: type(p.copy()))
    show(lambda: type(p)(3)); show(lambda: type(p)()); show(lambda: type(type(p)(frame)))
    show(lambda: (type(p.keys()), type(p.values()), type(p.items())))
    show(lambda: p[3]); show(lambda: p[[]]); show(lambda: p.__setitem__(3, 4)); show(lambda: 3 in p); show(lambda: 'b' in p); show(lambda: [] in p)
    show(lambda: p.clear()); show(lambda: p.pop()); show(lambda: p.pop(1, 2, 3))
    p |= {'kk': 1}; print(visible(p))
    show(lambda: setattr(frame, 'f_lineno', 3)); show(lambda: delattr(frame, 'f_lineno')); show(lambda: setattr(frame, 'f_lineno', 'x')); show(lambda: setattr(frame, 'f_trace_lines', 3))
    show(lambda: delattr(frame, 'f_trace_lines')); show(lambda: setattr(frame, 'f_trace_opcodes', 1)); show(lambda: setattr(frame, 'f_trace', 3)); show(lambda: frame.f_trace); show(lambda: delattr(frame, 'f_trace')); show(lambda: frame.f_trace)
    show(lambda: frame.clear()); show(lambda: frame.f_generator); show(lambda: setattr(frame, 'f_code', 3))
    print([n for n in dir(frame) if n not in dir(object)])
    print(frame.f_back.f_code.co_name, frame.f_globals is globals(), frame.f_builtins is __builtins__.__dict__, frame.f_lineno)
    return frame, p
frame, p = f(1)
print(frame.f_lineno, frame.f_code.co_name, visible(frame.f_locals), frame.f_back is sys._getframe()); show(frame.clear); print(dict(p), frame.f_lineno)
p['a'] = 3; print(p, frame.f_locals)
def unoptimised():
    class C:
        x = 1
        inside = sys._getframe().f_locals
        inside['y'] = 2
        here = locals() is inside
    return C.y, C.here
print(unoptimised(), sys._getframe().f_locals is globals())
def gen():
    x = 1
    yield 1
    x = 2
    yield 2
g = gen(); print(g.gi_frame.f_lineno, g.gi_frame.f_locals); show(g.gi_frame.clear); show(next, g); print(g.gi_frame)
g = gen(); next(g); fr = g.gi_frame; show(fr.clear); print(fr.f_locals, fr.f_generator is g, fr.f_back, fr.f_lineno); fr.f_locals['x'] = 5; print(fr.f_locals)
next(g); print(fr.f_locals, fr.f_lineno, fr is g.gi_frame); print(list(g), fr.f_locals, fr.f_generator, fr.f_lineno)
def raiser(n):
    local = n * 2
    raise ValueError(n)
try: raiser(4)
except ValueError as e: tb = e.__traceback__.tb_next
print(tb.tb_frame.f_locals, tb.tb_lineno, tb.tb_frame.f_lineno); tb.tb_frame.clear(); print(tb.tb_frame.f_locals)
def closure():
    free = 1
    def inner():
        fl = sys._getframe().f_locals
        fl['free'] = 7
        return free, sorted(fl)
    return inner(), free
print(closure())
def unbound():
    if 0: never = 1
    p = sys._getframe().f_locals
    show(lambda: p['never']); p['never'] = 'now'; print(never, 'never' in p); del never; print('never' in p)
unbound()
