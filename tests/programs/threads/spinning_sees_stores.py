# A loop that only reads sees what another thread stores, and lets it collect, however hot it is.
import gc
import sys
import threading
import time


class Flags:
    stop = False


class Slotted:
    __slots__ = ("stop",)


item, table, instance, slotted, name = [False], {"stop": False}, Flags(), Slotted(), False
instance.stop = slotted.stop = False


def by_item():
    n = 0
    while not item[0]:
        n += 1


def by_key():
    n = 0
    while not table["stop"]:
        n += 1


def by_instance():
    n = 0
    while not instance.stop:
        n += 1


def by_class():
    n = 0
    while not Flags.stop:
        n += 1


def by_slot():
    while not slotted.stop:
        pass


def by_global():
    while not name:
        pass


def by_length():
    while len(item) < 2:
        pass


def in_range():
    while True:
        for i in range(1000):
            if item[0]:
                return


def with_cell():
    stop = False

    def spin():
        while not stop:
            pass

    def change():
        nonlocal stop
        stop = True
    return spin, change


def set_global():
    global name
    name = True


spin, change = with_cell()
for loop, store in ((by_item, lambda: item.__setitem__(0, True)), (by_key, lambda: table.update(stop=True)),
                    (by_instance, lambda: setattr(instance, "stop", True)), (by_class, lambda: setattr(Flags, "stop", True)),
                    (by_slot, lambda: setattr(slotted, "stop", True)), (by_global, set_global),
                    (by_length, lambda: item.append(0)), (spin, change), (in_range, lambda: item.__setitem__(0, True))):
    item[0] = False
    threads = [threading.Thread(target=loop, daemon=True) for _ in range(2)]
    for t in threads:
        t.start()
    time.sleep(0.05)
    gc.collect()
    sys._current_frames()
    time.sleep(0.02)
    store()
    for t in threads:
        t.join(10)
    print(loop.__name__, not any(t.is_alive() for t in threads))
