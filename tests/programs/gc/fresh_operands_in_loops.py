# What a container is made of may be known to nobody else while room for the container is found: values that were
# made just before, in functions that are part of a loop's machine code.
def pairs(a, b):
    return [(a, b), (b, a), [a], {a: b}]

def text(a, b):
    return f"{a}-{b}", f"{b}+{a}"

def numbers(a, b):
    return (a * 1e300, b * 1e-300, -a * 1e299)

def gather(*items):
    for item in items:
        yield item, [item]

def make(a, b):
    first, second = (a, b), [b, a]
    return gather(first, second)

def gather_two(x, y):
    yield (x, y)
    yield [y, x]

def make_two(a, b):
    return gather_two((a, b), [b, a])

def run(n):
    total = 0
    kept = []
    for i in range(n):
        kept.append(pairs(i, i + 1))
        kept.append(text(i, i + 1))
        kept.append(numbers(i, i + 1))
        for a, b in make(i, i + 1):
            total += len(a) + len(b)
        for pair in make_two(i, i + 2):
            kept.append(pair)
        if len(kept) > 50:
            total += sum(len(str(k)) for k in kept)
            kept = kept[-3:]
    return total, kept

print(run(400))
print(run(400))
