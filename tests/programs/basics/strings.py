# Common string work.
s = "Hello"
print(s + ", " + "World", s * 2, len(s), s[0], s[-1], s[1:3], s[::-1], "ell" in s)
print(s.upper(), s.lower(), s.replace("l", "L"), s.find("l"), s.split("l"), "-".join(["a", "b"]))
for c in "abc":
    print(c, ord(c), chr(ord(c) + 1))
name = "world"
n = 5
print(f"hello {name}, {n + 1}, {n:03d}, {n / 3:.2f}, {name!r:>10}")
print("%s has %d items costing %.2f" % ("cart", 3, 9.5), "{} {}".format(1, "x"))
print("  x ".strip() + "|", "a,b,,c".split(","), "a b  c".split(), "x=1".partition("="))
print("abc" < "abd", "abc" == "abc", "a" != "b", "".join(sorted("hello")))
print("line1\nline2\ttab", repr("it's"), 'say "hi"', "\\")
