"""Subscripts of built-in sequences by small integers, in range and out of it, and of subclasses that have their own."""
from array import array
from collections import deque
for o in (array('d',[1.5,2.5]),array('f',[1.5]),array('b',[-1,2]),array('Q',[2**64-1,3]),array('l',[-5,2**62]),'aβc','abc',b'abc',bytearray(b'abc'),deque([1,2]),range(3,100,7),range(10,0,-3),range(2**70)):
    for i in (0,1,-1,2,-2,5,-7,2**70,True):
        try: print(type(o).__name__, i, repr(o[i]))
        except Exception as e: print(type(o).__name__, i, type(e).__name__, e)
    for i,v in ((0,1),(1,2.5),(-1,300),(5,1),(0,-1),(0,True),(0,'x'),(-9,1)):
        try:
            o[i]=v; print(o)
        except Exception as e: print(type(o).__name__, i, v, type(e).__name__, e)
class S(str):
    def __getitem__(self,i): return 'S%s'%i
class A(array):
    def __getitem__(self,i): return 'A%s'%i
    def __setitem__(self,i,v): print('set',i,v)
print(S('abc')[1], A('d',[1])[0]); a=A('d',[1]); a[0]=4; print(a.tolist())
