# str methods: case, strip, split, find, replace, join, pad.
def t(s):
    try: print(s, "=", repr(eval(s)))
    except Exception as e: print(s, "->", type(e).__name__, e)
for s in r"""'hello world'.title() 'HELLO'.lower() 'hello'.upper() 'hELLO wORLD'.capitalize() 'Hello'.swapcase() 'Straße'.casefold() 'ß'.upper() 'ǆ'.title() 'ŉ'.upper() 'İ'.lower() 'ΑΣ'.lower() 'Σ'.lower() 'ﬁ'.upper() "they're bill's".title() 'x1y2'.title()
'  a b  '.strip() '  a'.lstrip() 'a  '.rstrip() 'xxaxx'.strip('x') 'abcba'.strip('ab') 'a'.strip(None) 'a'.strip(1) '\t\n\x0b\x0c\r\x1c\x85\xa0\u2003a'.strip() 'prefix-x'.removeprefix('prefix-') 'x.py'.removesuffix('.py') 'x'.removesuffix('') 'x'.removeprefix('xx') 'x'.removeprefix(1)
'a,b,c'.split(',') 'a,b,c'.split(',',1) '\x20a\x20\x20b\x20'.split() '\x20a\x20\x20b\x20'.split('\x20') ''.split() ''.split(',') 'a'.split(',') 'abc'.split('') 'a\x20b\x20c'.split(maxsplit=1) 'a,b'.split(sep=',') 'a,b,c'.rsplit(',',1) '\x20a\x20b\x20c\x20'.rsplit(None,1) 'aXXbXXc'.split('XX') 'a'.split(1) 'a,,b'.split(',') 'a\u2003b\xa0c'.split()
'a\nb\r\nc\rd\x0be\x0cf\x1cg\x85h\u2028i'.splitlines() 'a\n\nb\n'.splitlines(True) ''.splitlines() '\n'.splitlines() 'a'.splitlines(keepends=True)
'a-b-c'.partition('-') 'abc'.partition('-') 'a-b-c'.rpartition('-') 'abc'.rpartition('-') 'a'.partition('') 'a'.partition(1)
'hello'.find('l') 'hello'.find('z') 'hello'.find('l',3) 'hello'.find('') 'hello'.find('',10) 'hello'.find('',5) 'hello'.find('o',-1) 'hello'.rfind('l') 'hello'.index('l') 'hello'.index('z') 'hello'.rindex('z') 'hello'.count('l') 'hello'.count('') 'aaaa'.count('aa') 'hello'.count('l',0,3) 'hello'.find(1) 'é€😀'.find('😀') '😀a'.find('a')
'hello'.replace('l','L') 'hello'.replace('l','L',1) 'abc'.replace('','-') 'abc'.replace('','-',2) 'aaa'.replace('aa','b') 'abc'.replace('z','') 'a'.replace('a',1) 'abc'.replace('b','€') 'a'.replace('a','b',count=1) ''.replace('','x')
','.join(['a','b']) ''.join([]) ','.join('abc') ','.join(['a',1]) ','.join(5) ','.join({'k':1}) '€'.join(['a','é','😀']) ','.join(x\x20for\x20x\x20in\x20'ab') ''.join(['x']) 'ab'.join(('1',))
'a'.center(5) 'a'.center(4,'*') 'ab'.center(5,'*') 'a'.ljust(3)+'|' 'a'.rjust(3,'0') 'a'.center(0) 'a'.center(5,'ab') 'a'.ljust('x') '42'.zfill(5) '-42'.zfill(5) '+4'.zfill(4) ''.zfill(2) 'abc'.zfill(2) 'é'.center(4,'€') 'a\tb'.expandtabs() 'a\tb\tc'.expandtabs(4) '\t'.expandtabs(0) 'ab\ncd\te'.expandtabs(3)
'abc'.startswith('a') 'abc'.startswith(('x','a')) 'abc'.startswith('b',1) 'abc'.startswith('') 'abc'.startswith('',5) 'abc'.startswith(1) 'abc'.startswith(('a',1)) 'abc'.startswith((1,'a')) 'abc'.endswith('c') 'abc'.endswith('b',0,2) 'abc'.endswith(()) 'abc'.endswith(['c'])""".split():
    t(s)
