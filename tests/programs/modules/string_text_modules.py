# string, textwrap, difflib, pprint, fnmatch, shlex-free text helpers.
import string, textwrap, pprint, difflib, fnmatch
print(string.ascii_lowercase, string.digits, string.punctuation, string.capwords("hello big world"), string.hexdigits, repr(string.whitespace))
T = string.Template("$who likes ${what} for $$5"); print(T.substitute(who="ann", what="tea"), T.safe_substitute(who="bob"), T.get_identifiers())
for bad in (lambda: T.substitute(who="x"), lambda: string.Template("$ x").substitute()):
    try: bad()
    except (KeyError, ValueError) as e: print(type(e).__name__, e)
class F(string.Formatter):
    def get_value(self, k, a, kw): return kw.get(k, f"<{k}>") if isinstance(k, str) else a[k]
print(F().format("{a} {b} {0}", 5, a=1), list(string.Formatter().parse("x{a!r:>5}y{}")))
text = "The quick brown fox jumps over the lazy dog, and then it sleeps for a long-winded afternoon."
print(textwrap.fill(text, 30)); print(textwrap.wrap(text, 20, initial_indent="* ", subsequent_indent="  ")); print(textwrap.shorten(text, 30), repr(textwrap.dedent("   a\n     b\n   c\n")), repr(textwrap.indent("a\n\nb", "> ")))
pprint.pprint({"k" * 10: list(range(30)), "nested": {"a": ("x" * 30, "y" * 30, "z" * 30)}, "set": {3, 1, 2}}); pprint.pprint([{"id": i, "name": "n" * i} for i in range(5)], width=40); print(pprint.pformat({"b": 1, "a": 2}), pprint.pformat("long text " * 12, width=50), pprint.saferepr([1]), pprint.isreadable([1]))
print("\n".join(difflib.unified_diff("a b c d".split(), "a x c d e".split(), lineterm="")), list(difflib.ndiff(["one"], ["ore"])), difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), difflib.SequenceMatcher(None, "qabxcd", "abycdf").get_opcodes())
print(fnmatch.fnmatch("a.py", "*.py"), fnmatch.filter(["a.py", "b.txt"], "*.t?t"), fnmatch.translate("a*[!x]?"))
