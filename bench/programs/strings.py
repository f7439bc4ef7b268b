"""Text: building it up, taking it apart, formatting, in all storage widths."""

import pyperf


def append_loop():
    text = ""
    for i in range(20_000):
        text += "ab"
        if i % 1000 == 0:
            text += "|"
    return len(text), text.count("|")


def join_parts():
    parts = []
    for i in range(20_000):
        parts.append(str(i))
    return len(",".join(parts))


def fstrings():
    total = 0
    for i in range(10_000):
        total += len(f"{i}: {i * 2:>8} {i / 3:.2f} {'name'!r} {i:x}")
    return total


def split_strip_replace():
    line = "  alpha, beta ,gamma,  delta , epsilon  "
    total = 0
    for _ in range(4_000):
        fields = [field.strip().upper() for field in line.split(",")]
        total += len("-".join(fields).replace("A", "aa"))
    return total


def slices_and_find():
    text = "abcdefghij" * 1000
    total = 0
    for i in range(0, 9_000, 1):
        part = text[i:i + 20]
        total += part.find("j") + (part in text) + ord(part[3])
    return total


def unicode_mixed():
    words = ["naïve", "€uro", "日本語", "😀😀", "plain", "Straße"]
    total = 0
    for i in range(5_000):
        joined = " ".join(words)
        total += len(joined.upper()) + joined.count("€") + len(joined.encode()) + len(joined[::-1])
    return total


def bytes_building():
    data = bytearray()
    for i in range(20_000):
        data += b"xy"
        data.append(i & 255)
    return len(data), data.count(b"x"), sum(data[:1000]), len(bytes(data).hex())


PROGRAMS = {function.__name__: function for function in (
    append_loop, join_parts, fstrings, split_strip_replace, slices_and_find, unicode_mixed, bytes_building)}

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("benchmark", choices=sorted(PROGRAMS))
    args = runner.parse_args()
    runner.bench_func(args.benchmark, PROGRAMS[args.benchmark])
