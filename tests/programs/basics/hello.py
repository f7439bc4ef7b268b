# The smallest programs: printing literals.
print("hello, world")
print(1, 2.5, "three", None, True, [4], (5,), {"six": 6}, {7})
print()
print("a" "b", 'c', """d""")
