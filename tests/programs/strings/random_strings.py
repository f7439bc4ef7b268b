# Methods of str on random strings of all widths, and their encodings.
# deterministic pseudo-random differential test
seed=12345
def rnd(n):
    global seed
    seed=(seed*6364136223846793005+1442695040888963407)&(2**64-1)
    return (seed>>33)%n
def pick(l): return l[rnd(len(l))]
alph=['a','b','A',' ','\t','\n','é','ß','İ','\u0130','€','Σ','ς','ǆ','\u2028','\x1c','\x85','1','²','٣','½','😀','\ud800','x','.','_','ﬁ','-','+','0','\r']
def s(n=8): return ''.join(pick(alph) for _ in range(rnd(n)))
def small(): return ''.join(pick(['a','b','é','€']) for _ in range(rnd(3)))
def show(f):
    try: return ascii(f())
    except BaseException as e: return type(e).__name__+': '+ascii(str(e))
lines=[]
def out(label, f): lines.append(label+' '+show(f))
def opt(): return pick([None,0,1,2,-1,-2,5,100,-100])
def digest():
    # A line for what some hundred operations gave.
    h=0
    for line in lines:
        for c in line.encode('utf-8','backslashreplace'): h=(h*1000003^c)&0xffffffff
    print(len(lines), hex(h)); lines.clear()
nul=['capitalize','casefold','lower','upper','swapcase','title','isalnum','isalpha','isascii','isdecimal','isdigit','isidentifier','islower','isnumeric','isprintable','isspace','istitle','isupper','expandtabs','split','rsplit','splitlines','strip','lstrip','rstrip','__repr__','__str__','__len__']
for i in range(120):
    t=s(12)
    m=pick(nul)
    out('s.%s %a'%(m,t), lambda: getattr(t,m)())
    u=small(); a,b=opt(),opt()
    m=pick(['find','rfind','index','rindex','count','startswith','endswith'])
    t2=''.join(pick(['a','b','é','€']) for _ in range(rnd(12)))
    out('s.%s %a %a %r %r'%(m,t2,u,a,b), lambda: getattr(t2,m)(u,a,b))
    m=pick(['split','rsplit']); k=pick([-1,0,1,2,5])
    out('s.%s %a %a %r'%(m,t2,u,k), lambda: getattr(t2,m)(u,k))
    out('s.%s %a None %r'%(m,t,k), lambda: getattr(t,m)(None,k))
    m=pick(['partition','rpartition','removeprefix','removesuffix','strip','lstrip','rstrip'])
    out('s.%s %a %a'%(m,t2,u), lambda: getattr(t2,m)(u))
    v=small()+pick(['','xyz','😀'])
    out('s.replace %a %a %a %r'%(t2,u,v,k), lambda: t2.replace(u,v,k))
    m=pick(['center','ljust','rjust']); w=rnd(20); f=pick([' ','*','é','€','😀'])
    out('s.%s %a %r %a'%(m,t,w,f), lambda: getattr(t,m)(w,f))
    out('s.zfill %a %r'%(t,w), lambda: t.zfill(w))
    out('s.expandtabs %a %r'%(t,w), lambda: t.expandtabs(w))
    st=pick([None,1,2,-1,-2,3])
    out('s[] %a %r %r %r'%(t,a,b,st), lambda: t[a:b:st])
    out('cmp %a %a'%(t2,u), lambda: (t2<u,t2<=u,t2==u,t2!=u,t2>u,t2>=u,u in t2))
    out('add', lambda: t+u); out('mul', lambda: t*rnd(4))
    out('join %a'%u, lambda: u.join([t,t2,v]))
    out('trans', lambda: t.translate({97:'X',98:None,0xe9:0x20ac,ord('x'):'😀y',0x20ac:'e'}))
    out('splitlines', lambda: t.splitlines(True))
    sp=pick(['','>10','<10','^11','*^9','.3','5.2','é>7','05','s','10s','=5','+','d',',','_<4','\u20ac^6.1'])
    out('fmt %a %a'%(t,sp), lambda: format(t,sp))
    enc=pick(['utf-8','utf-16','utf-16-le','utf-16-be','utf-32','utf-32-be','latin-1','ascii','utf-7','unicode_escape','raw_unicode_escape','utf-8-sig','cp1252','iso8859-15','cp037','UTF8','Latin1','koi8-r'])
    err=pick(['strict','ignore','replace','backslashreplace','xmlcharrefreplace','namereplace','surrogateescape','surrogatepass'])
    out('enc %a %s %s'%(t,enc,err), lambda: t.encode(enc,err))
    bs=bytes(pick([0,65,66,92,117,120,0xc3,0xa9,0xe2,0x82,0xac,0xff,0xfe,0xed,0xa0,0x80,0xf0,0x9f,43,45,0xd8,0xdc,48,65,66]) for _ in range(rnd(12)))
    out('dec %r %s %s'%(bs,enc,err), lambda: bs.decode(enc,err))
    ls=sorted([s(4) for _ in range(5)])
    out('sorted', lambda: ls)
    if i%5==4: digest()
