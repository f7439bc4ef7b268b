# complex: repr, arithmetic, parsing, errors.
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
inf, nan = float("inf"), float("nan")
for s in ["1+2j", "1-2j", "-1j", "0j", "-0j", "complex(0, -0.0)", "complex(-0.0, 0)", "complex(inf, nan)", "complex(nan, -inf)", "1j * 1j", "(1+2j) * (3-4j)", "(1+2j) / (3-4j)", "(1+2j) / 0", "1j / 0j", "(1+2j) ** 2", "(1+2j) ** 0.5", "(1+2j) ** -1", "0j ** 0", "0j ** -1", "0j ** 1j", "2 ** 1j", "1j ** 1j", "(1+2j) + 1", "1 + (1+2j)", "(1+2j) - 1.5", "-(1+2j)", "+(1+2j)", "abs(3+4j)", "abs(complex(inf, nan))", "(1+2j).conjugate()", "(1+2j).real", "(1+2j).imag", "(1+2j) == (1+2j)", "1 + 0j == 1", "1j == 1", "1j < 2j", "1j // 1", "1j % 1", "divmod(1j, 1)", "int(1j)", "float(1j)", "bool(0j)", "bool(1j)", "hash(1 + 0j) == hash(1)", "hash(1j)", "complex('1+2j')", "complex('-1.5e3-2.5j')", "complex('(1+2j)')", "complex('1+j')", "complex('+j')", "complex('nan+infj')", "complex('1+2')", "complex('')", "complex('1 +2j')", "complex(1, 2j)", "complex(1j, 2)", "complex(1+2j, 3+4j)", "complex('1', 1)", "complex(1, '1')", "complex([])", "complex(real=1, imag=2)", "str(1e20+1e-7j)", "1e400j", "round(1j)", "abs(1e200+1e200j)", "abs(1e308+1e308j)", "(1e200+0j) ** 2", "(1+1j) ** 100", "(1+1j) ** 2.5", "1j ** 2", "1j ** -3", "sum([1j, 2, 3.5])", "pow(1j, 2, 3)", "1j + 'a'", "1j * 'a'", "3 * 2j", "2.5 * 1j", "1j * inf", "complex(1, inf) * 2", "complex.from_number(3)", "complex.from_number('1')", "(1j).__complex__()", "f'{1+2j:.2f}'", "f'{1j}'", "f'{-0.0j}'", "(1+2j).__getnewargs__()", "1_0j", "complex(10**400)", "10**400 + 1j", "1j == 10**400", "[1j, 1].index(1)", "{1j: 'a'}[1j]", "max(1j, 2j)", "sorted([1j])", "True + 1j", "1j - True", "(2+0j) ** 3", "(-1) ** 0.5", "(-8) ** (1/3)", "complex(1.5)", "(1.5+0j).is_integer", "-1j", "1 - 1j * -0.0", "0 - 1j", "0.0 - 0j", "-(0j)"]:
    t(s)
z = 1 + 1j
z += 1; z *= 2j; z -= 3; z /= 2; z **= 2
print(z)
w = [complex(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
print(w, sum(w), [abs(c) for c in w])
def fft(x):
    n = len(x)
    if n == 1: return x
    e, o = fft(x[::2]), fft(x[1::2])
    import cmath
    tw = [cmath.exp(-2j * cmath.pi * k / n) * o[k] for k in range(n // 2)]
    return [e[k] + tw[k] for k in range(n // 2)] + [e[k] - tw[k] for k in range(n // 2)]
def dft4(x):
    w = [1, -1j, -1, 1j]
    return [sum(x[n] * w[n * k % 4] for n in range(4)) for k in range(4)]
print(dft4([1, 2, 3, 4]), dft4([1j, 0, 0, 1]))
class C:
    def __complex__(self): return 5 + 6j
class F:
    def __float__(self): return 2.5
class I:
    def __index__(self): return 7
class B:
    def __complex__(self): return 5
print(complex(C()), complex(F()), complex(I()), complex(F(), I()))
t("complex(B())")
t("complex(1, C())")
