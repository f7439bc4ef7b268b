# Constructors, attributes and str/repr of the built-in exceptions.
def show(e):
    print(type(e).__name__, "|", str(e), "|", repr(e), "|", e.args)
for e in [Exception(), Exception("a"), Exception("a", 1), Exception(["l"]), KeyError("k"), KeyError("a", "b"), KeyError(), KeyError(1), StopIteration(5), StopIteration(), SystemExit(3), SystemExit("bye"), SystemExit(), SystemExit(1, 2),
          OSError(2, "No such file"), OSError(2, "msg", "file"), OSError(17, "exists", "a", None, "b"), OSError("just text"), OSError(), OSError(1, 2, 3, 4, 5, 6) if False else OSError(13, "denied"), OSError(11, "x"), OSError(32, "x"), OSError(4, "x"), OSError(110, "x"), OSError(9999, "x"), FileNotFoundError(2, "m", "f"), BlockingIOError(11, "m", 5),
          ImportError("m", name="n", path="p"), ModuleNotFoundError("m", name="n"), NameError("m", name="n"), AttributeError("m", name="n", obj=5), UnboundLocalError("x"), SyntaxError("m"), SyntaxError("m", ("f.py", 1, 2, "text")), SyntaxError("m", ("f.py", 1, 2, "text", 3, 4)), IndentationError("m"), SyntaxError(),
          UnicodeDecodeError("utf-8", b"\xff\xfe", 0, 1, "bad"), UnicodeDecodeError("utf-8", b"\xff\xfe", 0, 2, "bad"), UnicodeEncodeError("ascii", "é€", 0, 1, "bad"), UnicodeEncodeError("ascii", "é€", 0, 2, "bad"), UnicodeEncodeError("ascii", "\U0001f600", 0, 1, "bad"), UnicodeTranslateError("é", 0, 1, "bad"),
          ValueError("x"), ArithmeticError(), MemoryError(), RecursionError("deep"), Warning("w"), BaseException("b"), KeyboardInterrupt(), GeneratorExit(), StopAsyncIteration(1), EOFError("e"), TimeoutError("t"), PythonFinalizationError("p"), BufferError(""), AssertionError((1, 2))]:
    show(e)
e = OSError(2, "msg", "file", None, "file2")
print(e.errno, e.strerror, e.filename, e.filename2)
print(OSError("x").errno, StopIteration(7).value, SystemExit(4).code, SystemExit().code, SystemExit(1, 2).code, ImportError(name="q").name, ImportError("a").path, ImportError("m", name_from="x").name_from if True else 0)
e = SyntaxError("m", ("f.py", 1, 2, "text", 3, 4))
print(e.msg, e.filename, e.lineno, e.offset, e.text, e.end_lineno, e.end_offset, e.print_file_and_line)
u = UnicodeDecodeError("utf-8", bytearray(b"abc"), 1, 2, "why")
print(u.encoding, u.object, u.start, u.end, u.reason)
u.start, u.reason = 0, "changed"
print(u)
b = BlockingIOError(11, "m", 5)
print(b.characters_written)
for s in ["UnicodeDecodeError()", "UnicodeDecodeError('a', 'b', 1, 2, 'c')", "UnicodeEncodeError('a', b'b', 1, 2, 'c')", "UnicodeTranslateError(1, 2, 3, 4)", "ImportError(foo=1)", "AttributeError(name=1, foo=2)", "Exception(a=1)", "SyntaxError('m', 5)", "SyntaxError('m', (1, 2))", "KeyError(a=1)", "OSError(a=1)", "StopIteration(a=1)", "BlockingIOError(1, 2, 'x').characters_written", "NameError(nam='x')"]:
    try: print(s, repr(eval(s)))
    except (TypeError, ValueError, AttributeError) as e: print(s, "->", type(e).__name__, e)
print(type(OSError(2, "x")).__name__, type(OSError(13, "x")).__name__, type(OSError(2)).__name__, type(OSError(21, "x")).__name__, type(OSError(3, "x")).__name__, type(OSError(111, "x")).__name__, type(OSError(104, "x")).__name__, type(OSError(10, "x")).__name__)
class MyOS(OSError): pass
print(type(MyOS(2, "x")).__name__, MyOS(2, "x").errno)
class MyErr(Exception):
    def __init__(self, a, b): self.a = a
    def __str__(self): return f"custom {self.a}"
m = MyErr(1, b=2)
print(m, repr(m), m.args)
class NoStr(Exception):
    def __str__(self): return 5
try: str(NoStr())
except TypeError as e: print(e)
e = Exception(1, 2)
e.attr = 5
print(e.attr, e.__dict__, e.__reduce__()[:2], Exception.__new__(Exception, 1).args)
e.__setstate__({"x": 9}); print(e.x)
print(Exception("a") == Exception("a"), hash(e) == hash(e), issubclass(KeyError, LookupError), ValueError.__mro__)
s = StopIteration(); s.value = 5; print(s.value, s.args)
k = KeyError("it's"); print(k, "%s" % k, f"{k}")
print(str(Exception("")), repr(Exception("")), str(Exception(None)), str(Exception((1,))), repr(Exception((1,))))
