total = 0
for i in range(60000):
    if i % 3 == 0:
        total += i * 2
    else:
        total ^= i
x = 0.0
for i in range(20000):
    x += i * 0.5 - x / 3
print(total, x)
