# memoryview: indexing, casts, comparison, release, and what lends memory (PEP 688).
def t(f, *a):
    try: r = f(*a); print('a view' if type(r) is memoryview else repr(r))
    except BaseException as e: print(type(e).__name__+":", e)
E=lambda s: t(eval, s)
def rel():
    m=memoryview(b'abc'); m.release(); return m
def two(s): return memoryview(bytes(range(12))).cast('B',s)
ba=bytearray(b'abcdef')
wm=memoryview(ba)
def dele(m,k): del m[k]
def exports():
    m=memoryview(bytearray(b'abc')); n=m.__buffer__(0); r=repr((n.obj, n.format)); m.release(); return r
for s in r"""
memoryview(1)
memoryview()
memoryview(object=b'a')
rel()[0]
len(rel())
rel().tobytes()
rel() == rel()
hash(rel())
hash(memoryview(bytearray(b'a')))
memoryview(b'abc')[5]
memoryview(b'abc')['a']
memoryview(b'abc')[1.5]
memoryview(b'abc')[0,0]
two([3,4])[0]
two([3,4])[0,0,0]
two([3,4])[0,5]
two([3,4])[0:1]
two([3,4])[0:1,0]
two([3,4])[0:1,0:1]
two([3,4])[0,1]
two([3,4])[0,'a']
two([3,4]).tolist()
two([2,3,2]).tolist()
two([3,4])[...]
memoryview(b'abc')[...]
two([3,4]).strides
two([3,4]).shape
two([3,4]).ndim
two([3,4]).nbytes
len(two([3,4]))
list(two([3,4]))
memoryview(b'abc')[()]
memoryview(b'a').cast('B',[])
memoryview(b'a').cast('B',[])[()]
memoryview(b'a').cast('B',[])[0]
memoryview(b'a').cast('B',[])[...]
len(memoryview(b'a').cast('B',[]))
memoryview(b'a').cast('B',[]).tolist()
list(memoryview(b'a').cast('B',[]))
memoryview(b'abcd').cast('i')
memoryview(b'abcd').cast('i').cast('h')
memoryview(b'abcd').cast('i').cast('B',[2,2]).tolist()
memoryview(b'abcd').cast('i').cast('i')
memoryview(b'abcd').cast('x')
memoryview(b'abcd').cast('<i')
memoryview(b'abcd').cast('@i').format
memoryview(b'abc').cast('i')
memoryview(b'abc').cast(1)
memoryview(b'abc').cast('B',1)
memoryview(b'abc').cast('B',['a'])
memoryview(b'abc').cast('B',[0])
memoryview(b'abc').cast('B',[-1])
memoryview(b'abc').cast('B',[2])
memoryview(b'abc').cast('B',[2**62,2**62])
memoryview(b'abc').cast('B',[1]*65)
memoryview(b'abc')[::2].cast('B')
two([3,4]).cast('B',[4,3])
two([3,4]).cast('B').tolist()
memoryview(b'').cast('B',[0])
memoryview(b'abc').__setitem__(0,1)
wm.__setitem__(0,300)
wm.__setitem__(0,'a')
wm.__setitem__(10,1)
wm.__setitem__('a',1)
wm.__setitem__(slice(0,2),b'abc')
wm.__setitem__(slice(0,2),'ab')
wm.__setitem__(slice(0,2),1)
wm.__setitem__(slice(0,2),memoryview(b'ab').cast('h'))
wm.__setitem__(slice(0,2),memoryview(b'ab').cast('b'))
dele(wm,0)
dele(memoryview(b'a'),0)
wm.cast('i')
memoryview(bytearray(4)).cast('i').__setitem__(0,2**40)
memoryview(bytearray(4)).cast('i').__setitem__(0,1.5)
memoryview(bytearray(4)).cast('f').__setitem__(0,'a')
memoryview(bytearray(4)).cast('f').__setitem__(0,1e300)
memoryview(bytearray(1)).cast('c').__setitem__(0,1)
memoryview(bytearray(1)).cast('c').__setitem__(0,b'ab')
memoryview(bytearray(1)).cast('?').__setitem__(0,5)
memoryview(bytearray(8)).cast('P').__setitem__(0,-1)
memoryview(bytearray(8)).cast('P').__setitem__(0,2**64)
memoryview(bytearray(8)).cast('Q').__setitem__(0,-1)
memoryview(bytearray(8)).cast('q').__setitem__(0,2**63)
memoryview(bytearray(2)).cast('e').__setitem__(0,1e10)
memoryview(b'\x02').cast('?')[0]
memoryview(b'a').cast('c')[0]
memoryview(b'abc') == b'abc'
memoryview(b'abc') == 'abc'
memoryview(b'abc') < b'abd'
memoryview(b'abc').tobytes('C')
memoryview(b'abc').tobytes(order='F')
two([3,4]).tobytes('F')
memoryview(b'abc').tobytes(order='X')
memoryview(b'abc').tobytes(order=None)
memoryview(b'abc').hex('-')
memoryview(b'abcdef')[::2].hex('-',2)
memoryview(b'abc').index(98)
memoryview(b'abc').index(1)
memoryview(b'abc').index(98,2)
memoryview(b'abc').count(98)
two([3,4]).count(1)
two([3,4]).index(1)
memoryview(b'abc').obj
memoryview(b'abc').readonly
memoryview(b'abc').suboffsets
memoryview(b'abc').contiguous, memoryview(b'abc')[::2].contiguous
memoryview(b'abc').toreadonly()
memoryview(ba).toreadonly().readonly
memoryview(b'abc')[::-1].tolist()
memoryview(b'abc')[::-1].strides
memoryview(b'abc') [1:].obj
memoryview._from_flags(b'abc', 0).format
memoryview._from_flags(b'abc', 1)
memoryview._from_flags(bytearray(b'abc'), 0x11d).format
memoryview._from_flags(1, 0)
exports()
memoryview[int]
memoryview(b'abc').__exit__()
rel().obj
rel().nbytes
rel().release()
rel().__enter__()
bytes(memoryview(b'abcdef')[::2])
memoryview(b'abc').__reduce__()
iter(memoryview(b'a')).__length_hint__()
b'ab' in memoryview(b'abc')
97 in memoryview(b'abc')
list(reversed(memoryview(b'abc')))
memoryview(memoryview(b'abc')).obj
bytearray(b'abc').__buffer__(1)
b'abc'.__buffer__(1)
b'abc'.__buffer__('a')
b'abc'.__buffer__(2**40)
bytearray(b'abc').__release_buffer__(1)
bytearray(b'abc').__release_buffer__(memoryview(b'abc'))
memoryview(b'abc') == memoryview(b'abc').cast('c')
hash(memoryview(b'abc'))==hash(b'abc')
hash(memoryview(b'abcd').cast('i'))
memoryview(b'abc')[0:2][1]
""".strip().split('\n'):
    print(s, end='  ->  '); E(s)
m=memoryview(ba)
try: ba.append(1)
except BufferError as e: print(e)
m2=memoryview(m)
m.release()
try: ba.append(1)
except BufferError as e: print(e)


x=memoryview(bytearray(b'ab'))
class C:
    def __buffer__(self, f): return 3
t(memoryview, C())
class D:
    def __init__(self): self.m=memoryview(bytearray(b'xy'))
    def __buffer__(self, f): print('flags',f); return self.m
    def __release_buffer__(self, v): print('rel', v is self.m)
d=D(); mv=memoryview(d); print(mv.tolist()); 
t(d.m.release)
mv.release(); t(d.m.release)
t(bytes, D()); t(b''.join,[D()]); 
class D2:
    def __buffer__(self, f): raise ZeroDivisionError('q')
t(bytes, D2()); t(memoryview, D2()); t(b''.join,[D2()]); t(b'a'.find, D2())
t(lambda: b''.join([memoryview(b'abcd')[::2]]))
t(lambda: b'abc'.find(memoryview(b'abcd')[::2]))
t(lambda: b'abc'+(memoryview(b'abcd')[::2]))
t(lambda: b'abc'.startswith(memoryview(b'abcd')))
t(lambda: int(memoryview(b'12')))
