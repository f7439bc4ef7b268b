# Built-in exception classes: their tree, what their constructors take and refuse, their attributes and texts.


def tree(cls, depth=0):
    bases = [b.__name__ for b in cls.__bases__]
    print("  " * depth + cls.__name__, bases if len(bases) > 1 else "", (cls.__doc__ or "").split("\n")[0])
    for sub in sorted(cls.__subclasses__(), key=lambda s: s.__name__):
        if sub.__module__ == "builtins":
            tree(sub, depth + 1)


def show(f):
    try:
        print(repr(f()))
    except BaseException as e:
        print(type(e).__name__ + ":", e)


tree(BaseException)
print(EnvironmentError is OSError, IOError is OSError)

# Keywords.
show(lambda: ValueError(a=1))
show(lambda: ValueError.__init__(ValueError(), a=1))
show(lambda: OSError(a=1))
show(lambda: StopIteration(a=3))
show(lambda: ImportError("x", name="a", path="b").path)
show(lambda: ImportError("x", foo=1))
show(lambda: NameError("x", name="n").name)
show(lambda: NameError("x", foo=1))
show(lambda: AttributeError("x", name="n", obj=3).obj)

# Texts.
show(lambda: (str(ValueError()), str(ValueError(1)), str(ValueError(1, 2)), repr(ValueError(1)), repr(ValueError(1, 2))))
show(lambda: (str(KeyError("a")), str(KeyError("a", "b")), str(KeyError())))
show(lambda: (SystemExit().code, SystemExit(1).code, SystemExit(1, 2).code))
show(lambda: (StopIteration().value, StopIteration(3).value, StopIteration(3, 4).value))

# OSError.
show(lambda: type(OSError(2, "no")))
show(lambda: type(OSError(11, "again", "f")))
show(lambda: OSError(2, "No", "f").__reduce__())
show(lambda: OSError(1, "a", "b", None, "c").__reduce__())
show(lambda: (str(OSError(1)), str(OSError(1, 2)), str(OSError(1, "a", "b")), str(OSError(1, "a", "b", None, "c"))))
show(lambda: (OSError(1, 2, 3, 4, 5).args, OSError(1, 2, 3, 4, 5, 6).args, OSError(2, "a", "f", None).args))
show(lambda: (OSError("x", "y").errno, str(OSError(None, "y")), str(OSError(3, None, "f"))))
show(lambda: OSError().characters_written)
show(lambda: BlockingIOError(1, "a", 5).characters_written)


class Own(OSError):
    def __init__(self, value):
        self.value = value
        super().__init__(2, "own", value)


show(lambda: (Own("v").args, Own("v").errno, Own("v").filename, type(Own("v")).__name__))

# SyntaxError.
show(lambda: SyntaxError("a", (1, 2, 3)))
show(lambda: SyntaxError("a", 3))
show(lambda: SyntaxError("a", (1,) * 9))
show(lambda: SyntaxError("a", (1,) * 5))
show(lambda: [str(SyntaxError("m", ("a/b.py", line, 1, "t"))) for line in (3, None)])
show(lambda: [str(SyntaxError("m", (None, 4, 1, "t"))), str(SyntaxError())])
show(lambda: SyntaxError("m", ("a/b.py", 1, 2, "t", 3, 4)).end_offset)

# Unicode errors.
show(lambda: UnicodeEncodeError(1))
show(lambda: UnicodeEncodeError(1, 2, 3, 4, 5))
show(lambda: UnicodeDecodeError("a", "b", 3, 4, "5"))
show(lambda: UnicodeDecodeError("a", b"b", "x", 4, "5"))
show(lambda: UnicodeTranslateError(1, 2))
u = UnicodeDecodeError("utf8", b"abc", 1, 2, "why")
show(lambda: str(u))
u.end = 3
show(lambda: str(u))
u.start = 10
show(lambda: str(u))
show(lambda: str(UnicodeEncodeError("utf8", "a\ud800b", 1, 2, "why")))
show(lambda: str(UnicodeEncodeError("utf8", "ab", 1, 1, "why")))
show(lambda: str(UnicodeEncodeError("utf8", "\xe9", 0, 1, "why")))
show(lambda: str(UnicodeTranslateError("a\U0001f600b", 1, 2, "why")))

# Attributes of all exceptions.
e = ValueError()
for name in ("args", "__traceback__", "__context__", "__cause__", "__suppress_context__"):
    show(lambda: delattr(e, name))
    show(lambda: setattr(e, name, 1))
e.__cause__ = KeyError(1)
show(lambda: (e.__cause__, e.__suppress_context__, e.__context__))
e.args = [1, 2]
show(lambda: (e, e.args))
show(lambda: e.add_note(1))
e.add_note("one")
e.add_note("two")
show(lambda: e.__notes__)
e.__notes__ = 3
show(lambda: e.add_note("x"))
show(lambda: e.with_traceback(1))
show(lambda: e.__setstate__(1))
show(lambda: e.__setstate__({"z": 5}))
show(lambda: e.z)
show(lambda: e.__reduce__())
show(lambda: AttributeError("x", name="n", obj=3).__reduce__())
show(lambda: NameError("x", name="n").__reduce__())
show(lambda: ImportError("x", name="n").__reduce__())

# Groups.
show(lambda: ExceptionGroup(1))
show(lambda: ExceptionGroup(1, 2))
show(lambda: ExceptionGroup("a", 2))
show(lambda: ExceptionGroup("a", []))
show(lambda: ExceptionGroup("a", [1]))
show(lambda: ExceptionGroup("a", [KeyboardInterrupt()]))
show(lambda: ExceptionGroup("a", [ValueError()], x=3))
show(lambda: BaseExceptionGroup("a", (ValueError(),)))
show(lambda: BaseExceptionGroup("a", [KeyboardInterrupt()]))
show(lambda: str(BaseExceptionGroup("a", (ValueError(), KeyError()))))
show(lambda: ExceptionGroup("a", [ValueError()]).split(3))


class Group(ExceptionGroup):
    pass


show(lambda: Group("a", [KeyboardInterrupt()]))
g = ExceptionGroup("a", [ValueError(1), ExceptionGroup("b", [KeyError(2), ValueError(3)])])
show(lambda: g.split(ValueError))
show(lambda: g.subgroup((KeyError, TypeError)))
show(lambda: g.split(lambda x: isinstance(x, ExceptionGroup) and x.message == "b"))
show(lambda: ExceptionGroup[int])

# Tracebacks.
try:
    1 / 0
except ZeroDivisionError as x:
    tb = x.__traceback__
Traceback = type(tb)
show(lambda: setattr(tb, "tb_next", tb))
show(lambda: setattr(tb, "tb_next", 3))
show(lambda: delattr(tb, "tb_next"))
show(lambda: dir(tb))
show(lambda: Traceback(None, 2, 3, 4))
show(lambda: Traceback(None, tb.tb_frame, 3, 77).tb_lineno)
