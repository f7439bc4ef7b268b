"""Writes the character tables of `src/unicode` from the running Python's own database.

Run with CPython 3.14 (Unicode 16.0):  python3.14 tools/make_unicode_tables.py src/unicode

What `unicodedata` does not tell directly is learned from the behaviour of `str`: casing from the case methods,
identifier characters from `isidentifier`, case-ignorable characters from where a final sigma is made.
"""

import _sre
import struct
import sys
import unicodedata as ud
from pathlib import Path

assert ud.unidata_version == "16.0.0", ud.unidata_version
OUT = Path(sys.argv[1])
DATA = OUT / "data"
DATA.mkdir(exist_ok=True)
LIMIT = 0x110000
BLOCK = 7

CATEGORIES = ["Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
              "Lm", "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"]
BIDI = ["", "L", "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S",
        "WS", "ON", "LRI", "RLI", "FSI", "PDI"]
WIDTHS = ["N", "F", "H", "W", "Na", "A"]
TAGS = ["", "<noBreak>", "<compat>", "<super>", "<fraction>", "<font>", "<initial>", "<medial>", "<final>",
        "<isolated>", "<vertical>", "<wide>", "<narrow>", "<small>", "<square>", "<circle>", "<sub>"]

FLAGS = ["ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "SPACE", "PRINTABLE", "XID_START", "XID_CONTINUE", "LOWER", "UPPER",
         "TITLE", "CASE_IGNORABLE", "MIRRORED", "NFC_NO", "NFC_MAYBE", "NFD_NO", "NFKC_NO", "NFKC_MAYBE",
         "NFKD_NO"]
BIT = {name: 1 << i for i, name in enumerate(FLAGS)}

HANGUL = range(0xAC00, 0xAC00 + 11172)


def decomposition(c):
    parts = ud.decomposition(chr(c)).split()
    tag = parts.pop(0) if parts and parts[0][0] == "<" else ""
    return TAGS.index(tag), tuple(int(p, 16) for p in parts)


# Composition pairs, and which characters may combine with one before them.
pairs = []
seconds = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
for c in range(LIMIT):
    tag, parts = decomposition(c)
    if tag == 0 and len(parts) == 2 and ud.normalize("NFC", "".join(map(chr, parts))) == chr(c):
        pairs.append((*parts, c))
        seconds.add(parts[1])
pairs.sort()

specials = [((0,) * 3,) * 4]
special_of = {}
numerics = []
numeric_of = {}
records = []
record_of = {}


def padded(s):
    assert len(s) <= 3
    return tuple(map(ord, s)) + (0,) * (3 - len(s))


def special_index(entry):
    if entry not in special_of:
        special_of[entry] = len(specials)
        specials.append(entry)
    return special_of[entry]


def record(c):
    s = chr(c)
    category = ud.category(s)
    flags = 0

    def flag(name, on):
        nonlocal flags
        if on:
            flags |= BIT[name]

    flag("ALPHA", s.isalpha())
    flag("DECIMAL", s.isdecimal())
    flag("DIGIT", s.isdigit())
    flag("NUMERIC", s.isnumeric())
    flag("SPACE", s.isspace())
    flag("PRINTABLE", s.isprintable())
    flag("XID_START", s.isidentifier())
    flag("XID_CONTINUE", ("a" + s).isidentifier())
    flag("LOWER", s.islower())
    flag("UPPER", s.isupper())
    flag("TITLE", category == "Lt")
    alone = (s + "\u03a3").lower().endswith("\u03c2")
    after = ("A" + s + "\u03a3").lower().endswith("\u03c2")
    flag("CASE_IGNORABLE", after and not alone)
    flag("MIRRORED", ud.mirrored(s))
    flag("NFC_NO", ud.normalize("NFC", s) != s)
    flag("NFKC_NO", ud.normalize("NFKC", s) != s)
    flag("NFD_NO", ud.normalize("NFD", s) != s)
    flag("NFKD_NO", ud.normalize("NFKD", s) != s)
    flag("NFC_MAYBE", c in seconds and ud.normalize("NFC", s) == s)
    flag("NFKC_MAYBE", c in seconds and ud.normalize("NFKC", s) == s)

    upper, lower, title, fold = s.upper(), s.lower(), s.title(), s.casefold()
    simple_lower = _sre.unicode_tolower(c)
    simple_title = ord(title) if len(title) == 1 else c
    simple_upper = ord(upper) if len(upper) == 1 else simple_title
    special = 0
    if max(map(len, (upper, lower, title))) > 1 or fold != chr(simple_lower):
        special = special_index((padded(upper), padded(lower), padded(title), padded(fold)))

    numeric = ud.numeric(s, None)
    if numeric is None:
        numeric_index = 0
    else:
        if numeric not in numeric_of:
            numerics.append(numeric)
            numeric_of[numeric] = len(numerics)
        numeric_index = numeric_of[numeric]
    return (flags, simple_upper - c, simple_lower - c, simple_title - c, special, numeric_index,
            ud.decimal(s, 255), ud.digit(s, 255), CATEGORIES.index(category), BIDI.index(ud.bidirectional(s)),
            ud.combining(s), WIDTHS.index(ud.east_asian_width(s)))


def two_stage(values, name):
    """Writes a table of u16 in two stages; gives the size of the first."""
    blocks, block_of, first = [], {}, []
    for start in range(0, LIMIT, 1 << BLOCK):
        block = tuple(values[start:start + (1 << BLOCK)])
        if block not in block_of:
            block_of[block] = len(blocks)
            blocks.append(block)
        first.append(block_of[block])
    data = struct.pack(f"<{len(first)}H", *first)
    for block in blocks:
        data += struct.pack(f"<{len(block)}H", *block)
    (DATA / name).write_bytes(data)


indices = []
for c in range(LIMIT):
    r = record(c)
    if r not in record_of:
        record_of[r] = len(records)
        records.append(r)
    indices.append(record_of[r])
two_stage(indices, "records.bin")

# Decompositions: a word of tag and length, then the code points.
words = [0]
offset_of = {(0, ()): 0}
offsets = []
for c in range(LIMIT):
    d = (0, ()) if c in HANGUL else decomposition(c)
    if d not in offset_of:
        offset_of[d] = len(words)
        words.append(d[0] << 8 | len(d[1]))
        words.extend(d[1])
    offsets.append(offset_of[d])
assert len(words) < 65536
two_stage(offsets, "decomposition_index.bin")
(DATA / "decompositions.bin").write_bytes(struct.pack(f"<{len(words)}I", *words))
(DATA / "compositions.bin").write_bytes(b"".join(struct.pack("<3I", *p) for p in pairs))


def strings(values):
    return ", ".join(f'"{v}"' for v in values)


with open(OUT / "tables.rs", "w") as f:
    p = lambda *a: print(*a, file=f)
    p("//! Generated by `tools/make_unicode_tables.py`; do not edit.\n")
    p("use super::{Record, Special};\n")
    p(f'pub const VERSION: &str = "{ud.unidata_version}";')
    p(f"pub const BLOCK_BITS: u32 = {BLOCK};")
    p(f"pub const FIRST_STAGE: usize = {LIMIT >> BLOCK};\n")
    for name in FLAGS:
        p(f"pub const {name}: u32 = {BIT[name]:#x};")
    p(f"\npub static CATEGORIES: [&str; {len(CATEGORIES)}] = [{strings(CATEGORIES)}];")
    p(f"pub static BIDI_CLASSES: [&str; {len(BIDI)}] = [{strings(BIDI)}];")
    p(f"pub static WIDTHS: [&str; {len(WIDTHS)}] = [{strings(WIDTHS)}];")
    p(f"pub static TAGS: [&str; {len(TAGS)}] = [{strings(TAGS)}];\n")
    p(f"pub static NUMERICS: [f64; {len(numerics)}] = [{', '.join(map(repr, map(float, numerics)))}];\n")
    p("#[rustfmt::skip]")
    p(f"pub static RECORDS: [Record; {len(records)}] = [")
    for r in records:
        p(f"    Record::new({', '.join(map(str, r))}),")
    p("];\n")
    p("#[rustfmt::skip]")
    p(f"pub static SPECIALS: [Special; {len(specials)}] = [")
    for s in specials:
        p(f"    Special::new({', '.join(map(str, map(list, s)))}),")
    p("];")
# Unicode 3.2, which IDNA is defined on, by its differences.
old = ud.ucd_3_2_0


def runs(codes):
    out = []
    for c in codes:
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


assigned, wide, overrides, corrections = [], [], [], []
for c in range(LIMIT):
    s = chr(c)
    if old.category(s) == "Cn":
        if old.east_asian_width(s) == "W":
            wide.append(c)
        continue
    assigned.append(c)
    columns = [(f(s), g(s)) for f, g in ((getattr(old, n), getattr(ud, n)) for n in
                                         ("category", "bidirectional", "mirrored", "east_asian_width"))]
    columns += [(getattr(old, n)(s, None), getattr(ud, n)(s, None)) for n in ("decimal", "numeric")]
    if any(a != b for a, b in columns):
        overrides.append([c] + [a for a, _ in columns])
    if old.normalize("NFD", s) != ud.normalize("NFD", s):
        corrections.append((c, ord(old.normalize("NFD", s))))

with open(OUT / "v3_2_tables.rs", "w") as f:
    p = lambda *a: print(*a, file=f)
    p("//! Generated by `tools/make_unicode_tables.py`; do not edit.\n")
    p("use super::Override;\n")
    for name, codes in (("ASSIGNED", assigned), ("UNASSIGNED_WIDE", wide)):
        found = runs(codes)
        p("#[rustfmt::skip]")
        p(f"pub static {name}: [(u32, u32); {len(found)}] = [")
        for i in range(0, len(found), 6):
            p("    " + " ".join(f"({a:#x}, {b:#x})," for a, b in found[i:i + 6]))
        p("];\n")
    p("#[rustfmt::skip]")
    p(f"pub static OVERRIDES: [Override; {len(overrides)}] = [")
    option = lambda v: "None" if v is None else f"Some({v})"
    for c, category, bidi, mirrored, width, decimal, numeric in overrides:
        p(f'    Override::new({c:#x}, "{category}", "{bidi}", {str(bool(mirrored)).lower()}, "{width}", '
          f"{option(decimal)}, {option(numeric)}),")
    p("];\n")
    p(f"pub static CORRECTIONS: [(u32, u32); {len(corrections)}] = [")
    for a, b in corrections:
        p(f"    ({a:#x}, {b:#x}),")
    p("];")

print(len(records), "records,", len(specials), "special cases,", len(pairs), "pairs")
