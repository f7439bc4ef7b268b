# Operators, precedence and chaining.
print(1 + 2 * 3 - 4 // 3 ** 2)
print(-2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2)
print(7 // 2, -7 // 2, 7 // -2, 7 % 3, -7 % 3, 7 % -3, divmod(-7, 3))
print(7.5 // 2, -7.5 % 2, divmod(7.5, -2))
print(1 / 3, 10 / 5, 1e308 * 10, -1e308 * 10)
print(5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 10, -17 >> 2, 1 << 70 >> 68)
print(True + True, True * 3.5, ~True + 3)
print(1 < 2 < 3, 1 < 3 > 2, 1 < 2 > 2, 3 > 2 >= 2 != 1)
print(not 1 == 2, not (1 and 0), 1 or 1 / 0, 0 and 1 / 0)
print(1 if 2 > 1 else 0, (lambda: 5)() if [] else "empty")
print([] or {} or () or "last", [1] and (2,) and "end")
print(1 in [1, 2], 3 not in [1, 2], "a" in "cat", None is None, 1 is not None)

def trace(value, name):
    print(name, end=" ")
    return value

print(trace(2, "a") + trace(3, "b") * trace(4, "c"))
print(trace(1, "x") < trace(5, "y") < trace(3, "z"))
print(trace(5, "x") < trace(1, "y") < trace(3, "z"))
d = {}
d[trace("key", "key")] = trace("value", "value")
print(d)
print({trace("k1", "k1"): trace("v1", "v1"), trace("k2", "k2"): trace("v2", "v2")})

a = b = c = [0]
a += [1]
print(b, c is a)
x = 5
x += 2; x -= 1; x *= 7; x //= 4; x %= 7; x **= 5; x >>= 2; x <<= 3; x |= 1; x ^= 0xFF; x &= 0xF0F
print(x)
x /= 2
print(x)

for code in ["1 + 'a'", "'a' + 1", "[] + ()", "1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1.0 // 0", "1.0 % 0",
             "divmod(1, 0)", "1 << -1", "None + 1", "-'a'", "~1.5", "+[]", "1 < 'a'", "[] < 1", "1 @ 2", "{} | 1",
             "0 ** -1", "'a' * 'b'", "'a' * 1.5", "1 & 1.0", "not_there", "(1).x", "3 in 4", "[1][5]", "{}['k']"]:
    try:
        print(code, "=", eval(code))
    except Exception as e:
        print(code, "->", type(e).__name__, e)
