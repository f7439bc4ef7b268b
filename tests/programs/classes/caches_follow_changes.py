# Sites that have learnt where an attribute is notice that a class changed how its attributes are found.


def warm(f, *args):
    for _ in range(5):
        f(*args)
    return f(*args)


class A:
    pass


a = A()
a.x = 1


def read():
    return a.x


print(warm(read))
A.__getattribute__ = lambda self, name: "intercepted " + name
print(read())
del A.__getattribute__
print(read())


def store(v):
    a.x = v


warm(store, 2)
A.__setattr__ = lambda self, name, v: print("stores", name, v)
store(3)
print(a.x)
del A.__setattr__
store(4)
print(a.x)


# Class methods: through instances, classes, subclasses; replaced, shadowed, of a metaclass.
class Base:
    @classmethod
    def make(cls, *args):
        return cls.__name__, args


class Sub(Base):
    pass


def call_on(o):
    return o.make(1)


for o in (Base(), Base, Sub(), Sub, Base(), Sub):
    print(warm(call_on, o))
bound = Sub.make
print(bound.__self__ is Sub, bound(), Sub().make.__self__ is Sub)
Sub.make = classmethod(lambda cls, *args: ("own of", cls.__name__))
print(call_on(Sub), call_on(Sub()), call_on(Base))
o = Base()
o.make = lambda *args: ("instance's", args)
print(call_on(o), call_on(Base()))
Base.make = 5
print(Base.make, Base().make)
try:
    call_on(Base)
except TypeError as e:
    print(e)


class Strange(classmethod):
    def __get__(self, obj, cls=None):
        return lambda *args: ("strange", args)


Base.make = Strange(len)
print(warm(call_on, Base()), warm(call_on, Base))


class Meta(type):
    @property
    def prop(cls):
        return "of the metaclass"


class WithMeta(metaclass=Meta):
    value = 1
    prop = 2


def value():
    return WithMeta.value


print(warm(value), WithMeta.prop)
Meta.value = property(lambda cls: "data descriptor")
print(value())
del Meta.value
print(warm(value))
Meta.__getattribute__ = lambda cls, name: "anything"
print(value())
del Meta.__getattribute__
WithMeta.value = 7
print(value())


# More attributes than an instance has room for inside.
class Many:
    pass


m = Many()
for k in range(40):
    setattr(m, f"a{k}", k)


def far():
    return m.a39 + m.a20


def set_far(v):
    m.a39 = v


print(warm(far))
warm(set_far, 100)
print(far())
del m.a39
try:
    far()
except AttributeError as e:
    print(e)
set_far(7)
print(warm(far), list(vars(m))[-1])
Many.a39 = property(lambda self: 1000)
print(far())
