# What strings, bytes and bytearrays say of wrong arguments.
def t(f, *a):
    try: r = f(*a); print(repr(r))
    except BaseException as e: print(type(e).__name__+":", e)
E=lambda s: t(eval, s)
for s in r"""
'%d' % 'a'
'%x' % 1.5
'%x' % 'a'
'%i' % None
'%c' % 'ab'
'%c' % 1.5
'%c' % -1
'%c' % (2**70)
'%e' % 'a'
'%s' % ()
'%s' % (1,2)
'a' % (1,)
'a' % 1
'a' % [1]
'a' % {}
'%(a)s' % 1
'%(a)s' % (1,)
'%(a)s' % {'b':1}
'%*d' % ('a',1)
'%*d' % (2**70,1)
'%.*d' % (2**70,1)
'%.*d' % (2**31,1)
'%y' % 1
'%(a)*d' % {'a':1}
'%' % ()
'%(a' % {}
'%d' % 10**400
b'%d' % 'a'
b'%x' % 1.5
b'%c' % 'a'
b'%c' % 300
b'%c' % b'ab'
b'%s' % 'a'
b'%s' % 1
b'%e' % 'a'
b'%s' % ()
b'%s' % (1,2)
b'a' % 1
b'%(a)s' % 1
b'%(a)s' % {'a':b''}
b'%*d' % ('a',1)
b'%y' % 1
b'%' % ()
b'%r' % 'é'
b'%c' % bytearray(b'x')
'abc'.__getitem__(1.5)
'abc'.__getitem__('a')
'abc'[10]
'abc'[2**70]
b'abc'.__getitem__(1.5)
b'abc'[10]
bytearray(b'abc')[1.5]
bytearray(b'abc')[10]
'a'+1
b'a'+1
bytearray()+1
b'a'+'a'
1 in 'a'
'a' in b'a'
1.5 in b'a'
300 in b'a'
1.5 in bytearray(b'a')
'a'*'b'
'a'.__mul__('b')
'ab'*(2**62)
b'ab'*(2**62)
bytearray(b'ab')*(2**62)
'ab'*(2**70)
','.join(1)
','.join(['a',1])
b','.join(1)
b','.join([b'a',1])
'a'.find(1)
'a'.find('a','b')
'a'.find()
'a'.find('a',1,2,3)
'a'.index('b')
'a'.count(1)
b'a'.find('a')
b'a'.find(300)
b'a'.index(b'b')
b'a'.count('a')
'a'.startswith(1)
'a'.startswith((1,))
b'a'.startswith('a')
b'a'.startswith(('a',))
bytearray(b'a').endswith(1)
'a'.strip(1)
'a'.split(1)
'a'.split('')
'a'.rsplit('')
'a'.split('a','b')
'a'.partition(1)
'a'.partition('')
b'a'.strip(1)
b'a'.split(1)
b'a'.split(b'')
b'a'.partition('a')
b'a'.partition(b'')
'a'.ljust(5,'ab')
'a'.ljust(5,1)
'a'.ljust('a')
b'a'.ljust(5,b'ab')
b'a'.ljust(5,'a')
b'a'.ljust(5,1)
bytearray(b'a').ljust(5,bytearray(b'x'))
'a'.encode(1)
'a'.encode('utf8',1)
'a'.encode('bogus')
b'a'.decode('bogus')
b''.decode('bogus')
''.encode('bogus')
'a'.encode('a\0b')
'a'.replace('a',1)
'a'.replace(1,'a')
'a'.replace('a','b','c')
b'a'.replace('a',b'b')
'a'.translate(1)
'a'.translate({97:2**30})
'a'.translate({97:1.5})
'a'.translate([])
str.maketrans(1)
str.maketrans({'ab':1})
str.maketrans({1.5:1})
str.maketrans('a','bc')
str.maketrans(1,'b')
str.maketrans('a','b',1)
str.maketrans('a',1)
b'a'.translate(b'a')
b'a'.translate('a')
b'a'.translate(None,'a')
bytes.maketrans(b'a',b'bc')
str(b'a',1)
str(b'a','utf8',1)
str('a','utf8')
str(1,'utf8')
str(b'a',errors='strict')
str(bogus=1)
bytes('a')
bytes(1,'a')
bytes('a',errors='strict')
bytes(errors='x')
bytes(encoding='x')
bytes(-1)
bytes(2**70)
bytes(1.5)
bytes([300])
bytes(['a'])
bytes([1.5])
bytes([2**70])
bytearray('a')
bytearray(-1)
bytearray(1.5)
bytearray([300])
bytearray(['a'])
bytearray(1,'a')
bytearray(b'a','utf8')
bytes.fromhex(1)
bytes.fromhex('a')
bytes.fromhex('ab c')
bytes.fromhex('zz')
bytes.fromhex('aé')
bytes.fromhex(b'ab')
b'abc'.hex('ab')
b'abc'.hex('é')
b'abc'.hex(1)
b'abc'.hex(b'-')
b'abc'.hex('-',0)
b'abc'.hex('-',-2)
b'abc'.hex('-',2)
b'a'.expandtabs('a')
'a'.expandtabs('a')
'\t'.expandtabs(2**31)
'a'.zfill('a')
'a'.removeprefix(1)
b'a'.removeprefix('a')
'a'.splitlines(1)
format('a','d')
format('a',1)
'a'.__format__(1)
'{'.format()
'{}'.format()
'{a}'.format()
'{0.x}'.format(1)
'{0[x]}'.format(1)
'{!x}'.format(1)
'{:{:{}}}'.format(1,2,3)
'{0}{}'.format(1)
'{}'.format_map({})
'{a}'.format_map({})
'{a}'.format_map(1)
'a'<1
b'a'<1
bytearray(b'a')<'a'
hash(bytearray())
bytearray().pop()
bytearray(b'a').pop(5)
bytearray(b'a').remove(1)
bytearray(b'a').remove('a')
bytearray(b'a').append(300)
bytearray(b'a').append('a')
bytearray(b'a').insert('a',1)
bytearray(b'a').extend(1)
bytearray(b'a').extend('a')
bytearray(b'a').extend([300])
bytearray(b'a').extend(['a'])
bytearray(b'a').resize(-1)
bytearray(b'a').resize('a')
bytearray(b'a').__setitem__(0,300)
bytearray(b'a').__setitem__(0,'a')
bytearray(b'a').__setitem__(5,1)
bytearray(b'a').__setitem__('a',1)
bytearray(b'a').__setitem__(slice(0,1),1)
bytearray(b'a').__setitem__(slice(0,1),'a')
bytearray(b'a').__setitem__(slice(0,1),1.5)
bytearray(b'abcd').__setitem__(slice(0,4,2),b'a')
bytearray(b'a').__delitem__(5)
bytearray(b'a').__delitem__('a')
bytearray(b'a').__iadd__(1)
bytearray(b'a').__imul__('a')
bytearray(b'a').copy(1)
bytearray(b'a').__reduce__()
bytearray(b'a').__reduce_ex__(2)
bytearray(b'\xe9').__reduce_ex__(4)
b'a'.__getnewargs__()
iter('a').__reduce__()
iter(b'a').__reduce__()
iter(bytearray(b'a')).__reduce__()
bytearray(b'ab')==b'ab'
b'a'==memoryview(b'a')
b'a'<memoryview(b'b')
""".strip().split('\n'):
    print(s, end='  ->  '); E(s)
