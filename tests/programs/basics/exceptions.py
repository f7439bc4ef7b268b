# try, except, else, finally, raise.
def divide(a, b):
    try:
        r = a / b
    except ZeroDivisionError as e:
        return f"error: {e}"
    else:
        return r
    finally:
        print("done", a, b)
print(divide(6, 3), divide(1, 0))
class MyError(Exception):
    pass
def check(n):
    if n < 0:
        raise MyError(f"negative: {n}")
    return n
for v in (1, -1):
    try:
        print(check(v))
    except MyError as e:
        print("caught", e, repr(e))
for f in (lambda: [][1], lambda: {}["k"], lambda: int("x"), lambda: None.x, lambda: undefined, lambda: 1 + "a", lambda: (1)(), lambda: [1].index(2)):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
try:
    try:
        raise ValueError("inner")
    finally:
        print("cleanup")
except ValueError as e:
    print("outer", e)
