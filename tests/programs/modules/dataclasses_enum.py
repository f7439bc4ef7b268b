# dataclasses and enum.
from dataclasses import asdict, astuple, dataclass, field, fields, is_dataclass, replace, FrozenInstanceError, make_dataclass, KW_ONLY, InitVar
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, unique
@dataclass
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, repr=False, compare=False)
    def norm(self): return self.x + self.y
p = P(1, 2); print(p, p == P(1, 2), p.norm(), asdict(p), astuple(p), replace(p, x=9), [f.name for f in fields(P)], is_dataclass(P), P.__match_args__)
@dataclass(frozen=True, order=True, slots=True)
class F:
    a: int
    b: str = "b"
f = F(1); print(f, hash(f) == hash(F(1)), F(1) < F(2), sorted([F(2), F(1, "z"), F(1, "a")]))
for bad in (lambda: setattr(f, "a", 2), lambda: P(), lambda: P(1, 2, 3, 4), lambda: P(z=1), lambda: f < 1, lambda: hash(p), lambda: dataclass(type("Bad", (), {"__annotations__": {"a": int, "b": int}, "a": 1}))):
    try: bad()
    except (TypeError, AttributeError) as e: print(type(e).__name__, e)
@dataclass
class Base:
    a: int
    _: KW_ONLY
    k: int = 1
@dataclass
class Child(Base):
    b: int = 2
    total: int = field(init=False)
    seed: InitVar[int] = 0
    def __post_init__(self, seed): self.total = self.a + self.b + self.k + seed
print(Child(1), Child(1, 5, 10, k=7), make_dataclass("Made", [("x", int), ("y", int, 5)])(1))
match p:
    case P(x, y=2): print("matched", x)
class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1
    def low(self): return self.name.lower()
print(Color.RED, repr(Color.RED), Color(1), Color["GREEN"], Color.CRIMSON is Color.RED, list(Color), Color.RED.low(), Color.RED.value, len(Color), Color.RED in Color, 2 in Color, {Color.RED: 1}[Color.RED], Color.__members__["CRIMSON"], isinstance(Color.RED, Color))
for bad in (lambda: Color(9), lambda: Color["NO"], lambda: setattr(Color, "RED", 2), lambda: Color.RED < Color.GREEN, lambda: type("Sub", (Color,), {}), lambda: unique(Color), lambda: Color.NOPE):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
class N(IntEnum):
    ONE = 1
    TWO = auto()
print(N.TWO + 1, N.ONE < N.TWO, N.TWO == 2, f"{N.TWO}", repr(N.ONE), int(N.TWO), sorted([N.TWO, N.ONE]))
class S(StrEnum):
    ALPHA = auto()
    B = "bee"
print(S.ALPHA, S.B.upper(), S("bee"), repr(S.B), f"{S.ALPHA:>8}")
class Perm(Flag):
    R = auto(); W = auto(); X = auto()
    RW = R | W
print(Perm.R | Perm.X, Perm.RW, ~Perm.R, Perm.R & Perm.W, bool(Perm.R & Perm.W), Perm.R in Perm.RW, list(Perm.RW), Perm(5), Perm.RW.value, repr(Perm(0)), len(Perm.RW))
class IF(IntFlag):
    A = 1; B = 2
print(IF.A | 4, IF.A | IF.B, (IF.A | IF.B) == 3)
Animal = Enum("Animal", "CAT DOG"); print(list(Animal), Animal.DOG.value)
class Planet(Enum):
    EARTH = (5.97, 6.37)
    def __init__(self, mass, radius): self.mass, self.radius = mass, radius
    @property
    def g(self): return round(self.mass / self.radius**2, 3)
print(Planet.EARTH.g, Planet.EARTH.value)
