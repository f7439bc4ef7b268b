# typing: aliases, generics, protocols, runtime checks, get_type_hints.
import typing as t
print(t.List[int], t.Dict[str, int], t.Optional[int], t.Union[int, str], t.Union[int, None], t.Callable[[int], str], t.Any, t.Tuple[int, ...], t.Literal["a", 1], t.ClassVar[int], t.Final, t.Annotated[int, "meta"], t.Type[int])
T = t.TypeVar("T"); K = t.TypeVar("K", bound=int); V = t.TypeVar("V", int, str)
print(T, K.__bound__, V.__constraints__, t.List[T][int], t.Dict[K, T][int, str], t.List[T].__parameters__)
class Box(t.Generic[T]):
    def __init__(self, v): self.v = v
print(Box[int], Box[int](5).v, Box.__parameters__, Box[int].__origin__, Box[int].__args__, t.get_origin(Box[int]), t.get_args(t.Dict[str, int]))
@t.runtime_checkable
class Sized(t.Protocol):
    def size(self) -> int: ...
class Impl:
    def size(self): return 1
print(isinstance(Impl(), Sized), isinstance(5, Sized), issubclass(Impl, Sized))
class NotRuntime(t.Protocol):
    x: int
try: isinstance(5, NotRuntime)
except TypeError as e: print(e)
try: Sized()
except TypeError as e: print(e)
def f(a: int, b: "list[str]" = None, *c: float) -> t.Optional["Box"]: ...
print(t.get_type_hints(f))
class TD(t.TypedDict, total=False):
    a: int
    b: t.Required[str]
print(TD(a=1), TD.__required_keys__, TD.__optional_keys__, TD.__total__)
class NT(t.NamedTuple):
    x: int
    y: str = "d"
    def both(self): return self.x, self.y
print(NT(1), NT(1).both(), NT._field_defaults, NT.__annotations__)
UserId = t.NewType("UserId", int); print(UserId(5), UserId.__name__, UserId.__supertype__)
print(t.cast(str, 5), t.TYPE_CHECKING, t.overload.__name__, t.no_type_check.__name__)
@t.final
class Fin: pass
print(Fin.__final__)
for bad in (lambda: t.Union[()], lambda: t.List[int, str], lambda: t.Optional[int, str], lambda: Box[int, str], lambda: t.Callable[int], lambda: t.TypeVar("A", int), lambda: t.Any(), lambda: t.Literal[int] and isinstance(1, t.Literal[1]), lambda: isinstance(1, t.List[int]), lambda: t.Generic[int], lambda: t.ClassVar[t.ClassVar[int]], lambda: t.NamedTuple("X", a=int)):
    try: print("ok", bad())
    except TypeError as e: print(e)
print(t.Union[int, int], t.Union[int, t.Union[str, int]], t.Literal[1, 1], t.Annotated[t.Annotated[int, 1], 2], int | "str" if False else int | None, t.Optional[t.Union[int, str]])
P = t.ParamSpec("P"); Ts = t.TypeVarTuple("Ts"); print(P, P.args, P.kwargs, Ts, t.Tuple[t.Unpack[Ts]], t.Concatenate[int, P])
def g(x: t.Self) -> t.Never: ...
print(t.get_type_hints(g)["return"], t.assert_type(5, int), t.reveal_type.__name__)
try: t.assert_never(1)
except AssertionError as e: print(e)
print(t.is_typeddict(TD), t.get_protocol_members(Sized), t.is_protocol(Sized), t.get_overloads(f), repr(t.ForwardRef("X")))
