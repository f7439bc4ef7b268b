# A bytecode compiler and machine for a little language, with functions and loops.
import_free = True
class Lexer:
    def __init__(self, s): self.s, self.i = s, 0
    def __iter__(self): return self
    def __next__(self):
        while self.i < len(self.s) and self.s[self.i].isspace(): self.i += 1
        if self.i >= len(self.s): raise StopIteration
        c, start = self.s[self.i], self.i
        if c.isdigit():
            while self.i < len(self.s) and self.s[self.i].isdigit(): self.i += 1
            return "num", int(self.s[start:self.i])
        if c.isalpha():
            while self.i < len(self.s) and self.s[self.i].isalnum(): self.i += 1
            w = self.s[start:self.i]
            return ("kw" if w in ("fn", "while", "if", "else", "return", "let") else "id"), w
        for op in ("==", "<=", "!="):
            if self.s.startswith(op, self.i): self.i += 2; return "op", op
        self.i += 1
        return "op", c
class Parser:
    PREC = {"==": 1, "!=": 1, "<": 2, "<=": 2, ">": 2, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4}
    def __init__(self, s): self.t = list(Lexer(s)) + [("eof", None)]; self.p = 0
    def peek(self): return self.t[self.p][1]
    def next(self): self.p += 1; return self.t[self.p - 1]
    def expect(self, v):
        got = self.next()[1]
        if got != v: raise SyntaxError(f"expected {v}, got {got}")
    def program(self):
        out = []
        while self.t[self.p][0] != "eof": out.append(self.statement())
        return out
    def block(self):
        self.expect("{"); out = []
        while self.peek() != "}": out.append(self.statement())
        self.expect("}")
        return out
    def statement(self):
        match self.peek():
            case "fn":
                self.next(); name = self.next()[1]; self.expect("("); names = []
                while self.peek() != ")":
                    names.append(self.next()[1])
                    if self.peek() == ",": self.next()
                self.expect(")")
                return "fn", name, names, self.block()
            case "while": self.next(); return "while", self.expr(), self.block()
            case "if":
                self.next(); c, a, b = self.expr(), self.block(), []
                if self.peek() == "else": self.next(); b = self.block()
                return "if", c, a, b
            case "return": self.next(); e = self.expr(); self.expect(";"); return "return", e
            case "let": self.next(); n = self.next()[1]; self.expect("="); e = self.expr(); self.expect(";"); return "let", n, e
        e = self.expr(); self.expect(";")
        return "expr", e
    def expr(self, least=0):
        left = self.atom()
        while self.PREC.get(self.peek(), -1) > least:
            op = self.next()[1]
            left = "bin", op, left, self.expr(self.PREC[op])
        return left
    def atom(self):
        kind, v = self.next()
        if kind == "num": return "num", v
        if v == "(": e = self.expr(); self.expect(")"); return e
        if v == "-": return "bin", "-", ("num", 0), self.atom()
        if kind == "id":
            if self.peek() != "(": return "var", v
            self.next(); args = []
            while self.peek() != ")":
                args.append(self.expr())
                if self.peek() == ",": self.next()
            self.expect(")")
            return "call", v, args
        raise SyntaxError(f"unexpected {v}")
def compile_(node, code):
    match node:
        case list():
            for n in node: compile_(n, code)
        case "num", v: code.append(("push", v))
        case "var", n: code.append(("load", n))
        case "bin", op, a, b: compile_(a, code); compile_(b, code); code.append(("op", op))
        case "call", n, args: compile_(args, code); code.append(("call", n, len(args)))
        case "let", n, e: compile_(e, code); code.append(("store", n))
        case "expr", e: compile_(e, code); code.append(("pop",))
        case "return", e: compile_(e, code); code.append(("ret",))
        case "while", c, body:
            top = len(code); compile_(c, code); hole = len(code); code.append(None)
            compile_(body, code); code.append(("jump", top)); code[hole] = ("unless", len(code))
        case "if", c, a, b:
            compile_(c, code); hole = len(code); code.append(None); compile_(a, code)
            end = len(code); code.append(None); code[hole] = ("unless", len(code)); compile_(b, code); code[end] = ("jump", len(code))
        case "fn", name, names, body:
            inner = []; compile_(body, inner); inner += [("push", 0), ("ret",)]; code.append(("def", name, names, inner))
    return code
OPS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a // b, "%": lambda a, b: a % b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b}
def run(code, fns, env, out, depth=0):
    stack, pc = [], 0
    while pc < len(code):
        match code[pc]:
            case "push", v: stack.append(v)
            case "load", n: stack.append(env[n])
            case "store", n: env[n] = stack.pop()
            case "pop",: stack.pop()
            case "op", o: b = stack.pop(); stack[-1] = OPS[o](stack[-1], b)
            case "jump", t: pc = t; continue
            case "unless", t:
                if not stack.pop(): pc = t; continue
            case "def", name, names, body: fns[name] = names, body
            case "ret",: return stack.pop()
            case "call", "print", n: args = stack[-n:]; del stack[-n:]; out.append(args); stack.append(0)
            case "call", name, n:
                names, body = fns[name]; args = stack[len(stack) - n:]; del stack[len(stack) - n:]
                stack.append(run(body, fns, dict(zip(names, args)), out, depth + 1))
        pc += 1
source = """
fn gcd(a, b) { while b { let t = a % b; let a = b; let b = t; } return a; }
fn fib(n) { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
fn isprime(n) { let d = 2; while d * d <= n { if n % d == 0 { return 0; } let d = d + 1; } return 1; }
print(gcd(1071, 462), fib(15));
let n = 2; let found = 0;
while found < 10 { if isprime(n) { print(n); let found = found + 1; } let n = n + 1; }
print((1 + 2) * 3 - -4, 7 / 2, 2 <= 2, 1 != 1);
"""
ast = Parser(source).program()
code = compile_(ast, [])
out = []
run(code, {}, {}, out)
print(out)
print(len(code), [c for c in code if c[0] != "def"][:8])
for bad in ("let x = ;", "print(1", "fn f( { }", "x + 1"):
    try: run(compile_(Parser(bad).program(), []), {}, {}, [])
    except (SyntaxError, KeyError, IndexError) as e: print(bad, "->", type(e).__name__, e)
try: run(compile_(Parser("print(y);").program(), []), {}, {}, [])
except KeyError as e: print("KeyError", e)
try: run(compile_(Parser("print(1 / 0);").program(), []), {}, {}, [])
except ZeroDivisionError as e: print(e)
