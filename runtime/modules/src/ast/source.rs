//! From objects to code: `compile` of a tree.
//!
//! A tree is written as program text, every operand in parentheses, and the text is compiled as any other. While it is written,
//! each node's range in the text is noted together with the place that the node says it has; in the code that comes out, the
//! places of the text are replaced by those of the tree. A place that is not a node's own (an operator, a clause) takes that of
//! the innermost node around it.

use super::node::Ast;
use super::tables::FieldDef;
use super::{Classes, Node};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use taipan_compiler::isa::{Instr, Op};
use taipan_compiler::source::LineIndex;
use taipan_compiler::spelled;
use taipan_compiler::{CodeUnit, Const, Mode, Options, Position, WarningKind};
use taipan_vm::native::*;
use taipan_vm::objects::complex::Complex;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::int;
use taipan_vm::ops::{exact_float, text_of};

/// A node's range in the text, its place in the tree, and the node around it.
struct Span {
    start: u32,
    end: u32,
    place: Position,
    parent: Option<usize>,
}

struct Writer<'a> {
    t: &'a Thread,
    classes: Classes,
    out: String,
    /// Identifiers that the text has stand-ins for.
    names: Vec<String>,
    /// In the order of their starts.
    spans: Vec<Span>,
    open: Vec<usize>,
    indent: usize,
}

/// The code object of a tree; `None` if the value is no tree.
pub fn compile(t: &Thread, tree: Value, filename: &str, options: &Options, _flags: i32) -> Result<Option<Value>> {
    if tree.downcast::<Ast>().is_none() {
        return Ok(None);
    }
    let mut w = Writer {
        t,
        classes: Classes::get(t)?,
        out: String::new(),
        names: Vec::new(),
        spans: Vec::new(),
        open: Vec::new(),
        indent: 0,
    };
    w.module(tree, options.mode)?;
    let Writer { out: text, names, spans, .. } = w;
    let index = LineIndex::new(&text);
    let places = Places::new(&spans, &index);
    let name = Str::from_str(t, filename)?;
    let compiled = match t.blocking(|| taipan_compiler::compile_spelled(&text, filename, options, &names)) {
        Ok(c) => c,
        Err(mut e) => {
            let at = Position { line: e.line, end_line: e.line, col: e.offset.saturating_sub(1), end_col: e.offset };
            if let Some(p) = places.find(at) {
                (e.line, e.end_line, e.offset, e.end_offset) = (p.line, p.end_line, p.col + 1, p.end_col + 1);
            }
            // The line is one of a text that nobody has seen.
            e.text = None;
            return Err(ex::syntax_error(t, &e, name));
        }
    };
    for warning in compiled.warnings.iter().filter(|w| w.kind == WarningKind::Syntax) {
        let at = Position { line: warning.line, end_line: warning.line, col: 0, end_col: 0 };
        let line = places.find(at).map_or(warning.line, |p| p.line);
        taipan_vm::modules::warnings::warn_explicit(t, ex::class(ex::Kind::SyntaxWarning), &warning.message, name, line)?;
    }
    let unit = places.unit(&compiled.unit);
    Code::new(t, &Arc::new(unit)).map(|c| Some(c.value()))
}

/// Places of the tree by those of the text.
struct Places<'a> {
    spans: &'a [Span],
    exact: HashMap<(u32, u32, u32, u32), Position>,
    /// Start and end of each span as line and column.
    ranges: Vec<[(u32, u32); 2]>,
}

impl<'a> Places<'a> {
    fn new(spans: &'a [Span], index: &LineIndex) -> Places<'a> {
        let ranges: Vec<_> = spans.iter().map(|s| [index.position(s.start), index.position(s.end)]).collect();
        let exact = ranges.iter().zip(spans).map(|([a, b], s)| ((a.0, a.1, b.0, b.1), s.place)).collect();
        Places { spans, exact, ranges }
    }

    fn find(&self, p: Position) -> Option<Position> {
        if let Some(found) = self.exact.get(&(p.line, p.col, p.end_line, p.end_col)) {
            return Some(*found);
        }
        let (start, end) = ((p.line, p.col), (p.end_line, p.end_col));
        let after = self.ranges.partition_point(|r| r[0] <= start);
        let mut i = after.checked_sub(1)?;
        while self.ranges[i][1] < end {
            i = self.spans[i].parent?;
        }
        Some(self.spans[i].place)
    }

    fn unit(&self, unit: &CodeUnit) -> CodeUnit {
        let mut unit = unit.clone();
        let found = |p: Position| if p.line == 0 { p } else { self.find(p).unwrap_or(p) };
        unit.positions = unit.positions.iter().map(found).collect();
        // Blocks begin where their statement stands in the text; the module, with the first line.
        if &*unit.name != "<module>" {
            let line = self.exact_line(unit.first_line).unwrap_or(unit.first_line);
            move_class(&mut unit, line);
            unit.first_line = line;
        }
        for c in &mut unit.consts {
            if let Const::Code(inner) = c {
                *c = Const::Code(Arc::new(self.unit(inner)));
            }
        }
        unit
    }

    /// The line of the first node that begins on a line of the text.
    fn exact_line(&self, line: u32) -> Option<u32> {
        let i = self.ranges.partition_point(|r| r[0].0 < line);
        self.ranges.get(i).filter(|r| r[0].0 == line).map(|_| self.spans[i].place.line)
    }
}

/// A class body says the line where the class begins: `__firstlineno__`, stored right after it is loaded.
fn move_class(unit: &mut CodeUnit, line: u32) {
    let mut before = None;
    let mut i = 0;
    while let Some(&word) = unit.code.get(i) {
        let (instr, loaded) = (Instr(word), before.replace(i).map(|b| (b, Instr(unit.code[b]))));
        if instr.op() == Op::STORE_NAME as u16 && unit.names.get(instr.b()).is_some_and(|n| &**n == "__firstlineno__") {
            let moved = loaded.filter(|(_, l)| l.op() == Op::LOADI as u16 && l.imm32() == unit.first_line as i32);
            if let Some((at, load)) = moved {
                unit.code[at] = Instr::with_imm32(Op::LOADI, load.a() as u16, line as i32).0;
            }
            return;
        }
        i += Op::from_u16(instr.op()).map_or(1, Op::len);
    }
}

impl Writer<'_> {
    fn name(&self, s: &str) -> Result<Ref<Str>> {
        Str::intern_str(self.t, s)
    }

    fn shown(&self, v: Value) -> Result<Ref<Str>> {
        self.t.repr(v)
    }

    /// A field that may be left out, or be None.
    fn get(&self, v: Value, field: &str) -> Result<Option<Value>> {
        Ok(self.t.get_attr_opt(v, self.name(field)?)?.filter(|v| !v.is_none()))
    }

    fn required(&self, v: Value, node: Node, field: &str) -> Result<Value> {
        let found = self.t.get_attr_opt(v, self.name(field)?)?;
        match found {
            None => Err(self.t.type_error(format!("required field \"{field}\" missing from {}", node.name()))),
            Some(f) => Ok(f),
        }
    }

    fn needed(&self, v: Value, node: Node, field: &str) -> Result<Value> {
        let f = self.required(v, node, field)?;
        if f.is_none() {
            return Err(self.t.value_error(format!("field '{field}' is required for {}", node.name())));
        }
        Ok(f)
    }

    fn list(&self, v: Value, node: Node, field: &str) -> Result<ValueVec> {
        let f = match self.t.get_attr_opt(v, self.name(field)?)? {
            Some(f) => f,
            None => return Ok(ValueVec::new()),
        };
        match f.downcast::<List>() {
            Some(l) => l.snapshot(self.t),
            None => Err(self.t.type_error(format!(
                "{} field \"{field}\" must be a list, not a {}",
                node.name(),
                class_of(f).name_string()
            ))),
        }
    }

    /// An identifier as the text can have it.
    fn identifier(&mut self, v: Value) -> Result<String> {
        let name = self.identifier_text(v)?;
        Ok(if spelled::is_plain(&name) { name } else { self.stand_in(name) })
    }

    /// The name of what is imported: names with points between them, or a star.
    fn imported(&mut self, v: Value) -> Result<String> {
        let name = self.identifier_text(v)?;
        let plain = name == "*" || name.split('.').all(spelled::is_plain);
        Ok(if plain { name } else { self.stand_in(name) })
    }

    fn stand_in(&mut self, name: String) -> String {
        self.names.push(name);
        spelled::stand_in(self.names.len() - 1)
    }

    fn identifier_text(&self, v: Value) -> Result<String> {
        let Some(s) = v.downcast::<Str>() else {
            return Err(self.t.type_error("AST identifier must be of type str"));
        };
        let text = s.to_string_lossy();
        if matches!(text.as_str(), "None" | "True" | "False") {
            return Err(self.t.value_error(format!("identifier field can't represent '{text}' constant")));
        }
        Ok(text)
    }

    fn int(&self, v: Value) -> Result<i64> {
        if !int::is_int(v) {
            return Err(self.t.value_error(format!("invalid integer value: {}", self.shown(v)?)));
        }
        self.t.to_i64(v)
    }

    fn node(&self, v: Value, group: &str) -> Result<Node> {
        let found = self.classes.node_of(v).filter(|n| n.group().python_name() == group);
        match found {
            Some(n) => Ok(n),
            None => {
                // Places are asked for before the class is looked at.
                let placed = matches!(group, "stmt" | "expr" | "excepthandler" | "pattern" | "type_param");
                if placed && !v.is_none() && self.t.get_attr_opt(v, self.name("lineno")?)?.is_none() {
                    return Err(self.t.type_error(format!("required field \"lineno\" missing from {group}")));
                }
                Err(self.t.type_error(format!("expected some sort of {group}, but got {}", self.shown(v)?)))
            }
        }
    }

    /// Notes where the text of a node begins.
    fn begin(&mut self, v: Value, node: Node) -> Result<()> {
        let group = node.group();
        let mut numbers = [0i64; 4];
        for (i, f) in super::tables::fields(group.attributes).enumerate() {
            let FieldDef { name, optional, .. } = f;
            let found = self.t.get_attr_opt(v, self.name(name)?)?.filter(|v| !v.is_none());
            numbers[i] = match found {
                Some(n) => self.int(n)?,
                // The end is where the start is.
                None if optional => numbers[i - 2],
                None => {
                    return Err(self.t.type_error(format!("required field \"{name}\" missing from {}", group.python_name())));
                }
            };
        }
        let [line, col, end_line, end_col] = numbers;
        if line > end_line {
            return Err(self.t.value_error(format!("AST node line range ({line}, {end_line}) is not valid")));
        }
        if (line < 0 && end_line != line) || (col < 0 && col != end_col) {
            return Err(self.t.value_error(format!(
                "AST node column range ({col}, {end_col}) for line range ({line}, {end_line}) is not valid"
            )));
        }
        if line == end_line && col > end_col {
            return Err(self.t.value_error(format!("line {line}, column {col}-{end_col} is not a valid range")));
        }
        let n = |i: i64| u32::try_from(i).unwrap_or(0);
        let place = Position { line: n(line), end_line: n(end_line), col: n(col), end_col: n(end_col) };
        let start = self.out.len() as u32;
        self.spans.push(Span { start, end: start, place, parent: self.open.last().copied() });
        self.open.push(self.spans.len() - 1);
        Ok(())
    }

    fn end(&mut self) {
        if let Some(i) = self.open.pop() {
            self.spans[i].end = self.out.trim_end_matches('\n').len() as u32;
        }
    }

    fn push(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn line(&mut self) {
        for _ in 0..self.indent {
            self.out.push(' ');
        }
    }

    // ---- modules and statements

    fn module(&mut self, tree: Value, mode: Mode) -> Result<()> {
        let (wanted, wanted_name) = match mode {
            Mode::Exec => (Node::Module, "Module"),
            Mode::Eval => (Node::Expression, "Expression"),
            Mode::Single => (Node::Interactive, "Interactive"),
        };
        let node = self.classes.node_of(tree);
        if node != Some(wanted) {
            return Err(self.t.type_error(format!("expected {wanted_name} node, got {}", class_of(tree).name_string())));
        }
        if wanted == Node::Expression {
            let body = self.needed(tree, wanted, "body")?;
            return self.expr(body);
        }
        let body = self.list(tree, wanted, "body")?;
        if wanted == Node::Interactive && body.len() > 1 {
            // Interactive input is one line of simple statements.
            for (i, s) in body.iter().enumerate() {
                if i > 0 {
                    self.push("; ");
                }
                self.simple_only(s)?;
                self.stmt(s)?;
                while self.out.ends_with('\n') {
                    self.out.pop();
                }
            }
            self.push("\n");
            return Ok(());
        }
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn simple_only(&self, s: Value) -> Result<()> {
        let n = self.node(s, "stmt")?;
        let compound = matches!(
            n,
            Node::FunctionDef
                | Node::AsyncFunctionDef
                | Node::ClassDef
                | Node::For
                | Node::AsyncFor
                | Node::While
                | Node::If
                | Node::With
                | Node::AsyncWith
                | Node::Match
                | Node::Try
                | Node::TryStar
        );
        if compound {
            return Err(self.t.not_implemented_error("compile() of several interactive statements with a compound one"));
        }
        Ok(())
    }

    /// An indented block, which is not empty.
    fn body(&mut self, v: Value, node: Node, field: &str) -> Result<()> {
        let body = self.list(v, node, field)?;
        if body.is_empty() {
            return Err(self.t.value_error(format!("empty {field} on {}", node.name())));
        }
        self.block(body)
    }

    fn block(&mut self, body: ValueVec) -> Result<()> {
        self.push(":\n");
        self.indent += 1;
        for s in body.iter() {
            self.stmt(s)?;
        }
        self.indent -= 1;
        Ok(())
    }

    fn clause(&mut self, word: &str, body: ValueVec) -> Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        self.line();
        self.push(word);
        self.block(body)
    }

    fn stmt(&mut self, v: Value) -> Result<()> {
        self.t.check_native_stack()?;
        if v.is_none() {
            return Err(self.t.value_error("None disallowed in statement list"));
        }
        let n = self.node(v, "stmt")?;
        if matches!(n, Node::FunctionDef | Node::AsyncFunctionDef | Node::ClassDef) {
            for d in self.list(v, n, "decorator_list")?.iter() {
                self.line();
                self.push("@");
                self.operand(d)?;
                self.push("\n");
            }
        }
        self.line();
        self.begin(v, n)?;
        self.statement(v, n)?;
        if !self.out.ends_with('\n') {
            self.push("\n");
        }
        self.end();
        Ok(())
    }

    fn statement(&mut self, v: Value, n: Node) -> Result<()> {
        match n {
            Node::FunctionDef | Node::AsyncFunctionDef => {
                if n == Node::AsyncFunctionDef {
                    self.push("async ");
                }
                self.push("def ");
                let name = self.needed(v, n, "name")?;
                let name = self.identifier(name)?;
                self.push(&name);
                self.type_params(v, n)?;
                self.push("(");
                let args = self.needed(v, n, "args")?;
                self.arguments(args, true)?;
                self.push(")");
                if let Some(r) = self.get(v, "returns")? {
                    self.push(" -> ");
                    self.operand(r)?;
                }
                self.body(v, n, "body")
            }
            Node::ClassDef => {
                self.push("class ");
                let name = self.needed(v, n, "name")?;
                let name = self.identifier(name)?;
                self.push(&name);
                self.type_params(v, n)?;
                let (bases, keywords) = (self.list(v, n, "bases")?, self.list(v, n, "keywords")?);
                if !bases.is_empty() || !keywords.is_empty() {
                    self.call_arguments(bases, keywords)?;
                }
                self.body(v, n, "body")
            }
            Node::Return => {
                self.push("return");
                self.after_space(self.get(v, "value")?)
            }
            Node::Delete => {
                let targets = self.list(v, n, "targets")?;
                self.not_empty(&targets, "targets", n)?;
                self.push("del ");
                self.targets(targets, "Del", ", ")
            }
            Node::Assign => {
                let targets = self.list(v, n, "targets")?;
                self.not_empty(&targets, "targets", n)?;
                self.targets(targets, "Store", " = ")?;
                self.push(" = ");
                let value = self.needed(v, n, "value")?;
                self.operand(value)
            }
            Node::TypeAlias => {
                let name = self.needed(v, n, "name")?;
                if self.node(name, "expr")? != Node::Name {
                    return Err(self.t.type_error("TypeAlias with non-Name name"));
                }
                self.push("type ");
                self.target(name, "Store")?;
                self.type_params(v, n)?;
                self.push(" = ");
                let value = self.needed(v, n, "value")?;
                self.operand(value)
            }
            Node::AugAssign => {
                let target = self.needed(v, n, "target")?;
                self.target(target, "Store")?;
                let op = self.needed(v, n, "op")?;
                let op = self.operator(op)?;
                self.push(&format!(" {op}= "));
                let value = self.needed(v, n, "value")?;
                self.operand(value)
            }
            Node::AnnAssign => {
                let target = self.needed(v, n, "target")?;
                let simple = self.needed(v, n, "simple")?;
                let simple = self.int(simple)? != 0;
                let is_name = self.node(target, "expr")? == Node::Name;
                if simple && !is_name {
                    return Err(self.t.type_error("AnnAssign with simple non-Name target"));
                }
                if is_name && !simple {
                    self.push("(");
                }
                self.target(target, "Store")?;
                if is_name && !simple {
                    self.push(")");
                }
                self.push(": ");
                let annotation = self.needed(v, n, "annotation")?;
                self.operand(annotation)?;
                match self.get(v, "value")? {
                    Some(value) => {
                        self.push(" = ");
                        self.operand(value)
                    }
                    None => Ok(()),
                }
            }
            Node::For | Node::AsyncFor => {
                self.push(if n == Node::AsyncFor { "async for " } else { "for " });
                let target = self.needed(v, n, "target")?;
                self.target(target, "Store")?;
                self.push(" in ");
                let iter = self.needed(v, n, "iter")?;
                self.operand(iter)?;
                self.body(v, n, "body")?;
                self.clause("else", self.list(v, n, "orelse")?)
            }
            Node::While | Node::If => {
                self.push(if n == Node::If { "if " } else { "while " });
                let test = self.needed(v, n, "test")?;
                self.operand(test)?;
                self.body(v, n, "body")?;
                self.clause("else", self.list(v, n, "orelse")?)
            }
            Node::With | Node::AsyncWith => {
                let items = self.list(v, n, "items")?;
                self.not_empty(&items, "items", n)?;
                self.push(if n == Node::AsyncWith { "async with " } else { "with " });
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.push(", ");
                    }
                    let n = self.node(item, "withitem")?;
                    let context = self.needed(item, n, "context_expr")?;
                    self.operand(context)?;
                    if let Some(target) = self.get(item, "optional_vars")? {
                        self.push(" as ");
                        self.target(target, "Store")?;
                    }
                }
                self.body(v, n, "body")
            }
            Node::Match => {
                self.push("match ");
                let subject = self.needed(v, n, "subject")?;
                self.operand(subject)?;
                self.push(":\n");
                let cases = self.list(v, n, "cases")?;
                self.not_empty(&cases, "cases", n)?;
                self.indent += 1;
                for c in cases.iter() {
                    let n = self.node(c, "match_case")?;
                    self.line();
                    self.push("case ");
                    let pattern = self.needed(c, n, "pattern")?;
                    self.pattern(pattern, true)?;
                    if let Some(guard) = self.get(c, "guard")? {
                        self.push(" if ");
                        self.operand(guard)?;
                    }
                    self.body(c, n, "body")?;
                }
                self.indent -= 1;
                Ok(())
            }
            Node::Raise => {
                self.push("raise");
                let (exc, cause) = (self.get(v, "exc")?, self.get(v, "cause")?);
                if exc.is_none() && cause.is_some() {
                    return Err(self.t.value_error("Raise with cause but no exception"));
                }
                self.after_space(exc)?;
                if let Some(c) = cause {
                    self.push(" from ");
                    self.operand(c)?;
                }
                Ok(())
            }
            Node::Try | Node::TryStar => self.try_statement(v, n),
            Node::Assert => {
                self.push("assert ");
                let test = self.needed(v, n, "test")?;
                self.operand(test)?;
                if let Some(m) = self.get(v, "msg")? {
                    self.push(", ");
                    self.operand(m)?;
                }
                Ok(())
            }
            Node::Import | Node::ImportFrom => {
                let names = self.list(v, n, "names")?;
                self.not_empty(&names, "names", n)?;
                if n == Node::ImportFrom {
                    let level = match self.get(v, "level")? {
                        Some(l) => self.int(l)?,
                        None => 0,
                    };
                    if level < 0 {
                        return Err(self.t.value_error("Negative ImportFrom level"));
                    }
                    self.push("from ");
                    self.push(&".".repeat(level as usize));
                    if let Some(m) = self.get(v, "module")? {
                        let m = self.imported(m)?;
                        self.push(&m);
                    }
                    self.push(" ");
                }
                self.push("import ");
                for (i, a) in names.iter().enumerate() {
                    if i > 0 {
                        self.push(", ");
                    }
                    let n = self.node(a, "alias")?;
                    self.begin(a, n)?;
                    let name = self.needed(a, n, "name")?;
                    let name = self.imported(name)?;
                    self.push(&name);
                    if let Some(other) = self.get(a, "asname")? {
                        let other = self.identifier(other)?;
                        self.push(&format!(" as {other}"));
                    }
                    self.end();
                }
                Ok(())
            }
            Node::Global | Node::Nonlocal => {
                let names = self.list(v, n, "names")?;
                self.not_empty(&names, "names", n)?;
                self.push(if n == Node::Global { "global " } else { "nonlocal " });
                for (i, name) in names.iter().enumerate() {
                    let name = self.identifier(name)?;
                    self.push(if i > 0 { ", " } else { "" });
                    self.push(&name);
                }
                Ok(())
            }
            Node::Expr => {
                let value = self.needed(v, n, "value")?;
                // A string that stands alone is a docstring, in parentheses or not.
                self.operand(value)
            }
            Node::Pass => {
                self.push("pass");
                Ok(())
            }
            Node::Break => {
                self.push("break");
                Ok(())
            }
            Node::Continue => {
                self.push("continue");
                Ok(())
            }
            _ => Err(self.t.system_error("unexpected statement")),
        }
    }

    fn try_statement(&mut self, v: Value, n: Node) -> Result<()> {
        let (handlers, orelse, finalbody) =
            (self.list(v, n, "handlers")?, self.list(v, n, "orelse")?, self.list(v, n, "finalbody")?);
        if handlers.is_empty() && finalbody.is_empty() {
            return Err(self.t.value_error(format!("{} has neither handlers nor finalbody", n.name())));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return Err(self.t.value_error(format!("{} has orelse but no except handlers", n.name())));
        }
        self.push("try");
        self.body(v, n, "body")?;
        for h in handlers.iter() {
            let hn = self.node(h, "excepthandler")?;
            self.line();
            self.begin(h, hn)?;
            self.push(if n == Node::TryStar { "except* " } else { "except " });
            if let Some(kind) = self.get(h, "type")? {
                self.operand(kind)?;
            }
            if let Some(name) = self.get(h, "name")? {
                let name = self.identifier(name)?;
                self.push(&format!(" as {name}"));
            }
            self.body(h, hn, "body")?;
            self.end();
        }
        self.clause("else", orelse)?;
        self.clause("finally", finalbody)
    }

    fn not_empty(&self, items: &ValueVec, field: &str, n: Node) -> Result<()> {
        if items.is_empty() {
            return Err(self.t.value_error(format!("empty {field} on {}", n.name())));
        }
        Ok(())
    }

    fn after_space(&mut self, v: Option<Value>) -> Result<()> {
        match v {
            Some(v) => {
                self.push(" ");
                self.operand(v)
            }
            None => Ok(()),
        }
    }

    fn type_params(&mut self, v: Value, n: Node) -> Result<()> {
        let params = self.list(v, n, "type_params")?;
        if params.is_empty() {
            return Ok(());
        }
        self.push("[");
        for (i, p) in params.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            let n = self.node(p, "type_param")?;
            self.begin(p, n)?;
            self.push(match n {
                Node::ParamSpec => "**",
                Node::TypeVarTuple => "*",
                _ => "",
            });
            let name = self.needed(p, n, "name")?;
            let name = self.identifier(name)?;
            self.push(&name);
            if n == Node::TypeVar {
                if let Some(bound) = self.get(p, "bound")? {
                    self.push(": ");
                    self.operand(bound)?;
                }
            }
            if let Some(default) = self.get(p, "default_value")? {
                self.push(" = ");
                self.operand(default)?;
            }
            self.end();
        }
        self.push("]");
        Ok(())
    }

    // ---- parameters and arguments

    fn parameter(&mut self, v: Value, annotated: bool) -> Result<()> {
        let n = self.node(v, "arg")?;
        self.begin(v, n)?;
        let name = self.needed(v, n, "arg")?;
        let name = self.identifier(name)?;
        self.push(&name);
        if let Some(a) = self.get(v, "annotation")?.filter(|_| annotated) {
            self.push(": ");
            self.operand(a)?;
        }
        self.end();
        Ok(())
    }

    fn arguments(&mut self, v: Value, annotated: bool) -> Result<()> {
        let n = self.node(v, "arguments")?;
        let (posonly, args, kwonly) = (self.list(v, n, "posonlyargs")?, self.list(v, n, "args")?, self.list(v, n, "kwonlyargs")?);
        let (defaults, kw_defaults) = (self.list(v, n, "defaults")?, self.list(v, n, "kw_defaults")?);
        let count = posonly.len() + args.len();
        if defaults.len() > count {
            return Err(self.t.value_error("more positional defaults than args on arguments"));
        }
        if kwonly.len() != kw_defaults.len() {
            return Err(self.t.value_error("length of kwonlyargs is not the same as kw_defaults on arguments"));
        }
        let mut first = true;
        let separate = |w: &mut Self, first: &mut bool| {
            if !std::mem::replace(first, false) {
                w.push(", ");
            }
        };
        for (i, p) in posonly.iter().chain(args.iter()).enumerate() {
            separate(self, &mut first);
            self.parameter(p, annotated)?;
            if let Some(d) = (i + defaults.len()).checked_sub(count).and_then(|k| defaults.get(k)) {
                self.push("=");
                self.operand(d)?;
            }
            if i + 1 == posonly.len() {
                self.push(", /");
            }
        }
        let vararg = self.get(v, "vararg")?;
        if vararg.is_some() || !kwonly.is_empty() {
            separate(self, &mut first);
            self.push("*");
        }
        if let Some(p) = vararg {
            self.parameter(p, annotated)?;
        }
        for (p, d) in kwonly.iter().zip(kw_defaults.iter()) {
            self.push(", ");
            self.parameter(p, annotated)?;
            if !d.is_none() {
                self.push("=");
                self.operand(d)?;
            }
        }
        if let Some(p) = self.get(v, "kwarg")? {
            separate(self, &mut first);
            self.push("**");
            self.parameter(p, annotated)?;
        }
        Ok(())
    }

    fn call_arguments(&mut self, args: ValueVec, keywords: ValueVec) -> Result<()> {
        self.push("(");
        let mut first = true;
        for a in args.iter() {
            if !std::mem::replace(&mut first, false) {
                self.push(", ");
            }
            self.operand(a)?;
        }
        for k in keywords.iter() {
            if !std::mem::replace(&mut first, false) {
                self.push(", ");
            }
            let n = self.node(k, "keyword")?;
            self.begin(k, n)?;
            match self.get(k, "arg")? {
                Some(name) => {
                    let name = self.identifier(name)?;
                    self.push(&format!("{name}="));
                }
                None => self.push("**"),
            }
            let value = self.needed(k, n, "value")?;
            self.operand(value)?;
            self.end();
        }
        self.push(")");
        Ok(())
    }

    // ---- expressions

    /// An expression as part of another.
    fn operand(&mut self, v: Value) -> Result<()> {
        if v.is_none() {
            return Err(self.t.value_error("None disallowed in expression list"));
        }
        let n = self.node(v, "expr")?;
        let closed = matches!(
            n,
            Node::Name
                | Node::Attribute
                | Node::Call
                | Node::Subscript
                | Node::List
                | Node::Tuple
                | Node::Dict
                | Node::Set
                | Node::ListComp
                | Node::SetComp
                | Node::DictComp
                | Node::GeneratorExp
                | Node::Starred
                | Node::Slice
                | Node::JoinedStr
                | Node::TemplateStr
        );
        if closed {
            return self.expr(v);
        }
        self.push("(");
        self.expr(v)?;
        self.push(")");
        Ok(())
    }

    fn targets(&mut self, targets: ValueVec, context: &str, between: &str) -> Result<()> {
        for (i, target) in targets.iter().enumerate() {
            if i > 0 {
                self.push(between);
            }
            self.target(target, context)?;
        }
        Ok(())
    }

    /// An expression that is assigned to or deleted.
    fn target(&mut self, v: Value, context: &str) -> Result<()> {
        let n = self.node(v, "expr")?;
        match n {
            Node::Name | Node::Attribute | Node::Subscript | Node::List | Node::Tuple | Node::Starred => {
                let has = self.needed(v, n, "ctx")?;
                let has = self.node(has, "expr_context")?;
                if has.name() != context {
                    return Err(self
                        .t
                        .value_error(format!("expression must have {context} context but has {} instead", has.name())));
                }
                if matches!(n, Node::List | Node::Tuple) {
                    for e in self.list(v, n, "elts")?.iter() {
                        // Checked before it is written as a whole.
                        let mut probe = Writer {
                            t: self.t,
                            classes: self.classes,
                            out: String::new(),
                            names: Vec::new(),
                            spans: Vec::new(),
                            open: Vec::new(),
                            indent: 0,
                        };
                        probe.target(e, context)?;
                    }
                }
                self.expr(v)
            }
            _ => Err(self.t.value_error(format!("expression which can't be assigned to in {context} context"))),
        }
    }

    fn expr(&mut self, v: Value) -> Result<()> {
        self.t.check_native_stack()?;
        let n = self.node(v, "expr")?;
        self.begin(v, n)?;
        self.expression(v, n)?;
        self.end();
        Ok(())
    }

    fn field(&mut self, v: Value, n: Node, name: &str) -> Result<()> {
        let f = self.needed(v, n, name)?;
        self.operand(f)
    }

    fn elements(&mut self, items: &ValueVec) -> Result<()> {
        for (i, e) in items.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.operand(e)?;
        }
        Ok(())
    }

    fn expression(&mut self, v: Value, n: Node) -> Result<()> {
        match n {
            Node::BoolOp => {
                let values = self.list(v, n, "values")?;
                if values.len() < 2 {
                    return Err(self.t.value_error("BoolOp with less than 2 values"));
                }
                let op = self.needed(v, n, "op")?;
                let word = if self.node(op, "boolop")? == Node::And { " and " } else { " or " };
                for (i, e) in values.iter().enumerate() {
                    self.push(if i > 0 { word } else { "" });
                    self.operand(e)?;
                }
                Ok(())
            }
            Node::NamedExpr => {
                let target = self.needed(v, n, "target")?;
                if self.node(target, "expr")? != Node::Name {
                    return Err(self.t.type_error("NamedExpr target must be a Name"));
                }
                self.target(target, "Store")?;
                self.push(" := ");
                self.field(v, n, "value")
            }
            Node::BinOp => {
                self.field(v, n, "left")?;
                let op = self.needed(v, n, "op")?;
                let op = self.operator(op)?;
                self.push(&format!(" {op} "));
                self.field(v, n, "right")
            }
            Node::UnaryOp => {
                let op = self.needed(v, n, "op")?;
                let op = match self.node(op, "unaryop")? {
                    Node::Invert => "~",
                    Node::Not => "not ",
                    Node::UAdd => "+",
                    _ => "-",
                };
                self.push(op);
                self.field(v, n, "operand")
            }
            Node::Lambda => {
                self.push("lambda ");
                let args = self.needed(v, n, "args")?;
                self.arguments(args, false)?;
                self.push(": ");
                self.field(v, n, "body")
            }
            Node::IfExp => {
                self.field(v, n, "body")?;
                self.push(" if ");
                self.field(v, n, "test")?;
                self.push(" else ");
                self.field(v, n, "orelse")
            }
            Node::Dict => {
                let (keys, values) = (self.list(v, n, "keys")?, self.list(v, n, "values")?);
                if keys.len() != values.len() {
                    return Err(self.t.value_error("Dict doesn't have the same number of keys as values"));
                }
                self.push("{");
                for (i, (k, e)) in keys.iter().zip(values.iter()).enumerate() {
                    self.push(if i > 0 { ", " } else { "" });
                    if k.is_none() {
                        self.push("**");
                    } else {
                        self.operand(k)?;
                        self.push(": ");
                    }
                    self.operand(e)?;
                }
                self.push("}");
                Ok(())
            }
            Node::Set => {
                let items = self.list(v, n, "elts")?;
                // No items at all can only be written as the items of nothing.
                self.push(if items.is_empty() { "{*()" } else { "{" });
                self.elements(&items)?;
                self.push("}");
                Ok(())
            }
            Node::ListComp | Node::SetComp | Node::GeneratorExp | Node::DictComp => {
                let (open, close) = match n {
                    Node::ListComp => ("[", "]"),
                    Node::GeneratorExp => ("(", ")"),
                    _ => ("{", "}"),
                };
                self.push(open);
                if n == Node::DictComp {
                    self.field(v, n, "key")?;
                    self.push(": ");
                    self.field(v, n, "value")?;
                } else {
                    self.field(v, n, "elt")?;
                }
                self.generators(v, n)?;
                self.push(close);
                Ok(())
            }
            Node::Await => {
                self.push("await ");
                self.field(v, n, "value")
            }
            Node::Yield => {
                self.push("yield");
                self.after_space(self.get(v, "value")?)
            }
            Node::YieldFrom => {
                self.push("yield from ");
                self.field(v, n, "value")
            }
            Node::Compare => {
                let (ops, others) = (self.list(v, n, "ops")?, self.list(v, n, "comparators")?);
                if others.is_empty() {
                    return Err(self.t.value_error("Compare with no comparators"));
                }
                if ops.len() != others.len() {
                    return Err(self.t.value_error("Compare has a different number of comparators and operands"));
                }
                self.field(v, n, "left")?;
                for (op, e) in ops.iter().zip(others.iter()) {
                    let op = match self.node(op, "cmpop")? {
                        Node::Eq => "==",
                        Node::NotEq => "!=",
                        Node::Lt => "<",
                        Node::LtE => "<=",
                        Node::Gt => ">",
                        Node::GtE => ">=",
                        Node::Is => "is",
                        Node::IsNot => "is not",
                        Node::In => "in",
                        _ => "not in",
                    };
                    self.push(&format!(" {op} "));
                    self.operand(e)?;
                }
                Ok(())
            }
            Node::Call => {
                self.field(v, n, "func")?;
                let (args, keywords) = (self.list(v, n, "args")?, self.list(v, n, "keywords")?);
                self.call_arguments(args, keywords)
            }
            Node::FormattedValue => {
                self.push("f'");
                self.replacement(v, n)?;
                self.push("'");
                Ok(())
            }
            Node::Interpolation => {
                self.push("t'");
                self.replacement(v, n)?;
                self.push("'");
                Ok(())
            }
            Node::JoinedStr | Node::TemplateStr => {
                self.push(if n == Node::JoinedStr { "f'" } else { "t'" });
                self.pieces(v, n, false)?;
                self.push("'");
                Ok(())
            }
            Node::Constant => {
                let value = self.required(v, n, "value")?;
                self.constant(value)
            }
            Node::Attribute => {
                self.field(v, n, "value")?;
                let attr = self.needed(v, n, "attr")?;
                let attr = self.identifier(attr)?;
                self.push(&format!(".{attr}"));
                self.context(v, n)
            }
            Node::Subscript => {
                self.field(v, n, "value")?;
                self.push("[");
                let slice = self.needed(v, n, "slice")?;
                self.subscript(slice)?;
                self.push("]");
                self.context(v, n)
            }
            Node::Starred => {
                self.push("*");
                self.context(v, n)?;
                self.field(v, n, "value")
            }
            Node::Name => {
                let id = self.needed(v, n, "id")?;
                let id = self.identifier(id)?;
                self.push(&id);
                self.context(v, n)
            }
            Node::List | Node::Tuple => {
                let items = self.list(v, n, "elts")?;
                self.context(v, n)?;
                self.push(if n == Node::List { "[" } else { "(" });
                self.elements(&items)?;
                self.push(match n {
                    Node::List => "]",
                    _ if items.len() == 1 => ",)",
                    _ => ")",
                });
                Ok(())
            }
            Node::Slice => {
                if let Some(e) = self.get(v, "lower")? {
                    self.operand(e)?;
                }
                self.push(":");
                if let Some(e) = self.get(v, "upper")? {
                    self.operand(e)?;
                }
                if let Some(e) = self.get(v, "step")? {
                    self.push(":");
                    self.operand(e)?;
                }
                Ok(())
            }
            _ => Err(self.t.system_error("unexpected expression")),
        }
    }

    fn context(&self, v: Value, n: Node) -> Result<()> {
        let ctx = self.needed(v, n, "ctx")?;
        self.node(ctx, "expr_context").map(|_| ())
    }

    /// What stands between brackets: slices only there, and without parentheses.
    fn subscript(&mut self, v: Value) -> Result<()> {
        if self.node(v, "expr")? == Node::Tuple {
            let items = self.list(v, Node::Tuple, "elts")?;
            let mut has_slice = false;
            for e in items.iter() {
                has_slice |= self.node(e, "expr")? == Node::Slice;
            }
            if has_slice {
                self.begin(v, Node::Tuple)?;
                self.elements(&items)?;
                if items.len() == 1 {
                    self.push(",");
                }
                self.end();
                return Ok(());
            }
        }
        self.operand(v)
    }

    fn generators(&mut self, v: Value, n: Node) -> Result<()> {
        let generators = self.list(v, n, "generators")?;
        if generators.is_empty() {
            return Err(self.t.value_error("comprehension with no generators"));
        }
        for g in generators.iter() {
            let n = self.node(g, "comprehension")?;
            let is_async = self.needed(g, n, "is_async")?;
            self.push(if self.int(is_async)? != 0 { " async for " } else { " for " });
            let target = self.needed(g, n, "target")?;
            self.target(target, "Store")?;
            self.push(" in ");
            self.field(g, n, "iter")?;
            for test in self.list(g, n, "ifs")?.iter() {
                self.push(" if ");
                self.operand(test)?;
            }
        }
        Ok(())
    }

    fn operator(&self, v: Value) -> Result<&'static str> {
        Ok(match self.node(v, "operator")? {
            Node::Add => "+",
            Node::Sub => "-",
            Node::Mult => "*",
            Node::MatMult => "@",
            Node::Div => "/",
            Node::Mod => "%",
            Node::Pow => "**",
            Node::LShift => "<<",
            Node::RShift => ">>",
            Node::BitOr => "|",
            Node::BitXor => "^",
            Node::BitAnd => "&",
            _ => "//",
        })
    }

    // ---- strings and constants

    /// Parts of a formatted string.
    fn pieces(&mut self, v: Value, n: Node, in_spec: bool) -> Result<()> {
        for part in self.list(v, n, "values")?.iter() {
            let pn = self.node(part, "expr")?;
            match pn {
                Node::Constant => {
                    let value = self.required(part, pn, "value")?;
                    let Some(s) = value.downcast::<Str>() else {
                        return Err(self.t.type_error("the parts of a formatted string must be strings"));
                    };
                    let points: Vec<u32> = text_of(&s).iter().collect();
                    for c in points {
                        match c {
                            // Doubling is not for format specifications.
                            0x7b | 0x7d if in_spec => {
                                let _ = write!(self.out, "{{'{}'}}", c as u8 as char);
                            }
                            0x7b => self.push("{{"),
                            0x7d => self.push("}}"),
                            c => push_escaped(&mut self.out, c),
                        }
                    }
                }
                Node::FormattedValue | Node::Interpolation => {
                    self.begin(part, pn)?;
                    self.replacement(part, pn)?;
                    self.end();
                }
                _ => {
                    self.push("{");
                    self.operand(part)?;
                    self.push("}");
                }
            }
        }
        Ok(())
    }

    fn replacement(&mut self, v: Value, n: Node) -> Result<()> {
        self.push("{");
        let value = self.needed(v, n, "value")?;
        self.push("(");
        self.expr(value)?;
        self.push(")");
        let conversion = self.needed(v, n, "conversion")?;
        match self.int(conversion)? {
            -1 => {}
            c @ (97 | 114 | 115) => {
                self.push("!");
                self.out.push(c as u8 as char);
            }
            c => return Err(self.t.system_error(format!("Unrecognized conversion character {c}"))),
        }
        if let Some(spec) = self.get(v, "format_spec")? {
            self.push(":");
            if self.node(spec, "expr")? == Node::JoinedStr {
                self.begin(spec, Node::JoinedStr)?;
                self.pieces(spec, Node::JoinedStr, true)?;
                self.end();
            } else {
                self.push("{");
                self.operand(spec)?;
                self.push("}");
            }
        }
        self.push("}");
        Ok(())
    }

    fn constant(&mut self, v: Value) -> Result<()> {
        let simple = match v {
            Value::NONE => Some("None"),
            Value::TRUE => Some("True"),
            Value::FALSE => Some("False"),
            Value::ELLIPSIS => Some("..."),
            _ => None,
        };
        if let Some(s) = simple {
            self.push(s);
            return Ok(());
        }
        if let Some(i) = int::exact(v) {
            // Hexadecimal has no limit on its length.
            let i = i.as_ref();
            let digits: String = i.limbs.iter().rev().map(|l| format!("{l:016x}")).collect();
            let digits = digits.trim_start_matches('0');
            let sign = if i.negative { "-" } else { "" };
            self.push(&format!("{sign}0x{}", if digits.is_empty() { "0" } else { digits }));
            return Ok(());
        }
        if let Some(x) = exact_float(v) {
            self.push(&float_text(x));
            return Ok(());
        }
        let class = class_of(v);
        if let Some(s) = v.downcast::<Str>().filter(|_| class == Str::class()) {
            self.push("'");
            for c in text_of(&s).iter() {
                push_escaped(&mut self.out, c);
            }
            self.push("'");
            return Ok(());
        }
        if let Some(b) = v.downcast::<Bytes>().filter(|_| class == Bytes::class()) {
            self.push("b'");
            for byte in b.as_slice() {
                let _ = write!(self.out, "\\x{byte:02x}");
            }
            self.push("'");
            return Ok(());
        }
        if let Some(z) = v.downcast::<Complex>().filter(|_| class == Complex::class()) {
            let z = z.number();
            let imaginary = format!("{}j", float_text(z.im).trim_start_matches('-'));
            let sign = if z.im.is_sign_negative() { "-" } else { "+" };
            if z.re == 0.0 && z.re.is_sign_positive() && sign == "+" {
                self.push(&imaginary);
            } else {
                self.push(&format!("{}{sign}{imaginary}", float_text(z.re)));
            }
            return Ok(());
        }
        if let Some(items) = v.downcast::<Tuple>().filter(|_| class == Tuple::class()) {
            self.push("(");
            for item in items.iter() {
                self.constant(item)?;
                self.push(",");
            }
            self.push(")");
            return Ok(());
        }
        if class == taipan_vm::objects::set::FrozenSet::class() {
            return Err(self.t.not_implemented_error("compile() of a Constant that is a frozenset"));
        }
        Err(self.t.type_error(format!("got an invalid type in Constant: {}", class.name_string())))
    }

    // ---- patterns

    fn pattern(&mut self, v: Value, outermost: bool) -> Result<()> {
        self.t.check_native_stack()?;
        let n = self.node(v, "pattern")?;
        let open = matches!(n, Node::MatchOr) || (n == Node::MatchAs && self.get(v, "pattern")?.is_some());
        let parentheses = open && !outermost;
        if parentheses {
            self.push("(");
        }
        self.begin(v, n)?;
        match n {
            Node::MatchValue => {
                let value = self.needed(v, n, "value")?;
                self.literal(value)?;
            }
            Node::MatchSingleton => {
                let value = self.required(v, n, "value")?;
                if !matches!(value, Value::NONE | Value::TRUE | Value::FALSE) {
                    return Err(self.t.value_error("MatchSingleton can only contain True, False and None"));
                }
                self.constant(value)?;
            }
            Node::MatchSequence => {
                self.push("[");
                self.patterns(self.list(v, n, "patterns")?)?;
                self.push("]");
            }
            Node::MatchMapping => {
                let (keys, patterns) = (self.list(v, n, "keys")?, self.list(v, n, "patterns")?);
                if keys.len() != patterns.len() {
                    return Err(self.t.value_error("MatchMapping doesn't have the same number of keys as patterns"));
                }
                self.push("{");
                for (k, p) in keys.iter().zip(patterns.iter()) {
                    self.literal(k)?;
                    self.push(": ");
                    self.pattern(p, false)?;
                    self.push(", ");
                }
                if let Some(rest) = self.get(v, "rest")? {
                    let rest = self.identifier(rest)?;
                    self.push(&format!("**{rest}"));
                }
                self.push("}");
            }
            Node::MatchClass => {
                let class = self.needed(v, n, "cls")?;
                self.literal(class)?;
                let (attributes, patterns) = (self.list(v, n, "kwd_attrs")?, self.list(v, n, "kwd_patterns")?);
                if attributes.len() != patterns.len() {
                    return Err(self.t.value_error("MatchClass doesn't have the same number of keyword attributes as patterns"));
                }
                self.push("(");
                for p in self.list(v, n, "patterns")?.iter() {
                    self.pattern(p, false)?;
                    self.push(", ");
                }
                for (a, p) in attributes.iter().zip(patterns.iter()) {
                    let a = self.identifier(a)?;
                    self.push(&format!("{a}="));
                    self.pattern(p, false)?;
                    self.push(", ");
                }
                self.push(")");
            }
            Node::MatchStar => {
                let name = match self.get(v, "name")? {
                    Some(name) => self.identifier(name)?,
                    None => "_".to_owned(),
                };
                self.push(&format!("*{name}"));
            }
            Node::MatchAs => {
                let name = match self.get(v, "name")? {
                    Some(name) => Some(self.identifier(name)?),
                    None => None,
                };
                match (self.get(v, "pattern")?, name) {
                    (None, None) => self.push("_"),
                    (None, Some(name)) if name == "_" => {
                        return Err(self.t.value_error("can't capture name '_' in patterns"));
                    }
                    (None, Some(name)) => self.push(&name),
                    (Some(_), None) => {
                        return Err(self.t.value_error("MatchAs must specify a target name if a pattern is given"));
                    }
                    (Some(p), Some(name)) => {
                        self.pattern(p, false)?;
                        self.push(&format!(" as {name}"));
                    }
                }
            }
            Node::MatchOr => {
                let patterns = self.list(v, n, "patterns")?;
                if patterns.len() < 2 {
                    return Err(self.t.value_error("MatchOr requires at least 2 patterns"));
                }
                for (i, p) in patterns.iter().enumerate() {
                    self.push(if i > 0 { " | " } else { "" });
                    self.pattern(p, false)?;
                }
            }
            _ => return Err(self.t.system_error("unexpected pattern")),
        }
        self.end();
        if parentheses {
            self.push(")");
        }
        Ok(())
    }

    fn patterns(&mut self, patterns: ValueVec) -> Result<()> {
        for (i, p) in patterns.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.pattern(p, false)?;
        }
        Ok(())
    }

    /// Expressions that patterns may contain, which stand without parentheses there.
    fn literal(&mut self, v: Value) -> Result<()> {
        let n = self.node(v, "expr")?;
        self.begin(v, n)?;
        match n {
            Node::Constant => {
                let value = self.required(v, n, "value")?;
                self.constant(value)?;
            }
            Node::UnaryOp => {
                self.push("-");
                let operand = self.needed(v, n, "operand")?;
                self.literal(operand)?;
            }
            Node::BinOp => {
                let (left, op, right) = (self.needed(v, n, "left")?, self.needed(v, n, "op")?, self.needed(v, n, "right")?);
                self.literal(left)?;
                let op = self.operator(op)?;
                self.push(&format!(" {op} "));
                self.literal(right)?;
            }
            Node::Attribute | Node::Name | Node::JoinedStr | Node::TemplateStr => self.expression(v, n)?,
            _ => return Err(self.t.value_error("patterns may only match literals and attribute lookups")),
        }
        self.end();
        Ok(())
    }
}

/// A float as an expression that folds to it.
fn float_text(x: f64) -> String {
    if x.is_nan() {
        return "(1e999-1e999)".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "1e999" } else { "-1e999" }.to_owned();
    }
    taipan_text::float::repr(x)
}

/// A character of a string in single quotes.
fn push_escaped(out: &mut String, c: u32) {
    match char::from_u32(c) {
        Some(c @ (' '..='~')) if c != '\\' && c != '\'' => out.push(c),
        _ if c > 0xffff => {
            let _ = write!(out, "\\U{c:08x}");
        }
        _ => {
            let _ = write!(out, "\\u{c:04x}");
        }
    }
}
