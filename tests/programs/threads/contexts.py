# Context variables: each thread has its own context, a copy shares nothing that is set later.
import contextvars
import threading

variables = [contextvars.ContextVar(f"v{i}", default=-1) for i in range(100)]
for i, v in enumerate(variables):
    v.set(i)
snapshot = contextvars.copy_context()
problems = []


def work(n):
    if [v.get() for v in variables] != list(range(100)):
        problems.append("not inherited")
    for round in range(50):
        tokens = [v.set((n, round, i)) for i, v in enumerate(variables)]
        if [v.get() for v in variables] != [(n, round, i) for i in range(100)]:
            problems.append("mixed up")
        for v, token in zip(reversed(variables), reversed(tokens)):
            v.reset(token)
    if [snapshot[v] for v in variables] != list(range(100)):
        problems.append("the snapshot changed")


threads = [threading.Thread(target=lambda n=n: snapshot.copy().run(work, n)) for n in range(6)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(problems, len(snapshot), sum(v.get() for v in variables))


# A context is entered by one thread at a time.
entered = threading.Event()
leave = threading.Event()


def hold():
    entered.set()
    leave.wait()


t = threading.Thread(target=snapshot.run, args=(hold,))
t.start()
entered.wait()
try:
    snapshot.run(print, "never")
except RuntimeError as e:
    print("cannot enter context" in str(e))
leave.set()
t.join()
snapshot.run(print, "free again")
