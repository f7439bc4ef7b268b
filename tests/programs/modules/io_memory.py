# io.StringIO, BytesIO, text wrappers in memory, struct, binascii, base64, hashlib, zlib.
import io, struct, binascii, base64, hashlib, zlib
s = io.StringIO("one\ntwo\nthree"); print(s.readline(), s.read(2), s.tell(), list(s), s.read()); s.seek(0); print(s.readlines(), s.getvalue()); s = io.StringIO(); print(s.write("abc"), s.getvalue(), s.truncate(1), s.getvalue(), s.closed); s.close()
try: s.read()
except ValueError as e: print(e)
b = io.BytesIO(b"hello"); print(b.read(2), b.getvalue(), b.seek(-1, 2), b.read(), b.write(b"!!"), b.getvalue(), bytes(b.getbuffer()[:2])); b.seek(0); print(b.readinto(bytearray(3)), b.tell(), b.readable(), b.writable(), b.seekable())
t = io.TextIOWrapper(io.BytesIO("é\r\nü\n".encode()), encoding="utf-8"); print(t.readline().encode(), t.read().encode(), t.encoding, t.newlines); u = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="\r\n"); u.write("é\nx"); u.flush(); print(u.buffer.getvalue())
w = io.BufferedReader(io.BytesIO(b"abcdef")); print(w.peek(2)[:2], w.read(3), w.read1(2), w.read()); r = io.BufferedRandom(io.BytesIO(b"12345")); r.seek(1); r.write(b"xx"); r.seek(0); print(r.read())
try: io.StringIO(5)
except TypeError as e: print(e)
try: io.BytesIO("a")
except TypeError as e: print(e)
class Raw(io.RawIOBase):
    def __init__(self): self.d = b"raw data"
    def readable(self): return True
    def readinto(self, buf): n = min(len(buf), 3, len(self.d)); buf[:n] = self.d[:n]; self.d = self.d[n:]; return n
print(io.BufferedReader(Raw()).read(), Raw().readall())
print(struct.pack("<ihB", 1, -2, 255), struct.unpack(">Hf", b"\x01\x02\x3f\x80\x00\x00"), struct.calcsize("@iq"), struct.pack("3s5p?", b"abcd", b"xy", True), struct.pack("<d", 1.5).hex(), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), struct.unpack_from("<B", b"abc", 1), struct.Struct("<e").pack(1.5))
for bad in (lambda: struct.pack("B", 256), lambda: struct.unpack("i", b"a"), lambda: struct.pack("z", 1), lambda: struct.pack("i", "a"), lambda: struct.pack("ii", 1)):
    try: bad()
    except struct.error as e: print(e)
print(binascii.hexlify(b"abc"), binascii.unhexlify("6162"), binascii.crc32(b"abc"), base64.b64encode(b"any carnal"), base64.b64decode("YW55"), base64.b32encode(b"hi"), base64.b16encode(b"hi"), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b85encode(b"hello"), base64.a85encode(b"hello"), binascii.b2a_base64(b"x"), binascii.b2a_uu(b"abc"))
for bad in (lambda: binascii.unhexlify("abc"), lambda: base64.b64decode("abc"), lambda: base64.b64decode("a!", validate=True)):
    try: bad()
    except binascii.Error as e: print(e)
for n in ("md5", "sha1", "sha256", "sha3_256", "blake2b"): print(n, hashlib.new(n, b"abc").hexdigest()[:32], hashlib.new(n).digest_size)
h = hashlib.sha256(); h.update(b"a"); g = h.copy(); h.update(b"b"); print(h.hexdigest()[:16], g.hexdigest()[:16], h.name, h.block_size)
z = zlib.compress(b"abc" * 100); print(zlib.decompress(z) == b"abc" * 100, zlib.adler32(b"abc"), zlib.crc32(b"abc"), len(z) < 40)
try: zlib.decompress(b"bad")
except zlib.error as e: print(e)
