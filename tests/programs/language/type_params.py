# PEP 695 and 696 syntax: generic functions and classes, type statements, lazy evaluation.
def first[T](items: list[T]) -> T:
    return items[0]

class Stack[T]:
    def __init__(self) -> None:
        self.items: list[T] = []
    def push(self, item: T) -> None:
        self.items.append(item)
    def pop(self) -> T:
        return self.items.pop()

print(first([1, 2]), first.__type_params__, Stack.__type_params__, Stack.__parameters__)
s = Stack[int]()
s.push(5)
print(s.pop(), type(s).__name__)
T = first.__type_params__[0]
print(T, T.__name__, T.__bound__, T.__constraints__, T.__covariant__, T.__contravariant__, T.__infer_variance__)
def bounded[A: int, B: (str, bytes), *Ts, **P](a: A, b: B): pass
A, B, Ts, P = bounded.__type_params__
print(A.__bound__, B.__constraints__, Ts, P, type(Ts).__name__, type(P).__name__, Ts.__name__)
def defaulted[X = int, *Ys = *tuple[int, str], **Z = [int]](): pass
X, Ys, Z = defaulted.__type_params__
print(X.__default__, X.has_default(), Ys.__default__, Z.__default__, T.has_default())
type Alias = int | str
print(Alias, Alias.__name__, Alias.__value__, Alias.__type_params__, type(Alias).__name__)
type Recursive = list[Recursive] | int
print(Recursive.__value__)
type Pair[K, V] = dict[K, V]
print(Pair.__type_params__, Pair.__value__, Pair[int, str], Pair[int, str].__args__)
type Broken = 1 / 0
try:
    Broken.__value__
except ZeroDivisionError as e:
    print("lazy:", e)
class Lazy[U: undefined_name]: pass
try:
    Lazy.__type_params__[0].__bound__
except NameError as e:
    print("lazy bound:", e)
undefined_name = float
print(Lazy.__type_params__[0].__bound__)

class Outer[V]:
    v = V
    type Inner = list[V]
    def method[W](self, x: V, y: W) -> tuple[V, W]:
        return V, W
print(Outer.v, Outer.Inner.__value__, Outer().method(1, 2))
print(Outer.method.__annotations__)
print(Stack.__orig_bases__, Stack.__mro__[1].__name__, Stack[int], Stack[int].__origin__ is Stack)
class Child[Q](Stack[Q], list): pass
print(Child.__orig_bases__, [c.__name__ for c in Child.__mro__])
try:
    T
    def shadow[T](T=T): return T
    print(shadow())
except Exception as e:
    print(type(e).__name__, e)
type = type
print(type(5))
match type:
    case _: print("soft keyword")
try:
    Alias.__value__ = 5
except AttributeError as e:
    print(e)
print(isinstance(5, int | str), int | None, list[int] | None, (int | str).__args__, int | str == str | int)
