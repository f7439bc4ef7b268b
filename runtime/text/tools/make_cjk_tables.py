"""Writes the character sets of `src/cjk` from what the running Python's codecs do.

Run with CPython 3.14:  python3.14 tools/make_cjk_tables.py src/cjk/data

A character set is a map from two bytes to a character. It is written as runs of keys: the gap since the last run, the
run's length, then for each character its distance to the one before plus one; all numbers with seven bits a byte,
distances with the sign in the lowest bit. Sets that extend another hold only what differs: 0 stands for what is gone.
Characters above 0x10FFFF number the pairs of `PAIRS`, which this prints.
"""

import sys
import zlib
from pathlib import Path

OUT = Path(sys.argv[1])
PAIRS = []


def decode(codec, data):
    try:
        s = data.decode(codec)
    except UnicodeDecodeError:
        return None
    if len(s) == 1:
        return ord(s)
    if s not in PAIRS:
        PAIRS.append(s)
    return 0x110000 + PAIRS.index(s)


def double(codec, prefix=b""):
    out = {}
    for a in range(0x80, 0x100):
        if not prefix and decode(codec, bytes([a])) is not None:
            continue
        for b in range(0x100):
            c = decode(codec, prefix + bytes([a, b]))
            if c is not None:
                out[a << 8 | b] = c
    return out


def grid(table):
    """A set of 94 rows and columns from its place in EUC."""
    return {k - 0x8080: c for k, c in table.items() if k & 0x8080 == 0x8080 and k >> 8 != 0x8E}


def number(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return out


def write(name, table, parent=None):
    parent = parent or {}
    changed = {k: table.get(k, 0) for k in table.keys() | parent.keys() if table.get(k) != parent.get(k)}
    runs = []
    for k in sorted(changed):
        if runs and runs[-1][0] + len(runs[-1][1]) == k:
            runs[-1][1].append(changed[k])
        else:
            runs.append((k, [changed[k]]))
    out, end, last = bytearray(), 0, 0
    for start, chars in runs:
        out += number(start - end) + number(len(chars))
        for c in chars:
            d = c - last - 1
            out += number(d << 1 if d >= 0 else -d * 2 - 1)
            last = c
        end = start + len(chars)
    z = zlib.compressobj(9, wbits=-15)
    data = z.compress(bytes(out)) + z.flush()
    (OUT / f"{name}.bin").write_bytes(data)
    print(name, len(table), len(changed), len(out), len(data))


jisx0208 = grid(double("euc_jp"))
write("jisx0208", jisx0208)
write("jisx0212", grid(double("euc_jp", b"\x8f")))
write("jisx0213_1", grid(double("euc_jis_2004")), jisx0208)
# The second plane alone: in EUC it shares its place with JIS X 0212.
lead = {a << 8 for a in range(0xF0, 0xFD)}
write("jisx0213_2", {k: c for k, c in double("shift_jis_2004").items() if k & 0xFF00 in lead})
write("cp932", double("cp932"), double("shift_jis"))
gb2312, gbk = double("gb2312"), double("gbk")
write("gb2312", gb2312)
write("gbk", gbk, gb2312)
write("gb18030", double("gb18030"), gbk)
ksx1001 = double("euc_kr")
write("ksx1001", ksx1001)
write("cp949", double("cp949"), ksx1001)
write("johab", double("johab"))
big5 = double("big5")
write("big5", big5)
write("cp950", double("cp950"), big5)
write("big5hkscs", double("big5hkscs"), big5)
print(len(PAIRS), ", ".join(f"(0x{ord(a):04x}, 0x{ord(b):04x})" for a, b in PAIRS))
