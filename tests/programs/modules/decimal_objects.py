# Decimals and contexts as objects: constructors, operators with other classes, formats, errors, contexts, signals, copies.
import contextvars
import copy
import decimal
import math
import pickle
import threading
from decimal import *
from fractions import Fraction
import numbers

D = Decimal


def show(*expressions):
    for text in expressions:
        try:
            print(text, "=>", repr(eval(text)))
        except BaseException as e:
            print(text, "!!", type(e).__name__, e.args)


def run(*statements):
    for text in statements:
        try:
            exec(text, globals())
            print(text, "ok")
        except BaseException as e:
            print(text, "!!", type(e).__name__, e.args)


print(sorted(n for n in dir(decimal) if not n.startswith("__")))
print(MAX_PREC, MAX_EMAX, MIN_EMIN, MIN_ETINY, HAVE_THREADS, HAVE_CONTEXTVAR, decimal.__version__, decimal.__libmpdec_version__)
show("D()", "D(' -1_0.50 ')", "D('１２')", "D('x')", "D('')", "D('1 2')", "D(10**60)", "D(-1)", "D(True)", "D(1.1)", "D(float('-inf'))",
     "D((1, (1, 2), -1))", "D([0, [1], 'F'])", "D((0, (1, 2), 'x'))", "D((2, (1,), 1))", "D((0, (10,), 1))", "D((0, (1,)))",
     "D((0, (1,), 1.5))", "D((1, (4, 5), 'n'))", "D((0, (), 3))", "D(1j)", "D(None)", "D('1', 3)", "D(value='3')",
     "D('1e9999999999999999999')", "D.from_float(0.1)", "D.from_float('a')", "D.from_number(1.5)", "D.from_number('1')",
     "D('NaN123').as_tuple()", "D('-inf').as_tuple()", "D('-12.30').as_tuple()", "D('0E3').as_tuple()",
     "D('0.375').as_integer_ratio()", "D('-12E3').as_integer_ratio()", "D('nan').as_integer_ratio()", "D('inf').as_integer_ratio()",
     "int(D('-1.9'))", "int(D('1E30'))", "int(D('inf'))", "float(D('1E400'))", "float(D('0.1'))", "float(D('sNaN'))",
     "complex(D('1.5'))", "round(D('2.5'))", "round(D('2.675'), 2)", "round(D('12'), -1)", "round(D('1'), 'a')", "round(D('NaN'))",
     "math.floor(D('-1.5'))", "math.ceil(D('1.1'))", "math.trunc(D('-1.9'))", "bool(D('-0'))", "bool(D('NaN'))")
show("D(1) + 'a'", "D(1) + 1.0", "1 + D(1)", "D(7) // -2", "D(7) % -2", "divmod(D(-7), 2)", "divmod(7, D(2))", "2 ** D('0.5')",
     "D(2) ** -3", "pow(D(3), 4, 5)", "pow(D(3), 4, 1.5)", "-D('0')", "+D('-0')", "abs(D('-1'))", "D(1) / 3", "1 / D(3)", "D(1) / 0",
     "D(0) / 0", "D(1) // 0", "D(1) % 0", "divmod(D(1), 0)", "D('sNaN') + 1", "D(10) ** 1000000", "D(0) ** 0", "D(-1).sqrt()",
     "D(-1).ln()", "D(0).ln()", "D(100).log10()", "D(1).exp()", "D(2).sqrt()")
show("D(1) == 1.0", "D('0.1') == 0.1", "D('0.5') == Fraction(1, 2)", "D(1) < Fraction(4, 3)", "D(1) < 1.5", "D(1) == 1 + 0j",
     "D(1) == 1j", "D(1) < 1j", "D(1) < 'a'", "D(1) == 'a'", "D('NaN') == D('NaN')", "D('NaN') < 1", "D('sNaN') == 1",
     "hash(D('sNaN'))", "[hash(D(s)) == hash(x) for s, x in (('1.5', 1.5), ('-2', -2), ('1E100', 10**100), ('inf', math.inf))]",
     "hash(D('1E-999999999'))", "hash(D('-1'))", "isinstance(D(1), numbers.Number)", "isinstance(D(1), numbers.Real)",
     "max([D(3), 2, 5.5])", "sum([D('0.1')] * 10)")
show("D('123').quantize(D('0.1'))", "D('1.25').quantize(D('0.1'), ROUND_HALF_UP)", "D('1.25').quantize(D('0.1'), rounding='x')",
     "D(10**30).quantize(D('0.1'))", "D('1.5').to_integral()", "D('1.5').to_integral_exact(ROUND_DOWN)", "D(1).compare('a')",
     "D(1).max(2.0)", "D('1.20').normalize()", "D(3).fma(2, '1')", "D(3).fma(2, 1)", "D(1).exp(3)", "D('123E4').to_eng_string()",
     "D('-0.001').number_class()", "D('12').rotate(1)", "D('12').shift(2)", "D('12').scaleb(3)", "D(1).next_plus()",
     "D(1).next_toward(0)", "D('12').logical_and(11)", "D('1100').logical_xor('1010')", "D('110').logical_xor(11)", "D(1).adjusted()",
     "D('1.0').compare_total(D('1.00'))", "D(1).copy_sign(-3)", "D(1).same_quantum(3)", "D(1).radix()", "D(1).conjugate()",
     "D(1).real, D(1).imag", "D('0').is_zero(), D('sNaN').is_snan(), D('inf').is_finite(), D('-1').is_signed()")
for value in ("0", "0E5", "-0.00", "123.456", "1E+10", "NaN", "-sNaN12", "Inf", "1234567.891", "1e-10"):
    for spec in ("", "e", ".3e", ".0e", "f", ".2f", ".0f", "g", ".3g", ".0G", "%", ".1%", "n", "z.0f", "+", " ", "010", "08.3f", ",",
                 "_.2f", "#.0f", "*^20", "012,", "020,.3f", "é>12", "=+8", ".,", ",._f"):
        print(value, spec, "=>", repr(format(D(value), spec)))
show("format(D(1), 'x')", "format(D(1), '5s')", "format(D(1), '.f')", "format(D(1), ',n')", "D(1).__format__(3)",
     "D('1234567.5').__format__('n', {'decimal_point': ',', 'thousands_sep': '.', 'grouping': '\\3\\3\\0'})", "f'{D(1):>{5}}'")

c = Context()
run("c.prec = 0", "c.prec = 'a'", "c.prec = 10**30", "c.Emin = 1", "c.Emax = -1", "c.rounding = 'x'", "c.capitals = 2", "c.clamp = 3",
    "del c.prec", "del c.traps", "c.traps = 3", "c.flags = {}", "c.traps = [Inexact]", "setcontext(3)", "del c.traps[Inexact]",
    "c.traps[3] = 1", "c.traps[Inexact] = D(1)", "c.clamp = 1.5", "D(1).x = 1")
c = Context()
show("c", "Context(9, ROUND_UP, -3, 3, 0, 1, [Clamped], [])", "Context(traps=3)", "Context(traps=[3])", "Context(prec=0)",
     "Context(rounding=None)", "c.traps", "c.flags == c.traps", "c.traps[3]", "len(c.traps), list(c.traps)[0]", "c.traps.copy()",
     "c.__reduce__()", "type(c.flags)()", "c.Etiny(), c.Etop(), c.radix()", "c.add(1, 'a')", "c.add(1, 2)", "c.power(2, 3, 5)",
     "c.power(a=2, b=3)", "c.create_decimal(' 1')", "c.create_decimal(1.1)", "c.create_decimal('1.23456789012345678901234567890')",
     "c.create_decimal_from_float('a')", "c.exp(1.5)", "c.canonical(3)", "c.is_nan(1.5)", "c.divmod(7, 2)", "c._apply(3)",
     "c.to_sci_string(D('1E3'))", "c.copy_decimal(3)", "IEEEContext(32)", "IEEEContext(512)", "IEEEContext(33)", "BasicContext",
     "ExtendedContext", "DefaultContext", "localcontext(3)", "localcontext(foo=3)")
c = Context(prec=3, traps=[])
c.divide(1, 3), c.divide(1, 0), c.sqrt(-1)
print(c, [s.__name__ for s, met in c.flags.items() if met])
c.flags[Inexact] = False
c.clear_flags()
print(c, [s.__mro__ for s in (Underflow, DivisionByZero, FloatOperation)])
for x in (D("-1.20E+5"), D(10**50), D("sNaN7"), Context(prec=7, traps=[Inexact]), DefaultContext):
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        print(repr(other), other is x)

with localcontext(prec=5, rounding=ROUND_DOWN) as local:
    print(local is getcontext(), D(2) / 3, getcontext().prec)
    with localcontext(Context(prec=2)):
        print(D(2) / 3)
    print(D(2) / 3)
print(D(2) / 3)
setcontext(ExtendedContext)
print(getcontext() is ExtendedContext, getcontext().prec)
setcontext(DefaultContext)


def in_thread():
    found.append((getcontext().prec, getcontext() is main))
    getcontext().prec = 4
    found.append(D(1) / 3)


main, found = getcontext(), []
main.prec = 6
thread = threading.Thread(target=in_thread, context=contextvars.Context())
thread.start()
thread.join()
print(found[1], D(1) / 3)


class Money(D):
    def __new__(cls, value, unit="EUR"):
        self = super().__new__(cls, value)
        self.unit = unit
        return self


m = Money("1.50", unit="CHF")
print(m, m.unit, type(m + 1), type(Money.from_float(1.5)), isinstance(m, D), repr(m), m == D("1.5"), hash(m) == hash(1.5))
m.extra = 3
print(m.__dict__)
show("pow(D(2), D(-1))", "D(3).__rsub__(5)", "D.__new__(Money, 3)", "D('1').__add__('a')", "D(5).__rpow__(2)")

# Exact results at the largest precision, and results that no memory holds.
with localcontext(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN):
    show("D(1) / 8", "D(6) * 7", "D(16).sqrt()", "D(2) ** 100", "D(10**40) + 1")
    show("D(1) / 3", "D(2).sqrt()", "D(0).logical_invert()")
