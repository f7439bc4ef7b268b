# gc-stress: 1000
# Storage widths, surrogates, combining, big code points, indexing and slicing across widths.
s = "a" + "é" + "€" + "😀"
print([len(s[:i]) for i in range(5)], [c.encode() for c in s], s[::-1].encode(), s.upper().encode(), s * 2 == s + s)
for part in ("abc", "abé", "ab€", "ab😀"):
    for other in ("x", "é", "€", "😀"):
        j = part + other
        print(len(j), ascii(j), j.find(other), j[2:].count(other), j.replace(other, "") == part, j.startswith(part), j.endswith(other), ascii(j.join(["1", "2"])), hash(j[:2]) == hash("ab"), j[:2] == "ab", ascii(j.center(8, other)))
lone = "\ud83d" + "\ude00"
print(len(lone), lone == "😀", ascii(lone), "\ud83d" in lone, ascii(lone[0]), lone.isprintable())
for enc in ("utf-8", "utf-16", "utf-32", "ascii", "latin-1"):
    for err in ("strict", "replace", "ignore", "backslashreplace", "surrogatepass", "xmlcharrefreplace", "namereplace", "surrogateescape"):
        try: print(enc, err, "a\ud800é\udc80".encode(enc, err))
        except (UnicodeError, LookupError) as e: print(enc, err, e)
bad = b"a\x80\xe2\x82\xf0\x9f\x98\xc3z\xed\xa0\x80\xfe"
for err in ("replace", "ignore", "backslashreplace", "surrogateescape"): print(err, ascii(bad.decode("utf-8", err)))
for i in range(len(bad)):
    try: bad[i:].decode()
    except UnicodeDecodeError as e: print(i, e.start, e.end, e.reason)
print(ascii(bad.decode("utf-8", "surrogateescape")), bad.decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape") == bad)
for data, enc in [(b"\x00\xd8", "utf-16-le"), (b"\x00\xd8\x00\x00", "utf-16-le"), (b"a", "utf-16-be"), (b"\x00\x00\x11\x00", "utf-32-le"), (b"\x00\xd8\x00\x00", "utf-32-le"), (b"abc", "utf-32"), (b"\x80", "ascii"), (b"+AGE-", "utf-7"), (b"\\u0041\\n", "unicode_escape"), (b"\\u00", "unicode_escape"), (b"\\u0041\\n", "raw_unicode_escape"), (b"\xef\xbb\xbfa", "utf-8-sig"), (b"a", "utf-8-sig")]:
    try: print(enc, ascii(data.decode(enc)))
    except UnicodeDecodeError as e: print(enc, e)
print("é".encode("unicode_escape"), "😀\n".encode("raw_unicode_escape"), "é+".encode("utf-7"), "a".encode("utf-8-sig"))
print("é" == "e\u0301", len("e\u0301"), "é" < "f", sorted(["é", "e", "f", "E"]), "\u0130".lower().encode(), "I".lower(), "ǰ".upper().encode(), "\u1e9e".lower(), "\u1e9e".casefold())
print([chr(i).isprintable() for i in (0x20, 0x7F, 0xA0, 0xAD, 0x378, 0xE000, 0x10FFFF, 0x2028, 0x1F600, 0x3000)], [chr(i).isspace() for i in (0x1680, 0x2000, 0x200B, 0x3000, 0xFEFF)])
print("".join(chr(c) for c in range(0x250) if chr(c).isupper() and chr(c).lower() == chr(c)).encode(), sum(chr(c).isalpha() for c in range(0x30000)), sum(chr(c).isdigit() for c in range(0x30000)), sum(chr(c).isnumeric() for c in range(0x30000)), sum(chr(c).isprintable() for c in range(0x30000)), sum(chr(c).isupper() for c in range(0x30000)), sum(chr(c).islower() for c in range(0x30000)), sum(chr(c).isidentifier() for c in range(0x30000)), sum(("a" + chr(c)).isidentifier() for c in range(0x30000)), sum(chr(c).upper() != chr(c) for c in range(0x20000)), sum(chr(c).lower() != chr(c) for c in range(0x20000)), sum(chr(c).title() != chr(c).upper() for c in range(0x20000)), sum(chr(c).casefold() != chr(c).lower() for c in range(0x20000)), sum(len(chr(c).upper()) for c in range(0x20000)))
print(int("٣٤"), float("٣.٥"), "٣".isdecimal(), int("１２"), [c for c in "x²½" if c.isdecimal()])
big = "é" * 100000 + "€"
print(len(big), big.count("é"), big.find("€"), big.rfind("é"), len(big.encode()), big[99999:].encode())
