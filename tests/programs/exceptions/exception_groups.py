# ExceptionGroup, except*, split, subgroup, derive.
eg = ExceptionGroup("top", [ValueError("a"), KeyError("b"), ExceptionGroup("sub", [TypeError("c"), ValueError("d")])])
print(eg, repr(eg), eg.message, eg.exceptions, eg.args)
print(repr(eg.subgroup(ValueError)), repr(eg.subgroup((KeyError, TypeError))), eg.subgroup(OSError))
m, r = eg.split(ValueError)
print(repr(m), repr(r))
print(eg.split(OSError), repr(eg.split(lambda e: isinstance(e, KeyError))))
print(repr(eg.derive([IndexError("x")])))
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
for s in ["ExceptionGroup()", "ExceptionGroup('a')", "ExceptionGroup('a', [])", "ExceptionGroup('a', 5)", "ExceptionGroup('a', [5])", "ExceptionGroup(5, [ValueError()])", "ExceptionGroup('a', [KeyboardInterrupt()])", "BaseExceptionGroup('a', [KeyboardInterrupt()])", "type(BaseExceptionGroup('a', [ValueError()]))", "ExceptionGroup('a', (ValueError(),))", "eg.subgroup(5)", "eg.subgroup([ValueError])", "ExceptionGroup('one', [ValueError()])", "ExceptionGroup[int]", "ExceptionGroup('a', {ValueError()})"]:
    t(s)
def run(exc):
    try:
        try: raise exc
        except* ValueError as e: print(" V", repr(e))
        except* (KeyError, TypeError) as e: print(" KT", repr(e))
        else: print(" else")
        finally: print(" finally")
    except BaseException as rest: print(" rest", repr(rest))
run(eg)
run(ValueError("naked"))
run(ExceptionGroup("x", [OSError("o"), ValueError("v")]))
run(OSError("plain"))
try: pass
except* ValueError: print("never")
else: print("else")
def reraise():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), TypeError(2), OSError(3)])
        except* ValueError: raise
        except* TypeError as e: raise KeyError("new")
    except ExceptionGroup as e: print(repr(e))
reraise()
def raise_in_handler():
    try:
        try: raise ExceptionGroup("g", [ValueError(1)])
        except* ValueError: raise IndexError("i")
    except BaseException as e: print(repr(e), [repr(x.__context__) for x in getattr(e, "exceptions", [e])])
raise_in_handler()
def name_unbound():
    try: raise ExceptionGroup("g", [ValueError(1)])
    except* ValueError as e: pass
    try: e
    except UnboundLocalError as err: print(err)
name_unbound()
for bad in (ExceptionGroup, (ValueError, ExceptionGroup), 5):
    try:
        try: raise ValueError
        except* bad: pass
    except TypeError as e: print(e)
    except ExceptionGroup as e: print(repr(e))
class MyEG(ExceptionGroup):
    def __new__(cls, msg, excs, code):
        self = super().__new__(cls, msg, excs)
        self.code = code
        return self
    def derive(self, excs): return MyEG(self.message, excs, self.code)
my = MyEG("mine", [ValueError(1), KeyError(2)], 42)
m, r = my.split(ValueError)
print(type(m).__name__, m.code, r.code, repr(m))
eg.add_note("note")
m, r = eg.split(ValueError)
print(m.__notes__, r.__notes__, m.__notes__ is eg.__notes__)
def loop():
    for i in range(3):
        try:
            if i: raise ExceptionGroup("l", [ValueError(i)])
        except* ValueError as e: print(i, e.exceptions)
loop()
print(ExceptionGroup.__mro__, issubclass(ExceptionGroup, Exception), issubclass(BaseExceptionGroup, Exception))
nested = eg.subgroup(TypeError)
print(nested.exceptions[0].exceptions, nested.message, nested.exceptions[0].message)
try:
    try: raise BaseExceptionGroup("b", [KeyboardInterrupt(), ValueError()])
    except* ValueError: print("V")
except BaseExceptionGroup as b: print(repr(b))
