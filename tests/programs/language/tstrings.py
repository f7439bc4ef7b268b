# Template strings (PEP 750).
name, width = "World", 8
t = t"Hello {name}!"
print(type(t).__name__, t.strings, [i.value for i in t.interpolations], t.values)
i = t.interpolations[0]
print(type(i).__name__, i.value, i.expression, i.conversion, repr(i.format_spec))
print(i)
print(t)
for part in t"a{1}b{2!r}{3:>{width}}c":
    print(repr(part) if isinstance(part, str) else ("I", part.value, part.expression, part.conversion, part.format_spec))
print((t"{1}" t"{2}").strings, (t"a" t"b").strings, t"".strings, t"{name}".strings, t"{name}{name}".strings)
print(t"{name=}".strings, t"{name=}".interpolations[0].conversion, t"{name = :>5}".strings)
u = t"x{1}y" + t"z{2}w"
print(u.strings, u.values)
try:
    t"x" + "y"
except TypeError as e:
    print(e)
try:
    "y" + t"x"
except TypeError as e:
    print(e)
lazy = t"{(lambda: 'called')}"
print(lazy.values[0]())
print(rt"\n{name}\t".strings, tr"\d".strings, t"\n".strings, t"{{}}".strings)
nested = t"{t'{name}'}"
print(nested.values[0].values)

def render(template):
    out = []
    for item in template:
        match item:
            case str() as s:
                out.append(s)
            case _:
                value = item.value
                if item.conversion == "r":
                    value = repr(value)
                elif item.conversion == "s":
                    value = str(value)
                elif item.conversion == "a":
                    value = ascii(value)
                out.append(format(value, item.format_spec))
    return "".join(out)

print(render(t"{name:>{width}}|{name!r:<10}|{3.14159:.2f}|{'é'!a}"))
print(render(t"{name=}") == f"{name=}")
def html(template):
    escape = lambda s: s.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(p if isinstance(p, str) else escape(str(p.value)) for p in template)
evil = "<script>&"
print(html(t"<p>{evil}</p>"))
print(len(list(t"{1}{2}{3}")), list(t""), list(t"plain"))
match i:
    case type(value=v, expression=e):
        print("no")
    case _:
        print("matched by value", i.value)
print(t"multi {
    name
} line".interpolations[0].expression)
print(t"{name!r:>10}".interpolations[0].format_spec, t"{1 + 1}".interpolations[0].expression)
