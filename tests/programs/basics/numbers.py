# Plain arithmetic on variables.
a = 7
b = 3
print(a + b, a - b, a * b, a / b, a // b, a % b, a ** b)
print(-a, +a, ~a, a & b, a | b, a ^ b, a << b, a >> 1)
print(a == b, a != b, a < b, a <= 7, a > b, a >= 8)
x = 0.1
y = 0.2
print(x + y, x * y, x - y, x / y, -x, x < y)
total = 0
for i in range(10):
    total = total + i
print(total)
big = 2 ** 100
print(big, big - 1, big // 3, big % 7)
