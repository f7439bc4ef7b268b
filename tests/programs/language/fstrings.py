# f-strings: nesting, conversions, specs, self-documenting.
name, width, value = "tai", 10, 3.14159265
print(f"{name}", f"{name!r}", f"{name!s:>6}", f"{name!a}", f"{'é'!a}")
print(f"{value:.3f}|{value:{width}.{2}f}|{value:<{width}}|{value:^+{width}.1e}|")
print(f"{name=} {name = } {name=!s} {value=:.2f} {1 + 2 = }")
print(f"{{}} {{{name}}} {{name}}")
print(f"{'nested ' + f'{name + f"{1 + 1}"}'}")
print(f"{", ".join(f"{x:02d}" for x in range(3))}")
print(f'{"quote" if True else 'other'} {'\n'.join(["a", "b"])}')
print(f"{(lambda x: x * 2)(4)} {[x for x in 'ab']} { {1: 2}[1]}")
print(f"multi {
    name
} line {  # a comment
    value:.1f}")
print(f"""triple {name}
second {value:>8.2f} line""")
print(rf"raw \n {name} \{name}", fr"\d{1}", f"\x41\u00e9\N{BULLET}{name}")
print("con" f"cat{1}" "en" f"{2}ated")
print(f"{None} {True} {[]} {()} {...}", f"")
print(f"{255:x} {255:#X} {255:08b} {255:,} {1234567:_} {1234567.891:,.2f} {0.5:%} {'s':*^5}")
print(f"{10:{'>' if True else '<'}{5}}|{'x':{'*'}^{width // 2}}")

class F:
    def __format__(self, spec): return f"<{spec}>"
    def __repr__(self): return "F!"
    def __str__(self): return "F?"
f = F()
print(f"{f} {f:abc} {f!r} {f!s} {f:{1}-{2}} {f!r:>5} {f=} {f=!s} {f:{{}}}")
x = 5
print(f"{x:=^7} {x!r:^5} {x = :4d}| {x==5} {x!=5} {x>=5=}")
print(f"{x=:{width}} {'a' 'b'} {x if x else 0} {x,} {(x, x)} {*[1, 2],}")
print(f"{(y := 3)} {y} {x:{y}}")
print(f"{'a' if x else 'b'!r}", f"{f'{f"{x}"}'}")
print(f"{3.0} {3.5:g} {1e100} {2**70} {-0.0} {1j} {float('nan')} {float('inf'):5}|")
for spec in ["d", "s", "x", ">5", "05", "zz", ".2f", ".", "5.", "Z"]:
    for v in (7, 2.5, "st"):
        try:
            print(spec, repr(v), repr(f"{v:{spec}}"))
        except ValueError as e:
            print(spec, repr(v), "->", e)
for v in (None, [], {}, object):
    try:
        f"{v:5}"
    except TypeError as e:
        print(e)
print(f"{x!r}{x!s}" rf"{x}\{x}" f'{"'"}' f"{'"'}")
def deco(): return f"{x}{name:{'>'}{width}}{locals()}"
print(deco())
