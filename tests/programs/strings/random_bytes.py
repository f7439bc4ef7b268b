# Methods of bytes and bytearray on random content, changes in place, and memoryviews.
seed=999
def rnd(n):
    global seed
    seed=(seed*6364136223846793005+1442695040888963407)&(2**64-1)
    return (seed>>33)%n
def pick(l): return l[rnd(len(l))]
def show(f):
    try: return ascii(f())
    except BaseException as e: return type(e).__name__+': '+ascii(str(e))
lines=[]
def out(label, f): lines.append(label+' '+show(f))
def opt(): return pick([None,0,1,2,-1,-2,5,100,-100])
def mk(n=10): return bytes(pick([97,98,65,32,9,10,13,11,0,255,46,48,45]) for _ in range(rnd(n)))
def sm(): return bytes(pick([97,98]) for _ in range(rnd(3)))
def digest():
    # A line for what some hundred operations gave.
    h=0
    for line in lines:
        for c in line.encode('utf-8','backslashreplace'): h=(h*1000003^c)&0xffffffff
    print(len(lines), hex(h)); lines.clear()
nul=['capitalize','lower','upper','swapcase','title','isalnum','isalpha','isascii','isdigit','islower','isspace','istitle','isupper','expandtabs','split','rsplit','splitlines','strip','lstrip','rstrip','__repr__','__str__','__len__','hex']
for C in (bytes,bytearray):
  for i in range(60):
    t=C(mk(14)); t2=C(bytes(pick([97,98]) for _ in range(rnd(10)))); u=pick([bytes,bytearray,memoryview])(sm())
    ub=bytes(u)
    m=pick(nul); out('%s %r'%(m,t), lambda: getattr(t,m)())
    a,b=opt(),opt()
    m=pick(['find','rfind','index','rindex','count'])
    out('%s %r %r %r %r'%(m,t2,ub,a,b), lambda: getattr(t2,m)(u,a,b))
    out('%s %r 97 %r %r'%(m,t2,a,b), lambda: getattr(t2,m)(97,a,b))
    m=pick(['startswith','endswith']); out('%s'%m, lambda: getattr(t2,m)(ub,a,b)); out('%s'%m, lambda: getattr(t2,m)((ub,b'q',b'a'),a,b))
    k=pick([-1,0,1,2,5]); m=pick(['split','rsplit'])
    out('%s %r %r %r'%(m,t2,ub,k), lambda: getattr(t2,m)(u,k)); out('%s %r %r'%(m,t,k), lambda: getattr(t,m)(None,k))
    m=pick(['partition','rpartition','removeprefix','removesuffix','strip','lstrip','rstrip'])
    out('%s %r %r'%(m,t2,ub), lambda: getattr(t2,m)(ub))
    out('replace %r %r %r'%(t2,ub,k), lambda: t2.replace(u,b'XYZ',k))
    w=rnd(20); m=pick(['center','ljust','rjust']); out(m, lambda: getattr(t,m)(w,b'*')); out('zfill', lambda: t.zfill(w)); out('tabs', lambda: t.expandtabs(w))
    st=pick([None,1,2,-1,-2,3]); out('[] %r %r %r %r'%(t,a,b,st), lambda: t[a:b:st])
    out('cmp', lambda: (t2<ub,t2<=ub,t2==ub,t2!=ub,t2>ub,t2>=ub,u in t2,97 in t2))
    out('add', lambda: t+u); out('mul', lambda: t*rnd(4)); out('join', lambda: t2.join([t,u,b'q',bytearray(b'w')]))
    out('trans', lambda: t.translate(bytes(range(255,-1,-1)),u)); out('trans', lambda: t.translate(None,u))
    out('hex', lambda: t.hex('-',pick([1,2,-2,3,-3,0]))); out('fromhex', lambda: C.fromhex(t.hex(' ',2)))
    out('lines', lambda: t.splitlines(True)); out('list', lambda: list(t)); out('iter', lambda: list(iter(t)))
    out('pct', lambda: C(b'%s|%5.1f|%x|%c|%r|%d%%') % (u, 3.14159, 255, 65, t, -7))
    mv=memoryview(t)
    out('mv', lambda: (mv[a:b:st].tobytes(), mv[a:b:st].tolist(), mv.hex(':',3), mv==t, mv[::2]==t[::2], mv.contiguous, mv[::2].contiguous, mv[a:b:st].strides))
    mv.release()
    if i%4==3: digest()
    if C is bytearray:
        x=bytearray(t)
        def change():
            op=rnd(12)
            if op==0: x.append(rnd(256))
            elif op==1: x.extend(u)
            elif op==2: x.extend([1,2,3])
            elif op==3: x.insert(pick([-3,0,2,100]),7)
            elif op==4: return x.pop(pick([0,-1,1]))
            elif op==5: x.remove(97)
            elif op==6: x.reverse()
            elif op==7: x[a:b:st]=mk(6)
            elif op==8: del x[a:b:st]
            elif op==9: x[pick([0,1,-1])]=5
            elif op==10: del x[pick([0,1,-1])]
            else: x.resize(rnd(20))
        for _ in range(8):
            out('change', change); out('x', lambda: (x,len(x)))
        def aug():
            nonlocal_x=bytearray(x); y=nonlocal_x; y+=u; y*=2; return y, y is nonlocal_x
        out('aug', aug)
digest()
big=bytearray()
for i in range(20000): big.append(i&255)
for i in range(5000): del big[:3]
print(len(big), hash(bytes(big))==hash(bytes(big)), sum(big), big[:10])
q=bytearray()
for i in range(3000):
    q+=b'abcdefg'; 
    if len(q)>100: del q[:50]
print(len(q), q[:20])
