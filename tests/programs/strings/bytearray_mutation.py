# bytearray: in-place changes.
def t(s, start=b"hello"):
    b = bytearray(start)
    env = {"b": b}
    try:
        try: r = eval(s, env)
        except SyntaxError: exec(s, env); r = "-"
        print(s, "->", repr(r), env["b"], env["b"] is b)
    except Exception as e: print(s, "!!", type(e).__name__, e, b)
for s in ["b.append(33)", "b.append(256)", "b.append('a')", "b.append(b'a')", "b.append(-1)", "b.extend(b'!!')", "b.extend([1, 2])", "b.extend('a')", "b.extend([300])", "b.extend(5)", "b.extend(x for x in b'ab')", "b.extend(b)", "b.insert(0, 65)", "b.insert(-1, 65)", "b.insert(99, 65)", "b.insert(0, 'a')", "b.insert(0, 300)", "b.pop()", "b.pop(0)", "b.pop(9)", "b.remove(108)", "b.remove(1)", "b.remove('l')", "b.remove(300)", "b.clear()", "b.copy()", "b.reverse()", "b[0] = 72", "b[0] = 300", "b[0] = 'a'", "b[-1] = 0", "b[9] = 0", "b[1:3] = b'XYZ'", "b[1:3] = [1, 2, 3]", "b[1:3] = 'ab'", "b[1:3] = 5", "b[1:3] = [300]", "b[::2] = b'abc'", "b[::2] = b'a'", "del b[0]", "del b[1:3]", "del b[::2]", "del b[9]", "b += b'x'", "b += [1]", "b += 'x'", "b *= 2", "b *= 0", "b *= 'a'", "b[:] = b''", "b[2:2] = b'--'", "b.index(108)", "b.index(b'z')", "b[0]", "b[::-1]", "type(b[1:3])", "b.upper()", "b.decode()", "b.hex()", "b == b'hello'", "b.__init__(b'new')", "b.__init__(3)", "b.resize(3)", "b.resize(8)", "b.resize(-1)", "b.resize('a')", "bytes(b)", "b.translate(None, b'l')", "b.join([b'a', b'b'])", "b.split(b'l')", "b.__iadd__(b'z')", "b.__imul__(2)", "b.__delitem__(0)", "b.__setitem__(0, 1)", "hash(b)", "b.__alloc__() >= len(b)", "b.__reduce__()[1]", "b.nothing", "b.take_bytes()"]:
    t(s)
b = bytearray()
for i in range(1000): b.append(i % 256)
print(len(b), b[:5], b[-3:], sum(b))
for _ in range(500): b.pop(0)
print(len(b), b[0], b[-1])
del b[10:-10]; print(len(b), bytes(b[:3]))
for i, x in enumerate(b): b[i] = 255 - x
print(b[:3])
it = iter(b); next(it); b.clear(); print(list(it))
b = bytearray(b"abc")
for x in b:
    if len(b) < 6: b.append(x)
print(b)
class Idx:
    def __index__(self): return 66
b.append(Idx()); b[0] = Idx(); b.insert(0, Idx()); print(b, b.find(Idx()), b.count(Idx()))
print(bytearray(b"a") < bytearray(b"b"), bytearray(b"a") == memoryview(b"a"), bytearray(b"ab") in bytearray(b"cab"), 97 in bytearray(b"a"))
a = bytearray(b"x"); c = a; c += b"y"; print(a, a is c); c = c + b"z"; print(a, c)
