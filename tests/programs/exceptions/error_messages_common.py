# The messages people see most, word for word.
class A:
    def m(self, x): pass
a = A()
d, l, t, s = {"k": 1}, [1], (1,), "s"
def f(x, y=1, *, z): pass
def g():
    yield 1
lines = """undefined_name
a.missing
A.missing
d['missing']
d[1]
l[5]
t[5]
s[5]
l['x']
t['x']
s['x']
l[1.5]
d[[]]
{[]: 1}
{{}}
None[0]
None.x
None()
None + 1
1 + None
1()
'a'()
a()
a[0]
a + 1
a < a
len(a)
len(5)
iter(a)
int('x')
int('1.5')
int([])
float('x')
'a' + 1
1 + 'a'
'a' - 'b'
[] + 1
[1] + (2,)
(1,) + [2]
'%d' % 'x'
'%d %d' % 1
'%d' % (1, 2)
'%q' % 1
'{}'.format()
'{a}'.format()
'{0.x}'.format(1)
'{:d}'.format('x')
'{:s}'.format(1)
f()
f(1)
f(1, 2, 3)
f(1, z=1, q=2)
a.m()
a.m(1, 2)
A.m()
max([])
min(())
max(1)
sum('ab')
sum([[], 1])
ord('ab')
chr(-1)
l.remove(9)
l.index(9)
l.pop(9)
[].pop()
{}.pop('x')
{}.popitem()
set().pop()
{1}.remove(2)
d.update(5)
d.update([1])
d.update([(1,)])
dict([('a',)])
s.index('z')
s.join([1])
s.encode('bogus')
'é'.encode('ascii')
b'\\xff'.decode()
b'a' + 'a'
'a' in b'a'
b'a' in 'a'
1 in 1
1 in 'a'
next(iter([]))
next(5)
(lambda: (yield))().send(1)
1 / 0
1 // 0
1 % 0
1.0 / 0
0 ** -1
0.0 ** -1
2 ** 'a'
pow(1, 2, 0)
10 ** 400 * 1.0
1 << -1
1 << 10 ** 30
float(10 ** 400)
int(float('nan'))
isinstance(1, 1)
issubclass(1, int)
super()
hash([])
hash({})
{}.fromkeys(5)
range(1, 2, 0)
range('a')
zip(1)
map(1, [1]).__next__()
sorted([1, 'a'])
sorted(5)
reversed(5)
abs('a')
round('a')
divmod(1, 0)
-'a'
~1.5
not_defined.attr
print(undefined)
open
list(5)
tuple(5)
set(5)
dict(5)
bytes('a')
bytes([300])
bytearray(-1)
memoryview(5)
complex('x')
bool(a, a)
str(b'a', 'x')
type(1, 2)
object(1)
a.__init__(1)
import_missing()
getattr(a, 'nope')
delattr(a, 'nope')
vars(5)
(1).x
(1.5).x
''.x
[].x
{}.x
f.x
g().x
len.x
int.x
[].append()
[].append(1, 2)
[].insert(1)
{}.get()
''.split(1)
''.replace('a')
''.join()
''.join(5)
'a'.center()
'a'.center('b')
'a'.center(5, 'xx')
'abc'.startswith(1)
'abc'.find()
'abc'.split('')
'abc'.count(1)
'a'.encode(1)
'a' * 'b'
'a' * 1.5
[1] * 'a'
(1,) * None
{} + {}
{1} + {2}
{1} | [2]
l < 1
l < (1,)
d < d
None < 1
1j < 1
[][0]
()[0]
''[0]
b''[0]
range(0)[0]
[1, 2, 3][1:2:0]
l.sort(key=5)
[].sort(1)
l.extend(5)
eval('1 +')
eval('')
compile('a b', '', 'exec')
exec('raise ValueError(1)')
__import__('nothing_here')
raise_it()""".splitlines()
def raise_it(): raise Exception("a", "b")
for line in lines:
    try:
        r = eval(line)
        print(line, "=", type(r).__name__)
    except Exception as e:
        print(f"{line} -> {type(e).__name__}: {e}")
