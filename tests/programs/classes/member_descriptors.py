# Plain fields of built-in objects show as member_descriptor, computed attributes as getset_descriptor.
import dataclasses
import datetime
import functools
import inspect
import os
import sys
import time
import types
import typing
import weakref

for owner, names in [
    (types.FunctionType, "__globals__ __closure__ __builtins__ __code__ __defaults__"),
    (types.MethodType, "__func__ __self__"),
    (slice, "start stop step"),
    (range, "start"),
    (complex, "real imag"),
    (int, "real"),
    (property, "fget fset fdel"),
    (classmethod, "__func__ __wrapped__ __isabstractmethod__"),
    (types.CodeType, "co_name co_flags co_code co_varnames"),
    (types.TracebackType, "tb_frame tb_lasti tb_next tb_lineno"),
    (types.FrameType, "f_code f_locals f_trace_lines"),
    (super, "__thisclass__"),
    (BaseException, "args __suppress_context__ __cause__"),
    (StopIteration, "value"),
    (OSError, "errno filename characters_written"),
    (SyntaxError, "msg lineno"),
    (BaseExceptionGroup, "message exceptions"),
    (functools.partial, "func args"),
    (datetime.timedelta, "days"),
    (datetime.date, "year"),
    (weakref.ref, "__callback__"),
    (types.GenericAlias, "__origin__ __parameters__"),
    (typing.TypeVar, "__name__ __bound__ __covariant__"),
    (os.stat_result, "st_mode"),
    (time.struct_time, "tm_year"),
]:
    for name in names.split():
        d = inspect.getattr_static(owner, name)
        print(owner.__name__, name, type(d).__name__, inspect.ismemberdescriptor(d), inspect.isdatadescriptor(d))


class Slots:
    __slots__ = ("a", "type")


kinds = {type(d) for d in (Slots.a, types.FunctionType.__globals__, time.struct_time.tm_year, slice.start)}
print(kinds == {types.MemberDescriptorType}, types.GetSetDescriptorType in kinds)
print(slice.start, types.FunctionType.__globals__, time.struct_time.tm_year, Slots.a, types.FunctionType.__code__)
print(slice.start.__get__(slice(1, 2)), slice.start.__objclass__, slice.start.__qualname__)


def shown(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


shown(lambda: slice.start.__get__(5))
shown(lambda: setattr(slice(1), "start", 5))
shown(lambda: setattr(complex(1), "real", 5))
shown(lambda: setattr(time.gmtime(0), "tm_year", 5))
shown(lambda: time.struct_time.tm_year.__get__(5))
shown(lambda: Slots.a.__get__(5))
shown(lambda: Slots().a)


# A field that a base class has a slot for has no default.
@dataclasses.dataclass(slots=True, frozen=True)
class Base:
    kind: str
    size: int


@dataclasses.dataclass(slots=True, frozen=True)
class Derived(Base):
    kind: typing.Literal["derived"]
    more: str


print(Derived("derived", 1, "x"), Derived.__slots__)
