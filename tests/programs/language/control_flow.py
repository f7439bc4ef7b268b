# if, while, for, else, break, continue, pass, try/finally together with them.
def classify(n):
    if n < 0:
        return "negative"
    elif n == 0:
        return "zero"
    elif n < 10:
        return "small"
    else:
        return "large"

print([classify(n) for n in (-5, 0, 5, 50)])

n = 0
while n < 10:
    n += 1
    if n % 2:
        continue
    if n > 6:
        break
    print("while", n)
else:
    print("not reached")
while n:
    n -= 1
else:
    print("while else", n)
for x in []:
    pass
else:
    print("for else", "x" in dir())
for i in range(3):
    for j in range(3):
        if j == i:
            break
        print(i, j)
    else:
        print("no break for", i)

def finally_order():
    log = []
    for i in range(4):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            log.append(("body", i))
        finally:
            log.append(("finally", i))
    return log

print(finally_order())

def returns():
    try:
        return "try"
    finally:
        print("cleanup")

print(returns())

def nested(n):
    out = []
    while True:
        try:
            try:
                n -= 1
                if n < 0:
                    raise StopIteration
                if n == 2:
                    continue
                out.append(n)
            finally:
                out.append("f")
        except StopIteration:
            out.append("stop")
            break
        else:
            out.append("else")
    return out

print(nested(4))

def loop_in_finally():
    total = 0
    try:
        raise KeyError("k")
    except KeyError as e:
        for i in range(10):
            if i == 5:
                break
            total += i
        saved = e
    finally:
        total += 100
    try:
        e
    except UnboundLocalError as err:
        print(err)
    return total, saved

print(loop_in_finally())
total = 0
for i in range(1000):
    if i % 3 == 0: continue
    if i > 990: break
    total += i
print(total, i)
pass; ...; "an expression statement"; 42
for a, b in {"x": 1, "y": 2}.items(): print(a, b)
r = range(3)
for r in r: print("rebinding", r)
