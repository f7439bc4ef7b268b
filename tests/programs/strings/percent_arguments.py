# Where % takes its arguments from, and how it converts them.
def t(f, *a):
    try: r = f(*a); print(repr(r))
    except BaseException as e: print(type(e).__name__+":", e)
E=lambda s: t(eval, s)
class F:
    def __float__(self): return 2.5
class I:
    def __int__(self): return 7
class X:
    def __index__(self): return 9
class Bad:
    def __int__(self): raise TypeError('boo')
class Bad2:
    def __int__(self): raise ValueError('boo')
class M:
    def __getitem__(self,k): return k
class By:
    def __bytes__(self): return b'by'
for s in r"""
'%5%' % ()
'%y' % ()
'%y' % 1
b'%5%' % ()
b'%y' % ()
'%d' % F()
'%d' % I()
'%x' % I()
'%d' % X()
'%x' % X()
'%d' % Bad()
'%d' % Bad2()
'%x' % 3.0
'%d' % 3.9
'%d' % 1j
'%c' % X()
'%c' % I()
'%(a)s' % M()
'a' % M()
'a' % 'b'
'%(a)s' % 'b'
'%(a)s' % b'b'
b'%(a)s' % b'b'
'%s %s' % M()
'%(a)s %s' % {'a':1}
'%(a)s %%' % {'a':1}
'%s%%' % 1
'%-5d|' % 3
'%r %a %s' % ('é','é','é')
'%.2s' % 'abc'
'%5.1f' % 2.25
'%#x %#o %#X' % (255,8,255)
'%+d % d' % (3,3)
'%05d' % -3
'%e' % 10**400
'%f' % I()
'%f' % X()
'%g' % 1e100
'%u' % 3
'%ld %hd %Ld' % (1,2,3)
'%*d|%-*d|' % (5,3,5,3)
'%.*f' % (2,3.14159)
'%*d' % (-5,3)
'%.*d' % (-5,3)
b'%s' % By()
b'%s' % bytearray(b'x')
b'%s' % memoryview(b'xy')
b'%b' % memoryview(b'xyzw')[::2]
b'%a %r' % ('é', b'x')
b'%d %x %5.2f' % (3,255,2.5)
b'%c%c' % (65,b'B')
b'%c' % X()
b'%c' % 1.5
b'%c' % 2**70
b'%(a)s' % {b'a':b'v'}
b'%5s|%-5s|%.1s' % (b'a',b'b',b'cd')
bytearray(b'%s') % b'x'
b'%i' % F()
'%s' % {'a':1}
'%d' % True
'%s' % (1,)
'%.0f' % 0.5
'%#.0f' % 0.5
'%i' % 2**100
'%.10d' % 5
'%x' % -255
'%s %(a)s' % {'a':1}
'%(a)s' % {}
'%c' % 0x1F600
'%5c|%-5c|' % ('a','b')
'%5s' % None
'%\x00' % 1
'%é' % 1
'%()s' % {'':3}
'%((a))s' % {'(a)':3}
b'%s' % None
'%s' % str
b'x%' % ()
b'%(' % {}
'%z' % (1,)
""".strip().split('\n'):
    print(s, end='  ->  '); E(s)
