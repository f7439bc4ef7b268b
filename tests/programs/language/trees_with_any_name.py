# Syntax trees may hold identifiers that no source text can spell; tools rely on that for names of their own.
import ast
import collections


def run(tree, **names):
    ast.fix_missing_locations(tree)
    exec(compile(tree, "<tree>", "exec"), names)
    return names


load, store = ast.Load(), ast.Store()

tree = ast.parse("pass")
tree.body = [
    ast.Import([ast.alias("builtins", "@b")]),
    ast.Import([ast.alias("collections.abc", "@abc-1")]),
    ast.ImportFrom("collections", [ast.alias("OrderedDict", "if")], 0),
    ast.Assign([ast.Name("a b", store)], ast.Constant(1)),
    ast.Assign([ast.Name("ﬁ", store)], ast.Name("a b", load)),
    ast.Assign([ast.Name("ǃ0", store)], ast.Constant("clash")),
    ast.Assign([ast.Name("", store)], ast.Attribute(ast.Name("@b", load), "len", load)),
]
found = run(tree)
found.pop("__builtins__")
for name, value in found.items():
    print(ascii(name), getattr(value, "__name__", value))


class Rename(ast.NodeTransformer):
    """Every name that begins with x gets a star, wherever it stands."""

    def name(self, n):
        return "*" + n if isinstance(n, str) and n.startswith("x") else n

    def generic_visit(self, node):
        for field in ("name", "id", "arg", "attr", "rest", "asname"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, self.name(getattr(node, field)))
        for field in ("names", "kwd_attrs"):
            values = getattr(node, field, None)
            if values and isinstance(values[0], str):
                setattr(node, field, [self.name(v) for v in values])
        return super().generic_visit(node)


tree = ast.parse('''
def xf(xa, /, xb=2, *xargs, xk=3, **xkw):
    global xg
    xg = xa
    def inner():
        nonlocal xb
        xb += 1
        return xb
    return inner(), xargs, xk, xkw, [xi for xi in (1, 2)], (lambda xl: xl)(9)

class xC[xT]:
    __x = 5
    xslot = 1
    def xm(self):
        self.xattr = 7
        self.__private = 8
        try:
            raise KeyError("k")
        except KeyError as xe:
            return sorted(self.__dict__), str(xe)

xr = xf(1, 2, 3, 4, xk=5, xz=6)
match {"k": 1, "other": 2}:
    case {"k": 1, **xrest}:
        pass
match [1, 2, 3]:
    case [1, *xstar]:
        pass
match 5:
    case int() as xas:
        pass
xm = xC().xm()
''')
names = run(Rename().visit(tree))
for name in sorted(names):
    if name.startswith("*"):
        print(name, names[name] if not callable(names[name]) else names[name].__qualname__)
print(names["*xf"].__code__.co_varnames, names["*xf"].__code__.co_cellvars)

for bad in ("None", "True"):
    try:
        compile(ast.Expression(ast.Name(bad, load, lineno=1, col_offset=0)), "", "eval")
    except ValueError as e:
        print(e)
try:
    eval(compile(ast.fix_missing_locations(ast.Expression(ast.Name("no such", load))), "", "eval"))
except NameError as e:
    print(e)
