# A fork while other threads allocate: the child has one thread, and everything works in it.
import gc
import os
import threading
import warnings

warnings.simplefilter("ignore")
stop = False


def churn():
    while not stop:
        [[(i, str(i))] for i in range(300)]


threads = [threading.Thread(target=churn) for _ in range(3)]
for t in threads:
    t.start()
statuses = []
for _ in range(10):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            results = []
            other = threading.Thread(target=lambda: results.append(sum(range(1000))))
            other.start()
            other.join()
            gc.collect()
            if results == [499500] and threading.active_count() == 1:
                code = 0
        finally:
            os._exit(code)
    statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop = True
for t in threads:
    t.join()
print(statuses)
