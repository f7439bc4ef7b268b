# abs, round, divmod, pow, sum, min, max, bin, oct, hex, int(), float(), complex().
def t(s):
    try:
        print(s, "=", repr(eval(s)))
    except Exception as e:
        print(s, "->", type(e).__name__, e)

for s in """abs(-5) abs(-2.5) abs(3+4j) abs(True) abs('a') round(2.5) round(3.5) round(-2.5) round(2.675,2) round(1234,-2) round(1250,-2) round(1.5,None)
round(1e20) round(float('inf')) round(float('nan')) round('a') round(2.5,'x') round(0.1,20) round(1e300,-300) divmod(7,3) divmod(-7,3) divmod(7.5,2) divmod(1,0) divmod('a',1)
pow(2,10) pow(2,-1) pow(2,10,1000) pow(3,-1,7) pow(2,-1,4) pow(2,3,0) pow(2,0.5) pow(-8,1/3) pow(0,-1) pow(2,3,-5) pow(0,0) pow(2.0,3,5) pow('a',2)
sum([1,2,3]) sum([]) sum([1.5,2]) sum([[1],[2]],[]) sum(['a','b'],'') sum([b'a'],b'') sum(['a']) sum([1],start=10) sum(5) sum([0.1]*10) sum([1e100,1.0,-1e100]) sum([1j,2]) sum((True,False,True))
min(3,1,2) max([1,5,2]) min('b','a') max([],default='d') max([]) min() max(1) max(1,'a') max([1,-5],key=abs) min(1,2,default=3) max([1,1.0]) max(1,2,key=None) min([3,2],[3,1]) max(key=abs)
bin(10) bin(-5) oct(64) hex(255) hex(-1) bin(1.5) hex('a') int() int('42') int('-0x1f',16) int('0b11',0) int('z',36) int('1_000') int(' 12\\n') int('') int('a') int('12',1) int('12',37) int(3.99) int(-3.99)
int(float('nan')) int(float('inf')) int(None) int('1.5') int([]) int(b'12') int(bytearray(b'3')) int('0777') int('0777',0) int(12,3) int('٣') int('1__0') int('_1') int(x=5) int('9'*30) int(1e25) int('+5') int('- 5')
float() float('1.5') float('inf') float('-Infinity') float('nan') float(' 1e3 ') float('1_0.0') float('') float('abc') float('1e400') float(10**400) float(None) float([]) float('0x1p3') float('1e') float(b'1.5')
complex() complex(1,2) complex('1+2j') complex('j') complex('-j') complex(' 1 ') complex('1 + 2j') complex('a') complex(1,'2') complex('1',2) complex(None) complex(1.5) complex(1j,1j) complex('infj') complex(imag=2)
bool() bool([]) bool('0') bool(0.0) bool(None) bool(float('nan')) bool(1,2)
chr(65) chr(0x10ffff) chr(-1) chr(0x110000) chr('a') chr(1.5) ord('a') ord('ab') ord('') ord(b'a') ord(5) ascii('é€😀') ascii('a') repr('é') hash(1)==hash(1.0)==hash(True) hash([]) hash({}) hash((1,[]))
callable(len) callable(5) callable(int) len(5) len({}) len('é€') id(None)==id(None) len() len([],[]) abs() ord() isinstance(1,int) isinstance(1,(str,int)) isinstance(True,int) isinstance(1,5) isinstance(1,int|str) isinstance(1,'int')
issubclass(bool,int) issubclass(5,int) issubclass(int,(str,(float,int))) issubclass(int,object) issubclass(int,int|None) isinstance(None,int|None) isinstance([],list[int]) issubclass(int,5)""".split():
    t(s)
