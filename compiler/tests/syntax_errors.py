"""Writes what this Python says about each source in syntax_errors.txt. Run it with CPython 3.14."""

import pathlib
import warnings

path = pathlib.Path(__file__).with_suffix(".txt")
cases = []
for case in path.read_text().split("\n====\n"):
    source = case.split("\n----\n")[0]
    if not source:
        continue
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source.replace("<TAB>", "\t"), "<t>", "exec", dont_inherit=True)
            answer = "\n".join(sorted({f"warning {w.lineno}: {w.message}" for w in caught})) or "ok"
        except SyntaxError as e:
            end = e.end_offset
            answer = f"{type(e).__name__} {e.lineno}:{e.offset}-{e.end_lineno}:{end} {e.msg}"
    cases.append(f"{source}\n----\n{answer}")
path.write_text("\n====\n".join(cases) + "\n")
