# if, while, for, break, continue.
for n in range(1, 16):
    if n % 15 == 0:
        print("fizzbuzz")
    elif n % 5 == 0:
        print("buzz")
    elif n % 3 == 0:
        print("fizz")
    else:
        print(n)
i = 0
while True:
    i += 1
    if i == 3:
        continue
    if i > 5:
        break
    print("i", i)
n = 27
steps = 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
print(steps)
for x in [1, 2, 3]:
    for y in "ab":
        print(x, y, end="; ")
print()
