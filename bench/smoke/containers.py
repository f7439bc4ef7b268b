table, items, seen = {}, [], set()
for i in range(10000):
    table[i % 700] = table.get(i % 700, 0) + i
    items.append((i * 7919 % 1009, i))
    seen.add(i % 333)
items.sort()
print(len(table), sum(table.values()), items[:3], items[-1], len(seen), sorted(seen)[:4])
print(sum(a * b for a, b in items if a % 2), [x for x in items if x[1] < 5], {k: v for k, v in table.items() if k < 3})
