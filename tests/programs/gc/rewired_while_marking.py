# gc-stress: 20000
# Old cells rewired while a full collection is marked in slices: nothing reachable may be lost.
import random
class N:
    __slots__=('a','b','k')
    def __init__(s,k): s.k=k; s.a=None; s.b=None
random.seed(5)
nodes=[N(i) for i in range(200000)]
d={i:[n] for i,n in enumerate(nodes)}
big=list(range(0)) 
for i in range(200000): big.append((i,))
check=0
for rnd in range(14):
    for _ in range(20000):
        i=random.randrange(200000); j=random.randrange(200000)
        x,y=nodes[i],nodes[j]
        x.a,y.a=y.a,x.a
        x.b=N(-i)
        x.b.b=y.b
        y.b=None
        d[i],d[j]=d[j],d[i]
        big[i],big[j]=big[j],big[i]
        if _%50==0: d[i]=[nodes[j],(d[j],)]
    if rnd%7==0: big.reverse()
    if rnd%11==0: random.shuffle(nodes)
    t=[(k,) for k in range(100000)]
s=0
for n in nodes:
    m=n
    c=0
    while m is not None and c<50:
        s+=m.k; m=m.b; c+=1
for k,v in d.items():
    for q in v: s+= len(str(type(q)))
for (q,) in big: s+=q
print('ok', sum(q for (q,) in big)==199999*100000, all(isinstance(v,list) for v in d.values()))

