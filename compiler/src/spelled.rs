//! Names that no source text can spell. A syntax tree may hold any string as an identifier; tools use that for names which
//! cannot collide with a program's own. Whoever writes such a tree as text puts a stand-in where such a name belongs, and the
//! names are put back in the parsed tree, before scopes are built.

use ruff_python_ast::visitor::transformer::{self, Transformer};
use ruff_python_ast::{Alias, ExceptHandler, Expr, Identifier, Keyword, Mod, Parameter, Pattern, PatternKeyword, Stmt, TypeParam};

use crate::depth::with_stack;

/// What a stand-in begins with: a letter that identifiers may begin with.
const MARK: char = '\u{1c3}';

/// The stand-in for the name of this number.
pub fn stand_in(number: usize) -> String {
    format!("{MARK}{number}")
}

/// Whether a name can be written as it is: its text is read back as the same name, and as nothing else.
pub fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !is_keyword(name)
}

fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "and"
            | "as"
            | "assert"
            | "async"
            | "await"
            | "break"
            | "class"
            | "continue"
            | "def"
            | "del"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "from"
            | "global"
            | "if"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "nonlocal"
            | "not"
            | "or"
            | "pass"
            | "raise"
            | "return"
            | "try"
            | "while"
            | "with"
            | "yield"
    )
}

/// Puts the names back for which stand-ins were written.
pub fn restore(tree: &mut Mod, names: &[String]) {
    let r = Restore { names };
    match tree {
        Mod::Module(m) => r.visit_body(&mut m.body),
        Mod::Expression(e) => r.visit_expr(&mut e.body),
    }
}

struct Restore<'a> {
    names: &'a [String],
}

impl Restore<'_> {
    fn name(&self, id: &mut ruff_python_ast::name::Name) {
        if let Some(number) = id.as_str().strip_prefix(MARK)
            && let Some(name) = number.parse().ok().and_then(|n: usize| self.names.get(n))
        {
            *id = name.as_str().into();
        }
    }
    fn identifier(&self, i: &mut Identifier) {
        self.name(&mut i.id);
    }
    fn optional(&self, i: &mut Option<Identifier>) {
        if let Some(i) = i {
            self.identifier(i);
        }
    }
}

impl Transformer for Restore<'_> {
    fn visit_stmt(&self, s: &mut Stmt) {
        match s {
            Stmt::FunctionDef(f) => self.identifier(&mut f.name),
            Stmt::ClassDef(c) => self.identifier(&mut c.name),
            Stmt::ImportFrom(i) => self.optional(&mut i.module),
            Stmt::Global(g) => g.names.iter_mut().for_each(|n| self.identifier(n)),
            Stmt::Nonlocal(g) => g.names.iter_mut().for_each(|n| self.identifier(n)),
            _ => {}
        }
        with_stack(|| transformer::walk_stmt(self, s));
    }
    fn visit_expr(&self, e: &mut Expr) {
        match e {
            Expr::Name(n) => self.name(&mut n.id),
            Expr::Attribute(a) => self.identifier(&mut a.attr),
            _ => {}
        }
        with_stack(|| transformer::walk_expr(self, e));
    }
    fn visit_except_handler(&self, h: &mut ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = h;
        self.optional(&mut inner.name);
        transformer::walk_except_handler(self, h);
    }
    fn visit_parameter(&self, p: &mut Parameter) {
        self.identifier(&mut p.name);
        transformer::walk_parameter(self, p);
    }
    fn visit_keyword(&self, k: &mut Keyword) {
        self.optional(&mut k.arg);
        transformer::walk_keyword(self, k);
    }
    fn visit_alias(&self, a: &mut Alias) {
        self.identifier(&mut a.name);
        self.optional(&mut a.asname);
    }
    fn visit_type_param(&self, p: &mut TypeParam) {
        match p {
            TypeParam::TypeVar(v) => self.identifier(&mut v.name),
            TypeParam::ParamSpec(v) => self.identifier(&mut v.name),
            TypeParam::TypeVarTuple(v) => self.identifier(&mut v.name),
        }
        transformer::walk_type_param(self, p);
    }
    fn visit_pattern(&self, p: &mut Pattern) {
        match p {
            Pattern::MatchMapping(m) => self.optional(&mut m.rest),
            Pattern::MatchStar(m) => self.optional(&mut m.name),
            Pattern::MatchAs(m) => self.optional(&mut m.name),
            _ => {}
        }
        with_stack(|| transformer::walk_pattern(self, p));
    }
    fn visit_pattern_keyword(&self, k: &mut PatternKeyword) {
        self.identifier(&mut k.attr);
        transformer::walk_pattern_keyword(self, k);
    }
}
