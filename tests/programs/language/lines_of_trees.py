# What is compiled from a tree says the tree's lines, also in __firstlineno__ and with decorators.
import ast

SOURCE = '''"""Two
lines."""
def deco(**k):
    return lambda x: x

@deco(
    a=1)
class A:
    x = 6

    @deco()
    def f(self):
        class B: pass
        return B

class C[T](A):
    y = 16; z = 17
'''
for code in compile(SOURCE, "a", "exec"), compile(ast.parse(SOURCE), "b", "exec"):
    names = {}
    exec(code, names)
    A, C = names["A"], names["C"]
    print(A.__firstlineno__, A().f().__firstlineno__, C.__firstlineno__, C.y, C.z, A.x, A.f.__code__.co_firstlineno)
