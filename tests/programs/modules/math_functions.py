# math and cmath: values that are exact or correctly rounded everywhere, and the errors.
import math
f = lambda x: "nan" if x != x else repr(x)
print(math.pi, math.e, math.tau, math.inf, math.nan)
print(math.floor(2.7), math.ceil(2.1), math.trunc(-2.7), math.floor(-0.5), math.fabs(-3), math.factorial(20), math.gcd(12, 18, 27), math.lcm(4, 6), math.comb(10, 3), math.perm(5, 2), math.perm(5), math.isqrt(10**20), math.sqrt(16), math.cbrt(27), math.hypot(3, 4), math.hypot(1, 2, 2), math.dist((0, 0), (3, 4)))
print(math.copysign(1, -0.0), math.fmod(-7, 3), math.remainder(7, 4), math.modf(2.5), math.frexp(8), math.ldexp(0.5, 4), math.fsum([0.1] * 10), math.prod([1, 2, 3, 4]), math.prod([]), math.sumprod([1, 2], [3, 4]), math.nextafter(1.0, 2.0), math.ulp(1.0), math.isclose(0.1 + 0.2, 0.3), math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1), math.fma(2.0, 3.0, 1.0))
print(math.exp(0), math.log(1), math.log2(8), math.log10(1000), math.log(8, 2), math.log(2**2000), math.pow(2, 10), math.sin(0), math.cos(0), math.atan2(0, -1), math.degrees(math.pi), math.radians(180), math.exp2(10), math.expm1(0), math.log1p(0), math.gamma(5), math.erf(0), math.asinh(0), math.tanh(0))
for s in ["math.sqrt(-1)", "math.log(0)", "math.log(-1)", "math.factorial(-1)", "math.factorial(2.5)", "math.factorial('a')", "math.exp(1000)", "math.pow(0, -1)", "math.fmod(1, 0)", "math.acos(2)", "math.floor(math.inf)", "math.floor(math.nan)", "math.ceil('a')", "math.isqrt(-1)", "math.gcd(1.5)", "math.comb(-1, 2)", "math.comb(5, -1)", "math.ldexp(1, 10000)", "math.sqrt('a')", "math.sqrt()", "math.dist((1,), (1, 2))", "math.gamma(-1)", "math.sin(math.inf)", "math.perm(3, 5)", "math.comb(3, 5)", "math.nextafter(0, 1)", "math.trunc('a')", "math.hypot()", "math.log(10**400)", "math.lcm()", "math.remainder(1, 0)", "math.isclose(1, 1, rel_tol=-1)", "math.pow(-8, 1/3)", "math.log2(0)", "math.log10(-1)", "math.sumprod([1], [1, 2])"]:
    try: print(s, f(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
class R:
    def __floor__(self): return "floor"
    def __ceil__(self): return "ceil"
    def __trunc__(self): return "trunc"
    def __float__(self): return 2.25
print(math.floor(R()), math.ceil(R()), math.trunc(R()), math.sqrt(R()))
import cmath
print(cmath.sqrt(-1), cmath.phase(-1 + 0j), cmath.polar(1j)[0], cmath.isnan(complex("nan")), cmath.inf, cmath.infj, cmath.isclose(1, 1 + 1e-12j), cmath.exp(0), cmath.log(1))
for s in ("cmath.log(0)", "cmath.sqrt('a')", "cmath.exp(1e5)"):
    try: print(eval(s))
    except Exception as e: print(s, "->", type(e).__name__, e)
