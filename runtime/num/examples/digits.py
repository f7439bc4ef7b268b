"""The table that the example digits.rs prints, for a Python to compare with. The empty loop's time is taken off."""

import math
import random
import sys
import timeit

sys.set_int_max_str_digits(0)
random.seed(1)
NAMES = "add mul mul1 sqr div div2n div1 str int mod gcd powmod truediv".split()
CODE = "a+b|a*b|a*c|a*a|a//b|w//b|a//c|str(a)|int(s)|w%b|gcd(a,b)|pow(a,e,odd)|a/b".split("|")
print("%7s" % "digits", *("%10s" % name for name in NAMES))
for digits in [20, 40, 100, 300, 1000, 3000, 10000, 100000]:
    bits = int(digits * 3.3219)
    number = lambda bits: random.getrandbits(bits) | 1 << bits - 1
    a, b, w, c = number(bits), number(bits - 7), number(2 * bits), 1234567
    names = dict(a=a, b=b, w=w, c=c, odd=b | 1, s=str(a), e=a if digits <= 1000 else c, gcd=math.gcd)
    times = []
    for code in ["pass"] + CODE:
        timer = timeit.Timer(code, globals=names)
        rounds = 1
        while timer.timeit(rounds) < 0.01:
            rounds *= 2
        times.append(min(timer.repeat(5, rounds)) / rounds * 1e9)
    print("%7d" % digits, *("%10.0f" % (time - times[0]) for time in times[1:]))
