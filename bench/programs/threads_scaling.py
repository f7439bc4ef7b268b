"""How the basic operations scale: each thread runs the same loop, and nothing but the interpreter can hold them up.

Each loop does WORK operations; a time is that of one round in all threads, so that perfect scaling keeps it the same. What a loop
gives at its end comes from those operations, and is the same in every thread.
"""

from threads_common import bench, runner_with_threads

WORK = 10_000
LOOPS = {}


def loop(make):
    """Register a loop: make() prepares what is shared and gives the function that each thread calls."""
    LOOPS[make.__name__] = make
    return make


@loop
def list_pop_append():
    def body():
        items = [None] * 10
        append, pop = items.append, items.pop
        for _ in range(WORK):
            append(pop())
        return items
    return body


@loop
def math_calls():
    import math
    cos, sqrt, floor = math.cos, math.sqrt, math.floor

    def body():
        for i in range(WORK // 4):
            x = cos(i)
            y = sqrt(i)
            z = floor(0.5)
        return x, y, z
    return body


@loop
def special_method():
    class Rounds:
        def __round__(self):
            return 1
    one = Rounds()

    def body():
        for _ in range(WORK // 2):
            x = round(one)
        return x
    return body


@loop
def context_manager():
    class Manager:
        def __enter__(self):
            return 1

        def __exit__(self, *details):
            pass

    def body():
        total = 0
        for _ in range(WORK // 4):
            with Manager() as one:
                total += one
        return total
    return body


@loop
def float_constant():
    def body():
        total = 0.0
        for _ in range(WORK):
            total += 1.25
        return total
    return body


@loop
def generator():
    def numbers():
        for i in range(WORK):
            yield i

    def body():
        for x in numbers():
            pass
        return x
    return body


@loop
def method_calls():
    class Counter:
        def step(self, x):
            return x
    one = Counter()

    def body():
        for i in range(WORK):
            x = one.step(i)
        return x
    return body


def _function(x):
    return x


@loop
def function_calls():
    def body():
        for i in range(WORK):
            x = _function(i)
        return x
    return body


@loop
def module_function_calls():
    import sys
    module = type(sys)("made")
    module.function = _function

    def body():
        for i in range(WORK):
            x = module.function(i)
        return x
    return body


@loop
def string_constant():
    def body():
        for _ in range(WORK * 2):
            x = "constant"
        return x
    return body


@loop
def tuple_constant():
    def body():
        for _ in range(WORK * 2):
            x = (1, 2, 3)
        return x
    return body


@loop
def create_object():
    class Thing:
        def __init__(self, x):
            self.x = x

    def body():
        for i in range(WORK // 2):
            thing = Thing(i)
        return thing.x
    return body


@loop
def create_closure():
    def body():
        for i in range(WORK // 2):
            def inner():
                return i
            x = inner()
        return x
    return body


@loop
def create_dict():
    def body():
        for i in range(WORK // 2):
            x = {"a": i, "b": i, "c": None}
        return x
    return body


@loop
def thread_local_reads():
    import _thread
    local = _thread._local()

    def body():
        local.x = 10
        for _ in range(WORK):
            x = local.x
        return x
    return body


@loop
def methodcaller():
    from operator import methodcaller as caller

    class Thing:
        def method(self):
            return 1
    call, thing = caller("method"), Thing()

    def body():
        for _ in range(WORK // 2):
            x = call(thing)
        return x
    return body


@loop
def create_dataclass():
    from dataclasses import dataclass

    @dataclass
    class Point:
        x: int
        y: int
        z: int

    def body():
        for i in range(WORK // 4):
            one = Point(i, i, i)
        return one.x, one.y, one.z
    return body


@loop
def create_namedtuple():
    from collections import namedtuple
    point = namedtuple("point", "x y z")

    def body():
        for i in range(WORK // 4):
            one = point(i, i, i)
        return one.x, one.y, one.z
    return body


@loop
def create_typing_namedtuple():
    from typing import NamedTuple

    class Point(NamedTuple):
        x: int
        y: int
        z: int

    def body():
        for i in range(WORK // 4):
            one = Point(i, i, i)
        return one.x, one.y, one.z
    return body


@loop
def deepcopy():
    from copy import deepcopy as copy
    value = {"list": [1, 2], "tuple": (1, 2, None)}

    def body():
        for _ in range(WORK // 50):
            copied = copy(value)
        return copied
    return body


@loop
def user_descriptor():
    class Descriptor:
        def __get__(self, instance, owner):
            return 5

    class Thing:
        attribute = Descriptor()
    thing = Thing()

    def body():
        for _ in range(WORK // 2):
            x = thing.attribute
        return x
    return body


@loop
def setattr_dynamic():
    class Thing:
        pass
    prefix = "prefix"

    def body():
        for i in range(WORK // 20):
            thing = Thing()
            for j in range(10):
                setattr(thing, f"{prefix}_{j}", i)
        return vars(thing)
    return body


@loop
def shared_dict_value():
    shared = {"key": 5, "other": 6}

    def body():
        for _ in range(WORK):
            x = shared["key"]
        return x
    return body


@loop
def shared_instance_attribute():
    class Thing:
        pass
    thing = Thing()
    thing.attribute = [5]

    def body():
        for _ in range(WORK):
            x = thing.attribute
        return x
    return body


@loop
def shared_class_attribute():
    class Thing:
        attribute = [5]

    def body():
        for _ in range(WORK):
            x = Thing.attribute
        return x
    return body


SHARED = [5]


@loop
def shared_global():
    def body():
        for _ in range(WORK * 2):
            x = SHARED
        return x
    return body


@loop
def shared_list_item():
    shared = [[1], [2], [3]]

    def body():
        for _ in range(WORK):
            x = shared[1]
        return x
    return body


@loop
def shared_closure_cell():
    shared = [5]

    def body():
        for _ in range(WORK * 2):
            x = shared
        return x
    return body


if __name__ == "__main__":
    runner, args = runner_with_threads(LOOPS)
    body = LOOPS[args.benchmark]()
    bench(runner, args.benchmark, args.threads, lambda index: body())
