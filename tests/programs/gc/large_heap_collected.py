# gc-stress: 100000
# Collections of a large heap that the program asks for, while other threads change what is in it: nothing that is reachable is
# lost, all that was dropped before is found, and finalizers and weak references see it.
import gc
import threading
import weakref


class Node:
    __slots__ = ("left", "right", "number", "__weakref__")

    def __init__(self, number):
        self.number = number
        self.left = self.right = None


finalized = []


class Final:
    def __init__(self, number):
        self.number = number
        self.me = self

    def __del__(self):
        finalized.append(self.number)


nodes = [Node(i) for i in range(200_000)]
table = {i: [node, (i,)] for i, node in enumerate(nodes)}
running = True


def rewire(seed):
    at = seed
    done = 0
    while running or done < 1000:
        at = (at * 1103515245 + 12345) % 200_000
        one, other = nodes[at], nodes[(at * 7 + seed) % 200_000]
        fresh = Node(-1)
        fresh.left = one
        other.left = fresh
        table[at][1] = (at,)
        one.right = [at]
        done += 1


threads = [threading.Thread(target=rewire, args=(n,)) for n in (1, 2)]
for t in threads:
    t.start()


def drop_cycles(count):
    for i in range(count):
        cycle = []
        cycle.append(cycle)


def drop_finals(count):
    refs = []
    for i in range(count):
        final = Final(i)
        refs.append(weakref.ref(final))
    return refs


for round in range(3):
    drop_cycles(1000)
    refs = drop_finals(100)
    found = gc.collect()
    print(found >= 0, sum(r() is None for r in refs) >= 95)
running = False
for t in threads:
    t.join()
gc.collect()
print(len(set(finalized)) == 100, len(finalized) >= 295)
print(all(node.number == i for i, node in enumerate(nodes)))
print(all(row[0] is nodes[i] and row[1] == (i,) for i, row in table.items()))
print(all(node.left is None or node.left.number == -1 and node.left.left.number >= 0 for node in nodes))
print(all(node.right is None or node.right == [i] for i, node in enumerate(nodes)))
