# East Asian codecs: whole mappings by checksum, errors and handlers, incremental coders, streams.
import codecs
import io
from zlib import crc32

STATELESS = """shift_jis cp932 euc_jp shift_jis_2004 euc_jis_2004 euc_jisx0213 shift_jisx0213 gb2312 gbk gb18030 cp949 euc_kr
    johab big5 cp950 big5hkscs""".split()
STATEFUL = "iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr hz".split()

every = "\n".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x10000, 3), *range(0x20000, 0x2FFFF, 5)]))
codes = b"  ".join(bytes([a, b]) for a in range(0x80, 0x100) for b in range(0x21, 0x100))
thirds = b"   ".join(bytes([0x8F, a, b]) for a in range(0xA0, 0x100) for b in range(0xA0, 0x100))
fours = b"    ".join(bytes([a, b, c, 0x35]) for a in range(0x81, 0xFF) for b in range(0x30, 0x3A) for c in (0x81, 0xA0))
rows = b"\n".join(bytes([a, b]) for a in range(0x21, 0x7F) for b in range(0x21, 0x7F))


def sums(name, data):
    encoded = every.encode(name, "ignore")
    decoded = data.decode(name, "replace")
    return crc32(encoded), len(encoded), crc32(decoded.encode("utf-8", "surrogatepass")), len(decoded)


for name in STATELESS:
    print(name, *sums(name, codes), *sums(name, thirds if "euc_j" in name else fours if name == "gb18030" else b"")[2:])
for name in STATEFUL:
    print(name, *sums(name, rows))
    for mark in (b"\x1b(J", b"\x1b(I", b"\x1b$B", b"\x1b$(D", b"\x1b$(O", b"\x1b$(P", b"\x1b$(Q", b"\x1b$A", b"\x1b$)C\x0e", b"~{"):
        print(end=f" {crc32((mark + rows).decode(name, 'replace').encode())}")
    print()


def attempt(f, *args):
    try:
        print(ascii(f(*args)))
    except Exception as e:
        print(type(e).__name__, ascii(str(e)))


for name, data in [("euc_jp", b"a\xa4"), ("euc_jp", b"a\xa4 b"), ("euc_jisx0213", b"\xae\xa1"), ("gb18030", b"\x81\x30\x81"),
                   ("euc_kr", b"\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xd4"), ("iso2022_jp", b"\x1b$Z"), ("iso2022_jp", b"\x1b$B0"),
                   ("iso2022_jp_2", b"\x1b.A\x1bNi"), ("hz", b"~{a"), ("hz", b"~a"), ("big5hkscs", b"\x88\x62")]:
    attempt(data.decode, name)
for name, text in [("shift_jis", "a\u00e9"), ("gbk", "\U0001f600"), ("euc_jis_2004", "\u304b\u309a\u304b"), ("hz", "~\u4e00~\n"),
                   ("iso2022_kr", "a\uac00\n\uac00"), ("iso2022_jp_2004", "\u304b\u309a\u304b\u4e00"), ("cp949", "\ud800")]:
    attempt(text.encode, name)
for errors in ["ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape", "missing"]:
    attempt("a\u00e9\uac00b".encode, "iso2022_jp", errors)
    attempt(b"a\xff\xffb".decode, "shift_jis", errors)

answers = {"s": ("\u3042", 2), "b": (b"\xff", -1), "far": ("x", 99), "huge": ("x", 1 << 80), "kind": (1, 2), "none": None}
codecs.register_error("test.answers", lambda e: answers[answer])
for answer in answers:
    attempt("a\u00e9b".encode, "euc_jp", "test.answers")
    attempt(b"a\xffb".decode, "euc_jp", "test.answers")

encoder = codecs.getincrementalencoder("euc_jis_2004")()
print(encoder.encode("a\u304b"), hex(encoder.getstate()), encoder.encode("\u309a"), encoder.encode("\u304b", True))
encoder = codecs.getincrementalencoder("iso2022_jp")("replace")
print(encoder.encode("\u3042\u00e9"), hex(encoder.getstate()), encoder.errors, encoder.encode("", True), hex(encoder.getstate()))
state = encoder.getstate()
encoder.encode("\u3042")
encoder.setstate(state)
print(encoder.encode("\u3042"))
encoder.reset()
attempt(encoder.setstate, "x")
attempt(encoder.setstate, 255)
decoder = codecs.getincrementaldecoder("iso2022_jp")()
print([decoder.decode(bytes([b])) for b in b"a\x1b$B0l\x1b(Bb"], decoder.getstate())
decoder = codecs.getincrementaldecoder("gb18030")()
print(decoder.decode(b"a\x81\x30"), decoder.getstate(), ascii(decoder.decode(b"\x81\x30")))
attempt(decoder.decode, b"\x81", True)
attempt(decoder.setstate, (b"123456789", 0))
attempt(decoder.setstate, 123)
attempt(setattr, decoder, "errors", 5)

data = "\u65e5\u672c\n\u8a9e\n".encode("iso2022_jp")
print(ascii(codecs.getreader("iso2022_jp")(io.BytesIO(data)).read()), codecs.getreader("euc_jp")(io.BytesIO(b"\xc6\xfca")).read(1))
print(ascii(codecs.getreader("iso2022_jp")(io.BytesIO(data)).readlines()))
print(ascii([*codecs.getreader("euc_kr")(io.BytesIO("\uac00\n\ub098".encode("euc_kr")))]))
out = io.BytesIO()
writer = codecs.getwriter("euc_jis_2004")(out)
writer.writelines(["a\u304b", "\u309a", "\u304b"])
writer.reset()
print(out.getvalue(), writer.stream is out)
with io.TextIOWrapper(io.BytesIO(data), "iso2022_jp") as f:
    print(ascii(list(f)))
attempt("".encode, "euc_nowhere")
import _codecs_jp  # noqa: E402
attempt(_codecs_jp.getcodec, "gbk")
attempt(_codecs_jp.getcodec, 5)
