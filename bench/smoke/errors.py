class Problem(Exception):
    pass


def check(n):
    if n % 5 == 0:
        raise Problem(n)
    return n


good = bad = 0
for i in range(5000):
    try:
        good += check(i)
    except Problem as problem:
        bad += problem.args[0]
    finally:
        good += 1
made = [type(f"C{i}", (), {"x": i})().x for i in range(100)]
print(good, bad, sum(made))
