# Cycles through every kind of object are found, and what they held is released.
# not with: jit=on
import gc, weakref
class Marker: pass
def check(name, make):
    r = make()
    [object() for _ in range(50)]
    for _ in range(3): gc.collect()
    print(name, "released" if r() is None else "kept")
def tracked():
    m = Marker()
    return m, weakref.ref(m)
def in_list():
    m, r = tracked(); l = [m]; l.append(l); return r
def in_dict():
    m, r = tracked(); d = {"m": m}; d["d"] = d; return r
def in_tuple():
    m, r = tracked(); l = []; t = (m, l); l.append(t); return r
def in_instance():
    m, r = tracked(); m.self = m; return r
def in_class():
    m, r = tracked()
    class C: held = m
    C.me = C; C.inst = C()
    return r
def in_method():
    m, r = tracked()
    class C:
        def f(self): pass
    c = C(); c.bound = c.f; c.m = m
    return r
def in_closure():
    m, r = tracked()
    def f(): return f, m
    return r
def in_generator():
    m, r = tracked()
    def g():
        me = yield
        held = m
        yield
    x = g(); next(x); x.send(x)
    return r
def in_coroutine():
    m, r = tracked()
    class Aw:
        def __await__(self): yield
    async def co(box): held = (m, box); await Aw()
    box = []; c = co(box); box.append(c); c.send(None)
    return r
def in_exception():
    m, r = tracked()
    try: raise ValueError(m)
    except ValueError as e: keep = e; e.me = e
    return r
def in_traceback():
    m, r = tracked()
    def f(): local = m; raise KeyError
    try: f()
    except KeyError as e: box = [e]; e.box = box
    return r
def in_partial_descriptor():
    m, r = tracked()
    class D:
        def __get__(self, o, c): return m
    class C: d = D()
    C.d2 = property(lambda self: (C, m))
    return r
def in_default_arg():
    m, r = tracked()
    def f(x=[m]): pass
    f.__defaults__[0].append(f)
    return r
def in_function_dict():
    m, r = tracked()
    def f(): pass
    f.me, f.m = f, m
    return r
def in_set():
    m, r = tracked()
    class H: pass
    h = H(); h.s = {h, m}
    return r
def in_slots():
    m, r = tracked()
    class S: __slots__ = ("a", "b")
    s = S(); s.a, s.b = s, m
    return r
def in_module():
    m, r = tracked()
    mod = type(gc)("temp"); mod.me, mod.m = mod, m
    return r
def in_exec_namespace():
    m, r = tracked()
    ns = {"m": m}; exec("def f(): return f, m", ns)
    return r
def in_iterator():
    m, r = tracked()
    l = [m]; it = iter(l); l.append(it); next(it)
    return r
def in_map_zip():
    m, r = tracked()
    l = [m]; z = zip(l, map(lambda x: x, l)); l.append(z)
    return r
def in_weak_callback():
    m, r = tracked()
    class O: pass
    o = O(); o.w = weakref.ref(o, lambda _: (o, m))
    return r
def in_metaclass():
    m, r = tracked()
    class M(type): pass
    class C(metaclass=M): pass
    M.c, M.m = C, m
    return r
def in_subclass_list():
    m, r = tracked()
    class B: pass
    class C(B): held = m
    B.child = C
    return r
def in_super():
    m, r = tracked()
    class C:
        def f(self): return super()
    c = C(); c.s = super(C, c); c.m = m
    return r
def in_frame():
    m, r = tracked()
    import sys
    def f(): local = m; return sys._getframe()
    box = {}; box["f"] = f(); box["b"] = box
    return r
def in_annotations():
    m, r = tracked()
    def f(x: m): pass
    f.__annotations__; f.me = f
    return r
for f in (in_list, in_dict, in_tuple, in_instance, in_class, in_method, in_closure, in_generator, in_coroutine, in_exception, in_traceback, in_partial_descriptor, in_default_arg, in_function_dict, in_set, in_slots, in_module, in_exec_namespace, in_iterator, in_map_zip, in_weak_callback, in_metaclass, in_subclass_list, in_super, in_frame, in_annotations): check(f.__name__, f)
