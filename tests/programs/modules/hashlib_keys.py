# Keys from passwords: PBKDF2 (vectors of RFC 6070 and others) and scrypt (RFC 7914), and what they refuse.
import hashlib
import hmac

print(hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2, 20).hex())
print(hashlib.pbkdf2_hmac("SHA256", b"passwordPASSWORDpassword", b"saltSALTsalt", 100, 70).hex())
print(hashlib.pbkdf2_hmac("sha512", bytearray(b"x" * 300), memoryview(b"salt"), 3).hex())
print(hashlib.pbkdf2_hmac("sha3_256", b"", b"", 1).hex(), hashlib.pbkdf2_hmac("md5", b"a", b"b", 1, dklen=5).hex())
print(hashlib.scrypt(b"", salt=b"", n=16, r=1, p=1).hex())
print(hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=16).hex())
print(hashlib.scrypt(b"p", salt=b"s", n=4, r=2, p=3, dklen=7, maxmem=1 << 20).hex())
print(hmac.new(b"key", b"message", "sha256").hexdigest())


def attempt(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__name__, e)


attempt(hashlib.pbkdf2_hmac, "sha1", "text", b"", 1)
attempt(hashlib.pbkdf2_hmac, "sha1", b"", b"", 0)
attempt(hashlib.pbkdf2_hmac, "sha1", b"", b"", 1, 0)
attempt(hashlib.pbkdf2_hmac, "sha1", b"", b"", 1, -1)
attempt(hashlib.scrypt, b"p")
attempt(hashlib.scrypt, b"p", salt=b"s", n=3, r=1, p=1)
attempt(hashlib.scrypt, b"p", salt=b"s", n=1 << 20, r=8, p=1)
attempt(hashlib.scrypt, b"p", salt=b"s", n=2, r=1, p=1, maxmem=-1)
attempt(hashlib.scrypt, b"p", salt=b"s", n=2, r=1, p=1, dklen=0)
attempt(hashlib.scrypt, "p", salt=b"s", n=2, r=1, p=1)
