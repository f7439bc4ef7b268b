# not with: jit=on
# What only inline caches still refer to is collected: classes and modules that code once looked something up in. Machine code
# keeps what it was made for.
import gc
import types
import weakref


def name_of(c):
    return c.__name__, c.made


def call(c):
    return c.build()


def use(m):
    return m.value


def attempt():
    class C:
        made = 1

        @classmethod
        def build(cls):
            return 5

        def method(self):
            return 6

    m = types.ModuleType("m")
    m.value = 7
    for _ in range(50):
        print(end=f"{name_of(C)[1]}{call(C)}{C().method()}{use(m)} ")
    print()
    return weakref.ref(C), weakref.ref(m)


kept = [attempt() for _ in range(3)]
gc.collect()
print([(c() is None, m() is None) for c, m in kept])
