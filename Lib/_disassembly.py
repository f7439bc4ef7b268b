"""What dis shows of Taipan's instructions, which have registers.

An instruction of the same name and meaning as one of CPython's has its number, so that what looks for LOAD_GLOBAL or
IMPORT_NAME finds it, and a name or constant as its argument. All others have the number -1.
"""

import _opcode

# Instructions that CPython has, too, and does the same with.
_SHARED = frozenset({"LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME", "STORE_NAME", "DELETE_NAME", "LOAD_ATTR",
                     "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME", "IMPORT_FROM"})


class Instructions(list):
    """The instructions of a code object, in the place of a bytecode string."""


def of(code):
    return Instructions(_opcode.instructions(code))


def number(name):
    from opcode import opmap
    return opmap[name] if name in _SHARED else -1


def operands(parts):
    """The argument, its value, and the text of all operands."""
    arg = value = None
    texts = []
    for kind, n, meant in parts:
        if kind == "register":
            texts.append(f"r{n}")
            continue
        texts.append(f"to {n}" if kind == "jump" else meant if kind == "name" else repr(meant))
        if arg is None or kind in ("name", "constant", "jump"):
            arg, value = n, meant
    # What has no argument shows its registers all the same.
    if arg is None and texts:
        arg = parts[0][1]
    return arg, value, ", ".join(texts)


def number_places(original_code, exception_entries=()):
    """The numbers of the places that the exception table names."""
    places = sorted({p for e in exception_entries for p in (e.start, e.end, e.target)})
    numbers = {p: i for i, p in enumerate(places, 1)}
    for e in exception_entries:
        e.start_label, e.end_label, e.target_label = numbers[e.start], numbers[e.end], numbers[e.target]
    return numbers


def rows(found, linestarts, line_offset, co_positions, arg_resolver):
    """What Instruction is made of, for each instruction."""
    from dis import Positions
    places = [*co_positions] if co_positions is not None else []
    line = None
    for name, offset, caches, parts in found:
        starts = linestarts is not None and offset in linestarts
        if starts:
            line = linestarts[offset]
        place = Positions(*places[offset // 2]) if offset // 2 < len(places) else Positions()
        arg, value, text = operands(parts)
        label = arg_resolver.get_label_for_offset(offset) if arg_resolver else None
        shown = line + line_offset if line is not None else None
        yield name, number(name), arg, value, text, offset, offset, starts, shown, label, place, None


def imports(code):
    """The import statements of a code object: (name, level, fromlist)."""
    loaded = {}
    for name, _, _, parts in _opcode.instructions(code):
        if name == "IMPORT_NAME":
            base = parts[2][1]
            if base in loaded and base + 1 in loaded:
                yield parts[1][2], loaded[base], loaded[base + 1]
        elif name in ("LOADI", "LOADK"):
            loaded[parts[0][1]] = parts[1][2]
        elif name == "LOAD_NONE":
            loaded[parts[0][1]] = None


def stored_names(code):
    """The names of global variables and of a class's or module's own that a code object stores."""
    for name, _, _, parts in _opcode.instructions(code):
        if name in ("STORE_NAME", "STORE_GLOBAL"):
            yield parts[1][2]
