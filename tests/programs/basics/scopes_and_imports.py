# Globals, nonlocals, import of sys, __name__.
import sys
x = "global"
def read():
    return x
def write():
    global x
    x = "changed"
def local():
    x = "local"
    return x
print(read(), local(), x)
write()
print(x)
def counter():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    return up
c = counter()
print(c(), c(), c())
print(__name__, sys.version_info[0] >= 3, type(sys).__name__, len(sys.argv))
a = b = 1
a, b = b + 1, a
print(a, b)
if __name__ == "__main__":
    print("main")
