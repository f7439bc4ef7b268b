# itertools.
import itertools as it
def l(x, n=8): return list(it.islice(x, n))
print(l(it.count(5)), l(it.count(1, 0.5), 3), l(it.cycle("ab"), 5), l(it.repeat(7, 3)), l(it.repeat(1), 2))
print(l(it.accumulate([1, 2, 3, 4])), l(it.accumulate([1, 2, 3], lambda a, b: a * b, initial=10)), l(it.chain("ab", [1])), l(it.chain.from_iterable(["ab", "c"])), l(it.compress("abcd", [1, 0, 1, 0])), l(it.dropwhile(lambda x: x < 3, [1, 3, 2])), l(it.takewhile(lambda x: x < 3, [1, 3, 2])), l(it.filterfalse(None, [0, 1, 2, ""])))
print([(k, list(g)) for k, g in it.groupby("aabbbc")], [(k, list(g)) for k, g in it.groupby([1, 3, 2, 4], lambda x: x % 2)], list(it.islice(range(10), 2, 8, 3)), list(it.pairwise("abcd")), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.zip_longest("ab", [1], fillvalue="-")), list(it.batched("abcdefg", 3)))
a, b = it.tee([1, 2, 3]); print(next(a), list(b), list(a))
print(list(it.product("ab", [1, 2])), list(it.product([0, 1], repeat=2)), list(it.product()), list(it.permutations("abc", 2)), len(list(it.permutations(range(5)))), list(it.combinations("abcd", 2)), list(it.combinations_with_replacement("ab", 2)), list(it.combinations("ab", 3)), list(it.permutations([], 0)))
for bad in (lambda: it.islice([], -1), lambda: it.islice([], 1, 2, 0), lambda: it.count("a"), lambda: it.repeat(), lambda: it.permutations("a", -1), lambda: it.batched("a", 0), lambda: list(it.batched("abc", 2, strict=True)), lambda: it.chain(5).__next__(), lambda: it.groupby(), lambda: it.zip_longest(5), lambda: it.product(repeat=-1), lambda: next(it.accumulate([])), lambda: it.tee([], -1), lambda: list(it.starmap(pow, [1])), lambda: it.combinations("ab", -1), lambda: it.takewhile(), lambda: it.compress("a")):
    try: print("ok", bad())
    except Exception as e: print(type(e).__name__, e)
print(repr(it.count(5)), repr(it.repeat(1, 2)), it.count(1).__next__(), it.repeat("x", 3).__length_hint__())
g = it.groupby("aab"); k1, g1 = next(g); k2, g2 = next(g); print(k1, list(g1), k2, list(g2))
print(sum(1 for _ in it.combinations(range(12), 5)), max(map(sum, it.permutations([1, 2, 3], 2))), l(map(lambda p: p[0] * p[1], zip(it.count(), "abc"))))
print([tuple(x) for x in it.batched(range(7), 2)], list(it.islice(it.cycle([1, 2]), 1, 6)), list(it.accumulate("abc")), list(zip(*it.tee("xy", 3))))
