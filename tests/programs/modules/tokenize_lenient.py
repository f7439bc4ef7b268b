# What tokenize lets through is more than what the compiler accepts; inspect finds the source of pieces of expressions with it.
import inspect
import io
import tokenize

for source in [
    "a)", "f(x))\n", "(]", "x = )\n", "€ = 1", "1a", "0777", "0x1g", "lambda: (x, y)),", "1_000j_",
    "x = (1\n", "a\\", "f'{a", "\\x", "'abc", '"""abc', "a\n  b\n c", "    x\n  y\n",
]:
    try:
        tokens = [(tokenize.tok_name[t.type], t.string, t.start, t.end) for t in tokenize.generate_tokens(io.StringIO(source).readline)]
        print(repr(source), tokens)
    except tokenize.TokenError as e:
        print(repr(source), e.args)
    except IndentationError as e:
        print(repr(source), e.msg, e.lineno, e.offset, repr(e.text))

table = dict(
    first=(lambda x: x + 1),
    second=(lambda x:
            x + 2),
)
print(inspect.getsource(table["first"]), inspect.getsource(table["second"]))
print(inspect.getsourcelines(max(
    (lambda: 1), (lambda: 2), key=lambda f: f())))
