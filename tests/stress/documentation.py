"""The examples of docs/threads.md."""

import re
import threading
from pathlib import Path

from hammer import case, check, main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "threads.md"


@case
def examples(s):
    first, *blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks, 1):
        failures, before = [], threading.excepthook
        threading.excepthook = lambda args: failures.append(repr(args.exc_value))
        try:
            exec(compile(first + block, f"example {number}", "exec"), {"__name__": "example"})
        finally:
            threading.excepthook = before
        check(not failures, f"example {number}", failures[:2])
    check(len(blocks) >= 19, "there are examples", len(blocks))


main()
