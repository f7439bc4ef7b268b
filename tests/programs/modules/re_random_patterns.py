# Patterns made at random, run in every way there is: the same matches, groups and rests as CPython's, also after going back.
import hashlib
import random
import re
import warnings

warnings.simplefilter("ignore")
NARROW = "aabbcx1 \n_"
WIDE = "aab\u0130\u017f\u212a\u4e00k\U0001F600sK1\n"
PLACES = ["^", "$", r"\b", r"\B", r"\A", r"\Z"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def begin(self):
        self.groups, self.closed = 0, []
        self.wide = self.random.random() < 0.3

    def character(self):
        wide = self.wide and self.random.random() < 0.4
        return re.escape(self.random.choice(WIDE if wide else NARROW))

    def one_of(self, *ways):
        return self.random.choice(ways)

    def atom(self, depth):
        k = self.random.random()
        if k < 0.34 or (depth <= 0 and k >= 0.66):
            return self.character()
        if k < 0.40:
            return "."
        if k < 0.50:
            return self.one_of(r"\w", r"\d", r"\s", r"\W", r"\S", r"\D")
        if k < 0.62:
            body = "".join(self.character() for _ in range(self.random.randint(1, 3)))
            return "[" + self.one_of("", "", "^") + body + self.one_of("", "", "a-c", r"\w", r"\s", r"\S") + "]"
        if k < 0.66:
            return self.random.choice(PLACES)
        if k < 0.80:
            self.groups += 1
            number = self.groups
            body = self.either(depth - 1)
            self.closed.append(number)
            return "(" + body + ")"
        if k < 0.93:
            return self.one_of("(?:", "(?:", "(?:", "(?>", "(?=", "(?!") + self.either(depth - 1) + ")"
        if k < 0.95 or not self.closed:
            return self.one_of("(?<=", "(?<!") + self.character() + self.one_of("", ".") + ")"
        group = self.random.choice(self.closed)
        if k < 0.98:
            return f"\\{group}(?:)"
        return f"(?({group}){self.row(depth - 1)}{self.one_of('', '|' + self.row(depth - 1))})"

    def row(self, depth):
        out = ""
        for _ in range(self.random.randint(1, 4)):
            atom = self.atom(depth)
            if atom not in PLACES and self.random.random() < 0.4:
                atom += self.one_of("*", "+", "?", "{1,3}", "{2}", "{0,2}", "{2,}", "{3,5}")
                atom += self.one_of("", "", "", "?", "?", "+")
            out += atom
        return out

    def either(self, depth):
        return "|".join(self.row(depth) for _ in range(self.one_of(1, 1, 1, 2, 3)))

    def text(self):
        letters = WIDE if self.wide and self.random.random() < 0.7 else NARROW
        return "".join(self.random.choice(letters) for _ in range(self.random.randint(0, 8)))


def seen(m):
    return m and (m.regs, m.lastindex, m.pos, m.endpos)


def everything(pattern, text, pos):
    yield seen(pattern.match(text))
    yield seen(pattern.search(text))
    yield seen(pattern.fullmatch(text))
    yield seen(pattern.search(text, pos, len(text) - 1))
    yield pattern.findall(text)
    yield [seen(m) for m in pattern.finditer(text)]
    yield pattern.split(text)
    yield pattern.split(text, 2)
    yield pattern.subn(b"<\\g<0>>" if isinstance(text, bytes) else "<\\g<0>>", text)
    yield pattern.sub(lambda m: m.group() * 2, text)
    scanner = pattern.scanner(text)
    yield [m.span() for m in iter(scanner.match, None)]


maker = Maker(8)
for batch in range(24):
    digest, failed = hashlib.sha256(), 0
    for _ in range(40):
        maker.begin()
        pattern, flags = maker.either(3), 0
        for flag in (re.I, re.M, re.S, re.A):
            if maker.random.random() < 0.2:
                flags |= flag
        texts = [maker.text() for _ in range(3)]
        if not maker.wide and maker.random.random() < 0.15:
            pattern, texts = pattern.encode(), [text.encode() for text in texts]
        try:
            compiled = re.compile(pattern, flags)
        except re.error as e:
            result = str(e)
            failed += 1
        else:
            result = [list(everything(compiled, text, maker.random.randint(0, 3))) for text in texts]
        digest.update(repr((pattern, flags, texts, result)).encode("utf8", "surrogatepass"))
    print(batch, failed, digest.hexdigest()[:16])

# A choice within an atomic group does not see what is behind the group.
print(re.findall(r"(?>a*)b?[^c]", "aab aac"), re.search(r"(?:[^a]a*)*+\S", "\u017fa"), re.search(r"(?>x|xy)z", "xyz"))
# Long texts, so that all kinds of searches take part.
text = "lorem ipsum dolor sit amet " * 40 + "Zürich, consectetur\n" + "x" * 100 + "end"
for subject in (text, text + "\u20ac", text + "\U0001F600"):
    for pattern in ("consec", "dolor|amet|end", "(?i)ZÜRICH", "[zZ]", r"x+e", r"^x", r"(?m)^x{3}", r"\bend\b", ".*?,", "[^a-z ]+", r"e.d\Z"):
        found = [m.span() for m in re.finditer(pattern, subject)]
        print(pattern, len(found), found[-1:], end="; ")
    print()
print(re.sub(rb"a|b(c)", rb"[\1]", b"abcab"), re.sub("(?:)", "-", "abc"), re.subn("x*", "-", "abxd"))
for bad in (lambda: re.sub("a", lambda m: 3, "xa"), lambda: re.sub(b"a", lambda m: "x", b"a"), lambda: re.sub("b", b"x", "ab")):
    try:
        print(bad())
    except TypeError as e:
        print(e)
