# Sudoku, knights, n-queens, Hanoi, SAT, permutations, coins, partitions, magic squares.
def sudoku(s):
    cells = {}; peers = {}
    for i in range(81): peers[i] = {j for j in range(81) if j != i and (j // 9 == i // 9 or j % 9 == i % 9 or (j // 27 == i // 27 and j % 9 // 3 == i % 9 // 3))}
    poss = {i: "123456789" for i in range(81)}
    def assign(p, i, d): return all(drop(p, i, x) for x in p[i] if x != d)
    def drop(p, i, d):
        if d not in p[i]: return True
        p[i] = p[i].replace(d, "")
        if not p[i]: return False
        return len(p[i]) > 1 or all(drop(p, j, p[i]) for j in peers[i])
    for i, c in enumerate(s):
        if c in "123456789" and not assign(poss, i, c): return None
    def search(p):
        if p is None: return None
        if all(len(v) == 1 for v in p.values()): return p
        i = min((k for k in p if len(p[k]) > 1), key=lambda k: len(p[k]))
        for d in p[i]:
            q = p.copy()
            if assign(q, i, d) and (r := search(q)): return r
    r = search(poss)
    return r and "".join(r[i] for i in range(81))
solved = sudoku("4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......")
for i in range(0, 81, 9): print(solved[i:i + 9])
def hanoi(n, a="A", b="B", c="C"):
    if n: yield from hanoi(n - 1, a, c, b); yield a + c; yield from hanoi(n - 1, b, a, c)
print(list(hanoi(3)), sum(1 for _ in hanoi(10)))
def queens(n, r=0, c=0, d=0, e=0):
    if r == n: return 1
    total, free = 0, ~(c | d | e) & (1 << n) - 1
    while free: b = free & -free; free ^= b; total += queens(n, r + 1, c | b, (d | b) << 1, (e | b) >> 1)
    return total
print([queens(n) for n in range(1, 9)])
def knight(n, pos=(0, 0)):
    moves = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
    board = {pos: 1}
    def nxt(p): return [(p[0] + a, p[1] + b) for a, b in moves if 0 <= p[0] + a < n and 0 <= p[1] + b < n and (p[0] + a, p[1] + b) not in board]
    while len(board) < n * n:
        options = sorted(nxt(pos), key=lambda q: (len(nxt(q)), q))
        if not options: return len(board)
        pos = options[0]; board[pos] = len(board) + 1
    return [[board[r, c] for c in range(n)] for r in range(n)]
k = knight(6); print(k if isinstance(k, int) else "\n".join(" ".join(f"{x:2}" for x in r) for r in k))
def dpll(clauses, model=()):
    clauses = [c for c in clauses if not any(l in model for l in c)]
    clauses = [[l for l in c if -l not in model] for c in clauses]
    if not clauses: return sorted(model, key=abs)
    if [] in clauses: return None
    for c in clauses:
        if len(c) == 1: return dpll(clauses, model + (c[0],))
    l = clauses[0][0]
    return dpll(clauses, model + (l,)) or dpll(clauses, model + (-l,))
print(dpll([[1, 2], [-1, 3], [-2, -3], [2, 3]]), dpll([[1], [-1]]), dpll([[1, 2, 3], [-1, -2], [-1, -3], [-2, -3], [2]]))
def change(n, coins, memo={}):
    if n == 0: return 1
    if n < 0 or not coins: return 0
    if (n, coins) not in memo: memo[n, coins] = change(n - coins[0], coins) + change(n, coins[1:])
    return memo[n, coins]
print([change(n, (50, 25, 10, 5, 1)) for n in (5, 10, 50, 100, 200)])
def partitions(n, m=None):
    if n == 0: yield []
    for i in range(min(n, m or n), 0, -1):
        for p in partitions(n - i, i): yield [i] + p
print(list(partitions(5)), sum(1 for _ in partitions(25)))
def magic(n):
    s, r, c = [[0] * n for _ in range(n)], 0, n // 2
    for i in range(1, n * n + 1):
        s[r][c] = i
        nr, nc = (r - 1) % n, (c + 1) % n
        if s[nr][nc]: nr, nc = (r + 1) % n, c
        r, c = nr, nc
    return s
print(magic(5), {sum(r) for r in magic(5)}, {sum(c) for c in zip(*magic(5))})
def perms(s):
    s = list(s); yield "".join(s)
    while True:
        i = len(s) - 2
        while i >= 0 and s[i] >= s[i + 1]: i -= 1
        if i < 0: return
        j = len(s) - 1
        while s[j] <= s[i]: j -= 1
        s[i], s[j] = s[j], s[i]; s[i + 1:] = reversed(s[i + 1:]); yield "".join(s)
print(list(perms("abc")), list(perms("aab")), sum(1 for _ in perms("abcdef")))
def roman(n):
    out = ""
    for v, s in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while n >= v: out += s; n -= v
    return out
def unroman(s):
    v = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    return sum(-v[a] if v[a] < v.get(b, 0) else v[a] for a, b in zip(s, s[1:] + " "))
print(roman(1994), roman(3888), all(unroman(roman(n)) == n for n in range(1, 4000)))
def spiral(n):
    m, x, y, dx, dy = [[0] * n for _ in range(n)], 0, 0, 1, 0
    for i in range(n * n):
        m[y][x] = i
        if not (0 <= x + dx < n and 0 <= y + dy < n and m[y + dy][x + dx] == 0 and (x + dx, y + dy) != (0, 0)): dx, dy = -dy, dx
        x += dx; y += dy
    return m
print(spiral(4))
def cryptarithm():
    for d in range(9, 0, -1):
        pass
    def solve(letters, digits, chosen):
        if not letters:
            send, more, money = (int("".join(str(chosen[c]) for c in w)) for w in ("SEND", "MORE", "MONEY"))
            return (send, more, money) if send + more == money else None
        for d in digits:
            if d == 0 and letters[0] in "SM": continue
            if r := solve(letters[1:], [x for x in digits if x != d], {**chosen, letters[0]: d}): return r
    return solve("DEYNR", [0, 2, 3, 5, 6, 7], {"M": 1, "S": 9, "O": 0}) if False else solve("DEYNR", [2, 3, 4, 5, 6, 7, 8], {"M": 1, "S": 9, "O": 0})
print(cryptarithm())
