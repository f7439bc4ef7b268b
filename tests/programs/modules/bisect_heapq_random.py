# bisect, heapq, random with a seed, statistics, fractions, decimal basics.
import bisect, heapq, random, statistics
from fractions import Fraction
from decimal import Decimal, getcontext
l = [1, 3, 3, 5]; print(bisect.bisect(l, 3), bisect.bisect_left(l, 3), bisect.bisect_right(l, 9), bisect.bisect([5, 3, 1], 3, key=lambda x: -x)); bisect.insort(l, 4); bisect.insort_left(l, 3); print(l)
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); print(h[0], heapq.heappop(h), heapq.heappushpop(h, 9), heapq.heapreplace(h, 2), sorted(h), heapq.nlargest(2, [1, 5, 3]), heapq.nsmallest(2, "hello"), heapq.nlargest(1, ["a", "bbb"], key=len), list(heapq.merge([1, 4], [2, 3])), heapq.heappop([7]))
try: heapq.heappop([])
except IndexError as e: print(e)
random.seed(42); print(random.random(), random.randint(1, 100), random.choice("abcdef"), random.sample(range(100), 5), random.uniform(1, 2), random.getrandbits(40), random.randrange(0, 100, 7)); x = list(range(8)); random.shuffle(x); print(x, random.choices([1, 2, 3], weights=[1, 5, 1], k=5), random.gauss(0, 1), random.expovariate(1), random.Random(7).random(), random.triangular(), random.betavariate(2, 3))
s = random.getstate(); a = random.random(); random.setstate(s); print(a == random.random(), random.Random("text").randint(0, 10**9), random.Random(b"bytes").random(), random.randbytes(3).hex(), random.Random(1.5).random())
for bad in (lambda: random.choice([]), lambda: random.randint(5, 1), lambda: random.sample([1], 2), lambda: random.seed([]), lambda: random.randrange(1.5)):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
print(statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), statistics.mode("aab"), statistics.stdev([1, 2, 3, 4]), statistics.pvariance([1, 2, 3]), statistics.quantiles(range(1, 10)), statistics.fmean([1.5, 2.5]), statistics.geometric_mean([1, 4]), statistics.multimode("aabb"), statistics.harmonic_mean([1, 4]))
f = Fraction(3, -6); print(f, repr(f), f + Fraction("1/3"), f * 2, f ** 2, float(f), Fraction(0.125), Fraction("0.75"), Fraction(22, 7).limit_denominator(5), round(Fraction(7, 2)), Fraction(1, 3) < 0.34, f.numerator, f"{Fraction(1, 3):.3f}", divmod(Fraction(7, 2), 1), hash(Fraction(1, 2)) == hash(0.5))
try: Fraction(1, 0)
except ZeroDivisionError as e: print(e)
getcontext().prec = 30
d = Decimal("1.10"); print(d + Decimal("2.2"), d * 3, Decimal(1) / Decimal(3), d.quantize(Decimal("0.1")), Decimal("1e10"), Decimal("NaN"), Decimal(0.1), d == Decimal("1.1"), d.as_tuple(), Decimal(2).sqrt(), f"{Decimal('1234567.891'):,.2f}", Decimal("-0"), round(Decimal("2.5")), int(Decimal("7.9")), max(Decimal(1), Decimal(2)), Decimal("1.23").normalize(), hash(Decimal(5)) == hash(5), Decimal(10) ** 3, Decimal(7) // 2, Decimal(-7) % 3, Decimal("3.14").to_integral_value())
for bad in (lambda: Decimal("abc"), lambda: Decimal(1) / 0, lambda: Decimal(1) + 1.5, lambda: Decimal("NaN") < 1, lambda: Decimal(-1).sqrt()):
    try: print(bad())
    except Exception as e: print(type(e).__name__, str(e).replace("decimal.", ""))
