"""Writes vectors.txt: what CPython gives for functions of floats and complex numbers.

Run with the CPython whose behaviour is the model: python3.14 vectors.py [COUNT] > vectors.txt
A line is: name, argument bits in hexadecimal, `=`, result bits; or `!` and the error's words up to the argument.
"""

import cmath
import math
import random
import struct
import sys

random.seed(314)
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 12
INF, NAN = float("inf"), float("nan")
EDGES = [-INF, -2.3, -0.0, 0.0, 2.3, INF, NAN]
REAL_EDGES = EDGES + [1.0, -1.0, 0.5, -0.5, 3.0, -3.0, 5e-324, 1e-300, 1e308, -1e308, 709.9, -745.2, 171.6, 24.0]


def bits(x):
    return "nan" if x != x else "%016x" % struct.unpack("<Q", struct.pack("<d", x))[0]


def show(value):
    if isinstance(value, complex):
        return [bits(value.real), bits(value.imag)]
    if isinstance(value, tuple):
        return [bits(float(x)) for x in value]
    return [bits(float(value))]


def emit(name, function, *args):
    parts = [name] + [word for arg in args for word in show(arg)]
    try:
        parts += ["="] + show(function(*args))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        words = error.args[-1]
        if isinstance(error, OverflowError) and not isinstance(words, str):
            words = str(error)
        parts += ["!", words.split(", got")[0]]
    print(*parts)


def some():
    kind = random.randrange(8)
    if kind == 0:
        return struct.unpack("<d", random.randbytes(8))[0]
    if kind == 1:
        return float(random.randrange(-40, 40))
    if kind == 2:
        return random.choice(REAL_EDGES)
    if kind == 3:
        return random.uniform(-200, 200)
    return random.uniform(-3, 3)


REAL = """acos acosh asin asinh atan atanh cbrt cos cosh exp exp2 expm1 log log1p log2 log10 sin sinh sqrt tan tanh
    gamma lgamma erf erfc ulp frexp modf""".split()
for name in REAL:
    for x in REAL_EDGES + [some() for _ in range(COUNT)]:
        emit(name, getattr(math, name), x)

BINARY = {
    "atan2": math.atan2,
    "fmod": math.fmod,
    "remainder": math.remainder,
    "pow": math.pow,
    "nextafter": math.nextafter,
    "hypot": math.hypot,
    "float_mod": lambda a, b: a % b,
    "float_divmod": divmod,
}
for name, function in BINARY.items():
    for _ in range(COUNT * 6):
        emit(name, function, some(), some())
for a in EDGES:
    for b in EDGES + [1.0, -1.0, 3.0, -3.0]:
        for name in ["fmod", "remainder", "pow", "float_mod", "float_divmod"]:
            emit(name, BINARY[name], a, b)
for _ in range(COUNT * 6):
    a, b = some(), some()
    if a >= 0 or b == b // 1:
        emit("float_pow", lambda a, b: a**b, a, b)
for _ in range(COUNT * 4):
    emit("fma", math.fma, some(), some(), some())
    emit("hypot4", math.hypot, some(), some(), some(), some())
    scale = 10.0 ** random.randrange(-300, 300)
    emit("hypot4", math.hypot, *(random.random() * scale for _ in range(4)))
    emit("fsum4", lambda *x: math.fsum(x), *(some() for _ in range(4)))
    emit("fsum4", lambda *x: math.fsum(x), *(random.uniform(-1, 1) * 2.0 ** random.randrange(0, 120, 53) for _ in range(4)))
    emit("sum4", lambda *x: sum(x), *(some() for _ in range(4)))
    emit("sumprod4", lambda a, b, c, d: math.sumprod([a, b], [c, d]), *(random.uniform(-9, 9) for _ in range(4)))
for _ in range(COUNT * 6):
    digits = random.randrange(-20, 20)
    x = random.choice([some(), random.randrange(10**6) / 2, random.randrange(10**6) / 1000])
    emit("round", lambda x, n: round(x, int(n)), x, float(digits))

COMPLEX = "acos acosh asin asinh atan atanh cos cosh exp log log10 sin sinh sqrt tan tanh".split()
for name in COMPLEX:
    function = getattr(cmath, name)
    for re in EDGES:
        for im in EDGES:
            emit("c" + name, function, complex(re, im))
    for z in [complex(1, 0), complex(1, -1e-200), complex(1e308, 1e308), complex(800, 1), complex(-800, 1), 1e-320j]:
        emit("c" + name, function, z)
    for _ in range(COUNT):
        emit("c" + name, function, complex(some(), some()))
for re in EDGES:
    for im in EDGES:
        emit("rect", cmath.rect, re, im)
        emit("polar", cmath.polar, complex(re, im))
        emit("cabs", abs, complex(re, im))

PAIRS = {
    "cmul": lambda a, b: a * b,
    "cdiv": lambda a, b: a / b,
    "cpow": lambda a, b: a**b,
    "cadd": lambda a, b: a + b,
    "csub": lambda a, b: a - b,
}
PARTS = [0.0, -0.0, 1.5, -2.0, INF, NAN]
CHOICES = [complex(x, y) for x in PARTS for y in PARTS]
for name, function in PAIRS.items():
    for _ in range(COUNT * 12):
        emit(name, function, random.choice(CHOICES), random.choice(CHOICES))
    for _ in range(COUNT * 4):
        emit(name, function, complex(some(), some()), complex(some(), some()))
    for _ in range(COUNT * 4):
        emit(name + "_real", function, complex(some(), some()), some())
        emit("real_" + name, function, some(), complex(some(), some()))
        emit(name + "_real", function, random.choice(CHOICES), random.choice(PARTS))
        emit("real_" + name, function, random.choice(PARTS), random.choice(CHOICES))
