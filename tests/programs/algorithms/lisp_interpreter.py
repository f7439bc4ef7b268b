# A small Lisp: reader, environments, closures, tail calls by trampolining.
def tokenize(s): return s.replace("(", " ( ").replace(")", " ) ").replace("'", " ' ").split()
def read(tokens):
    t = tokens.pop(0)
    if t == "'": return ["quote", read(tokens)]
    if t == "(":
        out = []
        while tokens[0] != ")": out.append(read(tokens))
        tokens.pop(0)
        return out
    if t == ")": raise SyntaxError("unexpected )")
    for kind in (int, float):
        try: return kind(t)
        except ValueError: pass
    return t
class Env(dict):
    def __init__(self, names=(), values=(), outer=None):
        super().__init__(zip(names, values))
        self.outer = outer
    def find(self, name):
        env = self
        while env is not None:
            if name in env: return env
            env = env.outer
        raise NameError(f"unbound: {name}")
class Proc:
    def __init__(self, names, body, env): self.names, self.body, self.env = names, body, env
    def __call__(self, *a): return evaluate(self.body, Env(self.names, a, self.env))
def product(*xs):
    r = 1
    for x in xs: r *= x
    return r
ROOT = Env(("+", "*", "-", "<", "=", "car", "cdr", "cons", "list", "null?", "length", "map"),
           (lambda *a: sum(a), product, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a == b, lambda x: x[0], lambda x: x[1:], lambda a, b: [a] + b, lambda *a: list(a), lambda x: x == [], len, lambda f, l: [f(x) for x in l]))
def evaluate(x, env=ROOT):
    while True:
        match x:
            case str(): return env.find(x)[x]
            case int() | float(): return x
            case ["quote", v]: return v
            case ["if", test, a, b]: x = a if evaluate(test, env) else b
            case ["define", [name, *names], body]:
                env[name] = Proc(names, body, env); return None
            case ["define", name, v]:
                env[name] = evaluate(v, env); return None
            case ["set!", name, v]:
                env.find(name)[name] = evaluate(v, env); return None
            case ["lambda", names, body]: return Proc(names, body, env)
            case ["let", pairs, body]:
                env = Env([n for n, _ in pairs], [evaluate(v, env) for _, v in pairs], env); x = body
            case ["begin", *body, last]:
                for e in body: evaluate(e, env)
                x = last
            case [head, *rest]:
                f, args = evaluate(head, env), [evaluate(a, env) for a in rest]
                if isinstance(f, Proc): x, env = f.body, Env(f.names, args, f.env)
                else: return f(*args)
def show(v): return "(" + " ".join(map(show, v)) + ")" if isinstance(v, list) else str(v)
program = """
(define (fact n) (if (< n 2) 1 (* n (fact (- n 1)))))
(fact 20)
(define (loop i acc) (if (= i 0) acc (loop (- i 1) (+ acc i))))
(loop 20000 0)
(define (counter) (let ((n 0)) (lambda () (begin (set! n (+ n 1)) n))))
(define c (counter))
(begin (c) (c) (c))
(map (lambda (x) (* x x)) '(1 2 3 4))
(let ((x 2) (y 3)) (list x y (+ x y) 'sym '(a (b c))))
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(map fib (list 1 5 10 15))
(undefined 1)
(car '())
"""
tokens = tokenize(program)
while tokens:
    form = read(tokens)
    try:
        v = evaluate(form)
        if v is not None: print(show(form)[:40], "=>", show(v))
    except (NameError, IndexError) as e: print(show(form), "!!", type(e).__name__, e)
