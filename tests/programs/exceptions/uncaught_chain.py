# exit: 1
# Implicit chaining is told apart from explicit, and from None.
def a():
    raise KeyError("a")
def b():
    try:
        a()
    except KeyError:
        raise IndexError("b")
def c():
    try:
        b()
    except IndexError as e:
        raise RuntimeError("c") from e
def d():
    try:
        c()
    except RuntimeError:
        raise OSError(2, "d", "name") from None
try:
    d()
except OSError:
    c()
