# Messages and lines of the common mistakes.
sources = [
    "def f[T, T](): pass", "class A[T: (yield)]: pass", "a[", "a[1:2:3:4]", "a[]", "a.1", "a.", ".a", "...a", "if x = 1: pass", "while (x = 1): pass", "f(a for a in b, c=1)", "(a, b) += 1",
    "def f():\n", "if True:\n", "class C:\n", "try:\n pass\nfinally:\n", "async x", "async def", "elif x: pass", "except*: pass", "try:\n pass\nexcept* : pass", "try:\n pass\nexcept A:\n pass\nexcept* B:\n pass",
    "try:\n pass\nexcept A, B as e:\n pass", "for x in *a, b: pass", "for x range(3): pass", "imoprt x", "fro x import y", "whlie True: pass", "def f() return 1", "clas C: pass", "retrun = 1; retrun 5", "Flase is not 1 x",
    "t'{}'", "t'a' 'b'", "t'a' f'b'", "b'a' 'b'", "\0", "x = 'a\nb'", "if 1:\n  a\n   b", "(yield) = 1", "__debug__ = 1", "def f(__debug__): pass", "a.__debug__ = 1", "def f(None): pass", "class True: pass", "import a as None", "lambda None: 0",
]
for source in sources:
    try:
        compile(source, "<src>", "exec")
        print(repr(source), "fine")
    except SyntaxError as e:
        print(repr(source), "->", type(e).__name__, "|", e.msg, "|", e.lineno)
