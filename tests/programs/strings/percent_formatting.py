# The % operator on str and bytes.
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
class A:
    def __str__(self): return "str"
    def __repr__(self): return "repr é"
    def __index__(self): return 7
    def __float__(self): return 2.5
    def __getitem__(self, k): return f"item {k}"
for s in """'%s'%1 '%s'%(1,) '%s'%((1,2),) '%r'%'a' '%a'%'é' '%d'%5.9 '%d'%-3 '%d'%True '%d'%'x' '%d'%A() '%i'%3 '%u'%3 '%f'%1.5 '%f'%A() '%.2f'%3.14159 '%.0f'%2.5 '%#.0f'%2 '%e'%12345.678 '%.3E'%0.00012 '%g'%1e10 '%g'%0.0001 '%g'%1e-5 '%G'%1e20 '%#g'%1 '%.3g'%1234.5
'%x'%255 '%X'%255 '%#x'%255 '%#X'%255 '%o'%8 '%#o'%8 '%x'%-255 '%x'%1.5 '%x'%A() '%c'%65 '%c'%'a' '%c'%'ab' '%c'%-1 '%c'%0x110000 '%c'%1.5 '%c'%'😀' '%5s|'%'a' '%-5s|'%'a' '%05d'%42 '%+d'%5 '%+d'%-5 '%\\x20d'%5 '%-5d|'%5 '%+05d'%5 '%05d'%-5 '%5.2f'%3.14159 '%-8.2f|'%1.5 '%08.2f'%-1.5 '%+.1e'%0 '%.3s'%'abcdef' '%5.1s|'%'abc' '%.0s'%'a'
'%*d'%(5,42) '%-*d|'%(5,42) '%.*f'%(2,3.14159) '%*.*f'%(8,2,3.14159) '%*d'%('a',1) '%*d'%(-5,1) '%%'%() '%d%%'%50 '%(a)s'%{'a':1} '%(a)s\\x20%(b)d'%{'a':1,'b':2} '%(a)s'%{} '%(a)s'%5 '%(a)s%s'%{'a':1} '%(a(b))s'%{'a(b)':1} '%(x)s'%A() '%s'%A() '%r'%A() '%a'%A() '%s'%None '%s'%[1] '%s'%{'a':1} '%s%s'%('a','b')
'%s'%() '%s\\x20%s'%'a' '%s'%(1,2) 'abc'%1 'abc'%(1,) 'abc'%{'a':1} 'abc'%() 'abc'%[] '%z'%1 '%'%1 '%5'%1 '%(a'%{} '%.'%1 '%l'%1 '%ld'%5 '%hd'%5 '%.50f'%0.1 '%.60d'%5 '%d'%10**30 '%s'%10**20 '%x'%2**70 '%f'%1e300 '%f'%float('inf') '%d'%float('inf') '%d'%float('nan') '%5.1f|'%float('nan') '%05f'%float('-inf') '%e'%0.0 '%g'%-0.0 '%.0e'%5 '%#x'%0 '%#o'%0 '%+s'%'a' '%05s'%'a' '%+x'%5 '%\\x20x'%5 '%.5x'%255 '%8.5d|'%42 '%-8.5d|'%42 '%#010x'%255 '%d'%None '%f'%'x' '%d'%1j
b'%s'%b'x' b'%b'%b'x' b'%d'%5 b'%s'%'x' b'%a'%'é' b'%r'%'x' b'%c'%65 b'%c'%b'a' b'%c'%256 b'%5s|'%b'a' b'%x'%255 b'%(a)s'%{b'a':b'v'} b'%(a)s'%{'a':b'v'} b'%.2f'%1.5 b'%s'%1 b'%%'%() bytearray(b'%d')%5 b'%s'%bytearray(b'q') b'%s'%memoryview(b'm') b'%d'%'a' b'%s%s'%(b'a',)""".split():
    t(s.replace("10**30", "(10**30)").replace("10**20", "(10**20)").replace("2**70", "(2**70)"))
print("%s is %d years and %.1f%% done" % ("x", 5, 99.5), "%(name)s=%(value)r" % {"name": "n", "value": "v"}, "%s" % "%s", "%s %s" % ("a", ("b",)))
class S(str): pass
print("%s" % S("sub"), type("%s" % S("sub")).__name__, S("%s!") % 1, type(S("%s") % 1).__name__)
class M(dict):
    def __missing__(self, k): return "missing " + k
print("%(zzz)s" % M())
