# json.
import json
v = {"a": [1, 2.5, None, True, "é\n\"😀"], "b": {"c": []}, "d": {}}
print(json.dumps(v)); print(json.dumps(v, ensure_ascii=False)); print(json.dumps(v, indent=2)); print(json.dumps({"b": 1, "a": 2}, sort_keys=True, separators=(",", ":")), json.loads(json.dumps(v)) == v)
print(json.dumps({1: "int", 1.5: "f", None: "n", True: "t"}), json.dumps((1, 2)), json.dumps("\u2028\x7f\x00"), json.dumps(float("inf")), json.dumps(10**30), json.dumps(1e100), json.dumps([]), json.dumps(-0.0))
for bad in ["", "{", "[1,]", "[1 2]", "{'a': 1}", "nul", "1 2", '"abc', '"\\x"', "[1,\n2,,]", '{"a":}', "01", "-", "[", '{"a": 1, }', "\ufeff1", '"\t"', '"\\ud83d"']:
    try: print(repr(bad), repr(json.loads(bad)).encode("unicode_escape"))
    except json.JSONDecodeError as e: print(repr(bad), e, e.pos, e.lineno, e.colno)
print(json.loads('[1, 1.0, 1e5, -0, -0.0, NaN, Infinity, "\\u00e9\\ud83d\\ude00"]'), json.loads(b'{"a": 1}'), json.loads(' \n[ ] '), json.loads('{"a": 1, "a": 2}'))
print(json.loads('{"a": 1.5}', parse_float=str), json.loads('{"a": 1}', object_pairs_hook=list), json.loads('{"a": {"b": 1}}', object_hook=lambda d: tuple(d)), json.loads("[1]", parse_int=lambda s: s + "!"))
for bad in (lambda: json.dumps(object), lambda: json.dumps({(1,): 2}), lambda: json.dumps(float("nan"), allow_nan=False), lambda: json.loads(5), lambda: json.dumps({1, 2}), lambda: json.dumps(b"x"), lambda: json.dumps(1j)):
    try: bad()
    except Exception as e: print(type(e).__name__, e, getattr(e, "__notes__", ""))
print(json.dumps({(1,): 2, "a": 1}, skipkeys=True), json.dumps({1, 2}.__class__([1]), default=list), json.dumps([object()], default=lambda o: "obj"))
l = []; l.append(l)
try: json.dumps(l)
except ValueError as e: print(e)
class E(json.JSONEncoder):
    def default(self, o): return {"complex": [o.real, o.imag]} if isinstance(o, complex) else super().default(o)
print(json.dumps({"z": 1 + 2j}, cls=E), "".join(E().iterencode([1, 2j])))
import io
s = io.StringIO(); json.dump([1, {"k": "v"}], s, indent=1); print(s.getvalue()); s.seek(0); print(json.load(s))
print(json.JSONDecoder().raw_decode("[1] rest"), json.dumps([1, [2, [3]]], indent="\t"), json.dumps("é".encode().decode(), ensure_ascii=True))
