# Prefixes, escapes, concatenation, triple quotes, line ends.
print("\a\b\f\n\r\t\v\0\1\12\123\x7f\u20ac\U0001F600\N{SNOWMAN}".encode("unicode_escape"))
print(r"\a\n", R'\'', b"\x00\xff\n\\", rb"\x00", Rb'\q', BR"\w", u"unicode", F"{1}", fR"\n{2}")
print("a" 'b' """c""" r"\d" f"{1}", b"x" b'y', ("paren"
      "thesised"), "line \
continued", '''it's "quoted"''', """ends with quote\"""", '"', "'", "\"", '\'')
s = """first
  second\tx
"""
print(repr(s), len(s), s.count("\n"))
print('\
', "", '', """""", r"", b"", f"", repr(''''''))
print("tab	inside", "é€😀", "\xe9" == "é", "\u0065\u0301" != "é", len("\ud83d"), "\N{LATIN SMALL LETTER E WITH ACUTE}")
print("%s" "%%" % 1, "a" "b" * 2, "x" "y"[0], ("a", "b" "c"), ["a" "b"])
print(b"caf\xc3\xa9".decode(), b"\101\60", bytes("\u0100", "utf-8"), b'\'"', ascii("é\n"))
print("""a
b""".splitlines(), '''x''' "y", "\\n", "\\\\", r"\\", len(r"\""), "\x41\x4a")
print(type(b""), type(r""), type(rb""), type(f""), type(u""))
print("very " "long " "implicit " "concat" + " and " + "explicit", f"{'nested'!r:>10}" "|" "tail")
