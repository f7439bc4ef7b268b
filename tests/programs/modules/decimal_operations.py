# Random operations of decimals in random contexts: results and flags, as one digest an operation, and some of them in full.
import hashlib
import random
from decimal import *

R = random.Random(20)
ROUNDINGS = [ROUND_UP, ROUND_DOWN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP]
OPERATIONS = {
    1: "to_integral_exact to_integral_value normalize minus plus abs sqrt exp ln log10 logb logical_invert next_plus next_minus "
       "create_decimal to_sci_string to_eng_string number_class is_normal is_subnormal".split(),
    2: "add subtract multiply divide divide_int remainder remainder_near divmod quantize power compare compare_signal compare_total "
       "compare_total_mag max min max_mag min_mag scaleb shift rotate logical_and logical_or logical_xor next_toward same_quantum "
       "copy_sign".split(),
    3: ["fma"],
}
FUNCTIONS = ("exp", "ln", "log10", "power")


def digits(n):
    kind = R.random()
    if kind < 0.1:
        return R.choice("195") + R.choice("059") * (n - 1)
    return "".join(R.choice("01" if kind < 0.15 else "0123456789") for _ in range(n))


def operand(context, operation, place):
    kind = R.random()
    if kind < 0.05:
        return R.choice(["", "-"]) + R.choice(["NaN", "sNaN", "Inf", "NaN123", "sNaN77", "NaN" + digits(9)])
    if operation.startswith("logical") and kind < 0.8:
        return "".join(R.choice("01") for _ in range(R.choice([1, 3, context.prec, context.prec + 3, 25])))
    if operation in ("shift", "rotate", "scaleb") and place == 1 and kind < 0.9:
        return str(R.randint(-context.prec - 1, context.prec + 1))
    n = R.choice([1, 1, 2, 3, R.randint(1, 12), R.randint(1, context.prec + 3), R.randint(15, 24), R.randint(30, 45), context.prec])
    if kind < 0.12:
        n = R.randint(60, 300)
    text = "0" * n if R.random() < 0.05 else digits(n)
    exp = R.choice([0, 0, -n, -R.randint(0, n + 2), R.randint(-5, 5), R.randint(-40, 40), context.Emax - n + R.randint(-3, 3),
                    context.Emin + R.randint(-3, 3) - n, context.Etiny() + R.randint(-3, 3)])
    if operation in FUNCTIONS and R.random() < 0.7:
        exp = R.choice([-n, -n + 1, -n + 2, -n - 1, -n - 5, -n + 3])
    if operation == "quantize" and R.random() < 0.8:
        exp = R.randint(-12, 12)
    if operation in ("ln", "log10") and R.random() < 0.15:
        return R.choice(["1." + "0" * R.randint(0, 40) + digits(3), "0." + "9" * R.randint(1, 40) + digits(3)])
    if operation == "power" and R.random() < 0.4:
        return str(R.randint(-40, 40))
    return R.choice(["", "", "-"]) + text + (f"E{exp}" if exp else "")


digests = {}
for i in range(6000):
    arity = R.choice([1, 1, 2, 2, 2, 3])
    operation = R.choice(OPERATIONS[arity])
    prec = R.choice([1, 2, 3, 9, 16, 19, 28, 28, 28, 34, 50, R.randint(1, 120)])
    if operation in FUNCTIONS:
        prec = min(prec, 40)
    limits = [3, 10, 99, 999, 999999, MAX_EMAX]
    c = Context(prec, R.choice(ROUNDINGS), -R.choice(limits), R.choice(limits), 1, int(R.random() < 0.2), [], [])
    texts = [operand(c, operation, place) for place in range(arity)]
    try:
        numbers = texts if operation == "create_decimal" else [Decimal(text) for text in texts]
    except InvalidOperation:
        continue
    result = getattr(c, operation)(*numbers)
    flags = ",".join(signal.__name__ for signal, met in c.flags.items() if met)
    line = f"{result} {flags}"
    if i % 100 == 0:
        print(operation, prec, c.rounding, *texts, "->", line)
    digests.setdefault(operation, hashlib.md5()).update(line.encode() + b"\n")
for operation in sorted(digests):
    print(operation, digests[operation].hexdigest())

# Numbers of thousands of digits: products by transforms, recursive division, roots.
c = Context(prec=20000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
for n in (50, 1500, 1600, 3000, 9000):
    a, b = Decimal(digits(n)), Decimal(digits(n // 2 + 7))
    for x in (c.multiply(a, b), c.multiply(a, a), c.divide_int(a, b), c.remainder(a, b), c.sqrt(a), c.divide(b, a)):
        print(n, hashlib.md5(str(x).encode()).hexdigest())
print(hashlib.md5(str(Context(prec=600).exp(Decimal(3))).encode()).hexdigest())
print(hashlib.md5(str(Context(prec=600).ln(Decimal(3))).encode()).hexdigest())
