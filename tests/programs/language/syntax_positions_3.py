# Positions of the common mistakes, to the column.
sources = [
    "f'{'", "f'{}'", "f'{a b}'", "f'{a!x}'", "f'}'", "f'{a:{b:{c:{d}}}}'", "f'{!r}'", "f'{a!}'", "x = yield = 1", "x: int: str", "x, y: int", "(x, y): int = 1", "[x]: int",
    "match x:\n case 1 | y: pass\n case z | 2: pass", "match x:\n case a: pass\n case 1: pass", "match x:\n case [a, a]: pass", "match x:\n case {**r, 'a': 1}: pass",
    "match x:\n case C(a=1, a=2): pass", "match x:\n case [*a, *b]: pass", "match x:\n case -a: pass", "match x:\n case a.b(): pass\n case 1 + 1: pass",
    "$", "a ? b", "a!", "x = 5 $ 3", "é = 1; ñ€ = 2", "x\\ y", "'a' = 1", "a + = 1", "a += b += c", "a++", "--", "a <> b", "*a", "*a = 1", "*a, *b = c", "print(*)", "[*a for a in b]", "{**a for a in b}", "{*a: 1}",
    "{1: 2, 3}", "{1, 2: 3}", "{1:}", "from __future__ import nope", "x = 1\nfrom __future__ import annotations", "raise x from", "assert", "assert (x, 'm')\nassert x,", "type X", "type X[T = int, U] = 1",
]
for source in sources:
    try:
        compile(source, "<src>", "exec")
        print(repr(source), "fine")
    except SyntaxError as e:
        print(repr(source), "->", type(e).__name__, "|", e.msg, "|", e.lineno, e.offset, e.end_lineno, e.end_offset)
