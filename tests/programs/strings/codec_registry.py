# Encodings, error handlers, and their registry.
def t(f, *a):
    try: r = f(*a); print(repr(r))
    except BaseException as e: print(type(e).__name__+":", e)
t(lambda: bytearray().__reduce__()); t(lambda: bytearray().__reduce_ex__(4)); t(lambda: bytearray().__reduce_ex__(2))
def f():
    b=bytearray(b'ab'); b+=bytes(b); return b
t(f)
def f():
    b=bytearray(b'ab'); b.extend(b); return b
t(f)
def f():
    b=bytearray(b'ab'); b[1:1]=b; return b
t(f)
def f():
    b=bytearray(b'abcdef'); del b[::2]; return b
t(f)
def f():
    b=bytearray(b'abcdef'); b[::-1]=b'123456'; return b
t(f)
def f():
    b=bytearray(b'abcdef'); b[4:2]=b'XY'; return b
t(f)
def f():
    b=bytearray(b'abcdef'); b[::2]=b''; return b
t(f)
def f():
    b=bytearray(b'abcdef'); b[0:1]=[300]; return b
t(f)
def f():
    b=bytearray(b'abcdef'); b[0:1]=[65,66]; return b
t(f)
t(lambda: bytearray(b'abc').insert(100,65))
t(lambda: bytes(object=1))
t(lambda: bytes(b'a', 'b', 'c', 'd'))
t(lambda: bytearray(source=b'a'))
t(lambda: bytearray(b'a', 'b', 'c', 'd'))
t(lambda: bytearray(b'abc') % ())
t(lambda: bytes('é', 'ascii'))
t(lambda: b'\xff'.decode())
t(lambda: b'\xff'.decode('ascii'))
t(lambda: '\ud800'.encode())
t(lambda: 'é'.encode('ascii','bogus'))
t(lambda: b'\xff'.decode('utf-8','bogus'))
t(lambda: b'abc'.decode('utf-8','bogus'))
t(lambda: 'abc'.encode('utf-8','bogus'))
import codecs
codecs.register_error('t1', lambda e: 1)
codecs.register_error('t2', lambda e: ('x', 100))
codecs.register_error('t3', lambda e: ('x', -100))
codecs.register_error('t4', lambda e: (1, 1))
codecs.register_error('t5', lambda e: ('é', e.end))
codecs.register_error('t6', lambda e: (b'yy', e.end))
codecs.register_error('t7', lambda e: ('x', -1))
for h in ('t1','t2','t3','t4','t5','t6','t7'):
    t(lambda: b'a\xffb'.decode('ascii',h)); t(lambda: 'a\u1234b'.encode('ascii',h)); t(lambda: 'a\u1234b'.encode('latin-1',h)); t(lambda: 'a\ud834b'.encode('utf-8',h)); t(lambda: 'a\ud834b'.encode('utf-16',h)); t(lambda: 'a\ud834b'.encode('cp1252',h))
t(lambda: codecs.lookup_error('bogus'))
t(lambda: codecs.lookup('bogus'))
t(lambda: codecs.lookup('a\0'))
t(lambda: codecs.lookup(1))
t(lambda: codecs.encode('a','rot13'))
t(lambda: b'a'.decode('rot13'))
t(lambda: 'a'.encode('rot13'))
t(lambda: codecs.register(1))
t(lambda: codecs.register_error('a',1))
t(lambda: codecs.strict_errors(1))
t(lambda: codecs.ignore_errors(ValueError()))
t(lambda: codecs.strict_errors(ValueError('q')))
t(lambda: codecs.replace_errors(UnicodeEncodeError('ascii','a\u1234',1,2,'x')))
t(lambda: codecs.replace_errors(UnicodeDecodeError('ascii',b'a\xff\xff',1,3,'x')))
t(lambda: codecs.replace_errors(UnicodeTranslateError('a\u1234',1,2,'x')))
t(lambda: codecs.ignore_errors(UnicodeTranslateError('a\u1234',1,2,'x')))
t(lambda: codecs.backslashreplace_errors(UnicodeDecodeError('ascii',b'a\xff\xff',1,3,'x')))
t(lambda: codecs.backslashreplace_errors(UnicodeTranslateError('a\u1234',1,2,'x')))
t(lambda: codecs.namereplace_errors(UnicodeEncodeError('ascii','a\u1234',1,2,'x')))
t(lambda: codecs.namereplace_errors(UnicodeDecodeError('ascii',b'a\xff\xff',1,3,'x')))
t(lambda: codecs.xmlcharrefreplace_errors(UnicodeEncodeError('ascii','a\u1234',1,2,'x')))
t(lambda: codecs.xmlcharrefreplace_errors(UnicodeDecodeError('ascii',b'a\xff\xff',1,3,'x')))
t(lambda: codecs.lookup_error('surrogateescape')(UnicodeEncodeError('ascii','a\udcff\udc80',1,3,'x')))
t(lambda: codecs.lookup_error('surrogateescape')(UnicodeEncodeError('ascii','a\u1234',1,2,'x')))
t(lambda: codecs.lookup_error('surrogateescape')(UnicodeDecodeError('ascii',b'a\xff\xff',1,3,'x')))
t(lambda: codecs.lookup_error('surrogateescape')(UnicodeTranslateError('a\u1234',1,2,'x')))
t(lambda: codecs.lookup_error('surrogatepass')(UnicodeEncodeError('utf-8','a\ud800',1,2,'x')))
t(lambda: codecs.lookup_error('surrogatepass')(UnicodeEncodeError('utf-16','a\ud800',1,2,'x')))
t(lambda: codecs.lookup_error('surrogatepass')(UnicodeDecodeError('utf-8',b'a\xed\xa0\x80',1,2,'x')))
t(lambda: codecs.lookup_error('surrogatepass')(UnicodeEncodeError('ascii','a\ud800',1,2,'x')))
t(lambda: codecs.lookup_error('surrogatepass'))
t(lambda: codecs.lookup_error('strict'))
t(lambda: codecs._unregister_error('strict')) if hasattr(codecs,'_unregister_error') else None
import _codecs
t(lambda: _codecs._unregister_error('strict')); t(lambda: _codecs._unregister_error('t1')); t(lambda: _codecs._unregister_error('t1'))
t(lambda: b'\xff'.decode('utf-8','xmlcharrefreplace'))
t(lambda: b'\xff'.decode('utf-8','namereplace'))
t(lambda: _codecs.utf_8_decode(b'ab\xc3')); t(lambda: _codecs.utf_8_decode(b'ab\xc3',None,True))
t(lambda: _codecs.utf_16_ex_decode(b'\xff\xfea\0b'))
t(lambda: _codecs.utf_16_ex_decode(b'\xfe\xff\0a'))
t(lambda: _codecs.utf_16_ex_decode(b'a\0',None,-1))
t(lambda: _codecs.utf_16_ex_decode(b'a\0',None,1))
t(lambda: _codecs.utf_16_ex_decode(b'a\0'))
t(lambda: _codecs.utf_16_ex_decode(b''))
t(lambda: _codecs.utf_32_ex_decode(b'a\0\0\0'))
t(lambda: _codecs.utf_16_encode('a')); t(lambda: _codecs.utf_16_encode('a',None,-1)); t(lambda: _codecs.utf_16_encode('a',None,1))
t(lambda: _codecs.readbuffer_encode('é')); t(lambda: _codecs.readbuffer_encode(b'a')); t(lambda: _codecs.readbuffer_encode(1))
t(lambda: _codecs.escape_decode('\\x4')); t(lambda: _codecs.escape_decode('\\x4','ignore')); t(lambda: _codecs.escape_decode('\\x4','replace')); t(lambda: _codecs.escape_decode('\\x4','bog'))
t(lambda: _codecs.escape_encode(b'\x01\'"\n')); t(lambda: _codecs.escape_encode('a'))
t(lambda: _codecs.charmap_build('abc')); t(lambda: type(_codecs.charmap_build(''.join(map(chr,range(256)))))); t(lambda: type(_codecs.charmap_build(''.join(map(chr,range(1,257))))))
t(lambda: _codecs.charmap_decode(b'\x00\x01\x05',None,'ab')); t(lambda: _codecs.charmap_decode(b'\x00\x01',None,{0:65,1:'xy'})); t(lambda: _codecs.charmap_decode(b'\x00',None,{0:None})); t(lambda: _codecs.charmap_decode(b'\x00',None,{0:2**30})); t(lambda: _codecs.charmap_decode(b'\x00',None,{0:1.5})); t(lambda: _codecs.charmap_decode(b'\xe9'))
t(lambda: _codecs.charmap_encode('ab',None,{97:65,98:b'xy'})); t(lambda: _codecs.charmap_encode('ab',None,{97:'A'})); t(lambda: _codecs.charmap_encode('ab',None,{97:300})); t(lambda: _codecs.charmap_encode('abc',None,{97:65})); t(lambda: _codecs.charmap_encode('abc','replace',{97:65})); t(lambda: _codecs.charmap_encode('abc','replace',{97:65,63:b'?'})); t(lambda: _codecs.charmap_encode('é'))
t(lambda: _codecs.utf_8_decode('a')); t(lambda: _codecs.utf_8_encode(b'a')); t(lambda: _codecs.unicode_escape_decode('\\x41é')); t(lambda: _codecs.raw_unicode_escape_decode('\\u0041'))
t(lambda: _codecs.utf_8_decode(1)); t(lambda: _codecs.unicode_escape_decode(1))
t(lambda: _codecs.utf_7_decode(b'+AGE')); t(lambda: _codecs.utf_7_encode('é'))
t(lambda: _codecs.ascii_encode('é','ignore')); t(lambda: _codecs.latin_1_decode(b'\xe9'))
t(lambda: codecs.encode('a','bogus')); t(lambda: _codecs.encode('a')); t(lambda: _codecs.decode(b'a'))
try: b'\xff'.decode('cp1252','strict') ; b'\x81'.decode('cp1252')
except Exception as e: print(repr(e), getattr(e,'__notes__',None))
