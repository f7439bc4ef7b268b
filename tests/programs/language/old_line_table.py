# co_lnotab tells what co_lines does, in its own way and with a warning.
import os.path
import warnings


def f(a):
    a = [
        1,
        a]

    # A gap.
    return a if a else None


far = compile("x = 1\n" + "\n" * 300 + "y = 2\n" + "z = [" + "\n" * 200 + "x]\n", "far", "exec")
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    for code in f.__code__, far:
        lines, line = {code.co_firstlineno}, code.co_firstlineno
        table = code.co_lnotab
        for step in table[1::2]:
            line += step - 256 if step > 127 else step
            lines.add(line)
        told = {n for _, _, n in code.co_lines() if n is not None}
        print(told <= lines, len(table) % 2, sum(table[::2]) <= len(code.co_code))
    os.path.exists(True)
print(*dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in seen), sep="\n")
