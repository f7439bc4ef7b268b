//! The first pass: one walk over the tree that records how each block binds and uses names.

use std::sync::Arc;

use ruff_python_ast as ast;
use ruff_python_ast::{Expr, ExprContext, Pattern, Stmt, TypeParam};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{BlockKey, BlockKind, Comprehension, Name, NameSet, Place, Scope, ScopeId, Settings, Symbol, TOP, def};
use crate::errors::{Error, Result};

/// The blocks of a program and the nodes that open them.
type Collected = (Vec<Scope>, FxHashMap<(usize, BlockKey), ScopeId>);

/// Walks a module or expression.
pub(super) fn collect(body: &[Stmt], expr: Option<&Expr>, settings: Settings) -> Result<Collected> {
    let mut b = Builder {
        scopes: Vec::new(),
        blocks: FxHashMap::default(),
        stack: Vec::new(),
        interned: FxHashSet::default(),
        settings,
        depth: 0,
        variable_part: "",
        place: 0,
    };
    b.enter(BlockKind::Module, "<module>", None);
    b.body(body)?;
    if let Some(e) = expr {
        b.expr(e)?;
    }
    b.leave();
    Ok((b.scopes, b.blocks))
}

struct Builder {
    scopes: Vec<Scope>,
    blocks: FxHashMap<(usize, BlockKey), ScopeId>,
    stack: Vec<ScopeId>,
    interned: FxHashSet<Name>,
    settings: Settings,
    depth: u32,
    /// What the block of a type parameter is, for error texts.
    variable_part: &'static str,
    /// Offset of the node whose block is opened next.
    place: u32,
}

fn addr<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

impl Builder {
    fn intern(&mut self, s: &str) -> Name {
        if let Some(n) = self.interned.get(s) {
            return n.clone();
        }
        let n: Name = Arc::from(s);
        self.interned.insert(n.clone());
        n
    }

    fn cur(&mut self) -> &mut Scope {
        let id = *self.stack.last().expect("a block is open");
        &mut self.scopes[id]
    }

    fn cur_id(&self) -> ScopeId {
        *self.stack.last().expect("a block is open")
    }

    fn enter(&mut self, kind: BlockKind, name: &str, key: Option<(usize, BlockKey)>) -> ScopeId {
        let id = self.create(kind, name, key);
        self.stack.push(id);
        id
    }

    fn create(&mut self, kind: BlockKind, name: &str, key: Option<(usize, BlockKey)>) -> ScopeId {
        let name = self.intern(name);
        let parent = self.stack.last().copied();
        let id = self.scopes.len();
        let comp_iter_expr = parent.map_or(0, |p| self.scopes[p].comp_iter_expr);
        let (nested, private, mangled_names, method) = match parent {
            Some(p) => {
                let p = &self.scopes[p];
                (
                    p.nested || p.is_function_like(),
                    p.private.clone(),
                    p.mangled_names.clone(),
                    p.kind == BlockKind::Class && kind == BlockKind::Function,
                )
            }
            None => (false, None, None, false),
        };
        self.scopes.push(Scope {
            kind,
            name,
            offset: self.place,
            symbols: indexmap::IndexMap::default(),
            children: Vec::new(),
            params: Vec::new(),
            comprehension: None,
            inlined: false,
            nested,
            generator: false,
            coroutine: false,
            annotations_used: false,
            needs_class_closure: false,
            needs_classdict: false,
            conditional_annotations: false,
            can_see_class_scope: false,
            method,
            walrus: NameSet::default(),
            annotation_block: None,
            private,
            mangled_names,
            directives: Vec::new(),
            comp_iter_target: false,
            comp_iter_expr,
            in_conditional: false,
            unevaluated: false,
            is_async_def: false,
            returns_value: None,
            parent,
        });
        let detached = kind == BlockKind::Annotation && self.settings.future_annotations;
        if let Some(p) = parent
            && !detached
        {
            self.scopes[p].children.push(id);
        }
        if let Some(key) = key {
            self.blocks.insert(key, id);
        }
        if matches!(kind, BlockKind::Annotation | BlockKind::TypeVariable | BlockKind::TypeAlias) {
            let format = self.intern(".format");
            let scope = &mut self.scopes[id];
            scope.params.push(format.clone());
            scope.symbols.insert(format, Symbol { flags: def::PARAM | def::USE, place: Place::Unknown, from_inlined: false });
        }
        id
    }

    fn leave(&mut self) {
        self.stack.pop();
    }

    fn mangled(&mut self, name: &str) -> Name {
        match self.cur().mangle(name) {
            Some(m) => self.intern(&m),
            None => self.intern(name),
        }
    }

    fn flags(&mut self, name: &str) -> u16 {
        let name = self.mangled(name);
        self.cur().symbols.get(&name).map_or(0, |s| s.flags)
    }

    fn add(&mut self, name: &str, flag: u16, range: TextRange) -> Result<()> {
        let id = self.cur_id();
        let name = self.mangled(name);
        self.add_to(id, name, flag, range)
    }

    fn add_to(&mut self, id: ScopeId, name: Name, mut flag: u16, range: TextRange) -> Result<()> {
        let scope = &mut self.scopes[id];
        let entry = scope.symbols.entry(name.clone()).or_insert(Symbol { flags: 0, place: Place::Unknown, from_inlined: false });
        if flag & def::PARAM != 0 && entry.flags & def::PARAM != 0 {
            return Err(Error::syntax(range, format!("duplicate argument '{name}' in function definition")));
        }
        if flag & def::TYPE_PARAM != 0 && entry.flags & def::TYPE_PARAM != 0 {
            return Err(Error::syntax(range, format!("duplicate type parameter '{name}'")));
        }
        if scope.comp_iter_target {
            if entry.flags & (def::GLOBAL | def::NONLOCAL) != 0 {
                return Err(Error::syntax(
                    range,
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'"),
                ));
            }
            flag |= def::COMP_ITER;
        }
        entry.flags |= flag;
        if flag & def::PARAM != 0 {
            scope.params.push(name);
        } else if flag & def::GLOBAL != 0 {
            self.scopes[TOP]
                .symbols
                .entry(name)
                .or_insert(Symbol { flags: 0, place: Place::Unknown, from_inlined: false })
                .flags |= def::GLOBAL;
        }
        Ok(())
    }

    fn body(&mut self, body: &[Stmt]) -> Result<()> {
        for s in body {
            self.stmt(s)?;
        }
        Ok(())
    }

    /// A body that may not run, or not only once: annotations in it are conditional.
    fn conditional(&mut self, body: &[Stmt]) -> Result<()> {
        let saved = std::mem::replace(&mut self.cur().in_conditional, true);
        let result = self.body(body);
        self.cur().in_conditional = saved;
        result
    }

    fn stmt(&mut self, s: &Stmt) -> Result<()> {
        crate::depth::guarded(&mut self.depth, s.range())?;
        let result = crate::depth::with_stack(|| self.stmt_inner(s));
        self.depth -= 1;
        result
    }

    fn stmt_inner(&mut self, s: &Stmt) -> Result<()> {
        match s {
            Stmt::FunctionDef(f) => self.function(f),
            Stmt::ClassDef(c) => self.class(c),
            Stmt::Return(r) => {
                if let Some(v) = &r.value {
                    self.expr(v)?;
                    let scope = self.cur();
                    scope.returns_value = Some(s.range());
                    if scope.generator && scope.is_async_def {
                        return Err(Error::syntax(s.range(), "'return' with value in async generator"));
                    }
                }
                Ok(())
            }
            Stmt::Delete(d) => self.exprs(&d.targets),
            Stmt::TypeAlias(t) => self.type_alias(t),
            Stmt::Assign(a) => {
                self.exprs(&a.targets)?;
                self.expr(&a.value)
            }
            Stmt::AugAssign(a) => {
                self.expr(&a.target)?;
                self.expr(&a.value)
            }
            Stmt::AnnAssign(a) => self.annotated_assignment(a),
            Stmt::For(f) => {
                self.expr(&f.target)?;
                self.expr(&f.iter)?;
                self.conditional(&f.body)?;
                self.conditional(&f.orelse)
            }
            Stmt::While(w) => {
                self.expr(&w.test)?;
                self.conditional(&w.body)?;
                self.conditional(&w.orelse)
            }
            Stmt::If(i) => {
                self.expr(&i.test)?;
                self.conditional(&i.body)?;
                for c in &i.elif_else_clauses {
                    if let Some(t) = &c.test {
                        self.expr(t)?;
                    }
                    self.conditional(&c.body)?;
                }
                Ok(())
            }
            Stmt::With(w) => {
                for item in &w.items {
                    self.expr(&item.context_expr)?;
                    if let Some(v) = &item.optional_vars {
                        self.expr(v)?;
                    }
                }
                self.conditional(&w.body)
            }
            Stmt::Match(m) => {
                self.expr(&m.subject)?;
                for case in &m.cases {
                    self.pattern(&case.pattern)?;
                    if let Some(g) = &case.guard {
                        self.expr(g)?;
                    }
                    self.conditional(&case.body)?;
                }
                Ok(())
            }
            Stmt::Raise(r) => {
                self.opt(r.exc.as_deref())?;
                self.opt(r.cause.as_deref())
            }
            Stmt::Try(t) => {
                self.conditional(&t.body)?;
                for h in &t.handlers {
                    let ast::ExceptHandler::ExceptHandler(h) = h;
                    self.opt(h.type_.as_deref())?;
                    if let Some(n) = &h.name {
                        self.add(n, def::LOCAL, h.range)?;
                    }
                    self.conditional(&h.body)?;
                }
                self.conditional(&t.orelse)?;
                self.conditional(&t.finalbody)
            }
            Stmt::Assert(a) => {
                self.expr(&a.test)?;
                self.opt(a.msg.as_deref())
            }
            Stmt::Import(i) => {
                for alias in &i.names {
                    self.alias(alias)?;
                }
                Ok(())
            }
            Stmt::ImportFrom(i) => {
                for alias in &i.names {
                    self.alias(alias)?;
                }
                Ok(())
            }
            Stmt::Global(g) => {
                for n in &g.names {
                    self.directive(n, g.range, true)?;
                }
                Ok(())
            }
            Stmt::Nonlocal(g) => {
                for n in &g.names {
                    self.directive(n, g.range, false)?;
                }
                Ok(())
            }
            Stmt::Expr(e) => self.expr(&e.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn directive(&mut self, name: &ast::Identifier, range: TextRange, global: bool) -> Result<()> {
        let word = if global { "global" } else { "nonlocal" };
        let flags = self.flags(name);
        if flags & (def::PARAM | def::LOCAL | def::USE | def::ANNOT) != 0 {
            let m = if flags & def::PARAM != 0 {
                format!("name '{}' is parameter and {word}", name.as_str())
            } else if flags & def::USE != 0 {
                format!("name '{}' is used prior to {word} declaration", name.as_str())
            } else if flags & def::ANNOT != 0 {
                format!("annotated name '{}' can't be {word}", name.as_str())
            } else {
                format!("name '{}' is assigned to before {word} declaration", name.as_str())
            };
            return Err(Error::syntax(range, m));
        }
        self.add(name, if global { def::GLOBAL } else { def::NONLOCAL }, range)?;
        let n = self.mangled(name);
        self.cur().directives.push((n, range));
        Ok(())
    }

    fn alias(&mut self, alias: &ast::Alias) -> Result<()> {
        let stored = match &alias.asname {
            Some(n) => n.as_str(),
            None => alias.name.as_str().split('.').next().unwrap_or(""),
        };
        if alias.name.as_str() == "*" {
            if self.cur().kind != BlockKind::Module {
                return Err(Error::syntax(alias.range, "import * only allowed at module level"));
            }
            return Ok(());
        }
        self.add(stored, def::IMPORT, alias.range)
    }

    fn function(&mut self, f: &ast::StmtFunctionDef) -> Result<()> {
        self.add(&f.name, def::LOCAL, f.range)?;
        let (has_defaults, has_kwdefaults) = self.defaults(&f.parameters)?;
        for d in &f.decorator_list {
            self.expr(&d.expression)?;
        }
        if let Some(tp) = &f.type_params {
            self.enter_type_params(&f.name, tp, false, has_defaults, has_kwdefaults)?;
        }
        let id = self.create(BlockKind::Function, &f.name, Some((addr(f), BlockKey::Body)));
        self.function_annotations(f, id)?;
        self.stack.push(id);
        self.parameters(&f.parameters)?;
        self.cur().is_async_def = f.is_async;
        self.cur().coroutine = f.is_async;
        self.body(&f.body)?;
        self.leave();
        if f.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    /// Visits the default values, in the enclosing block.
    fn defaults(&mut self, p: &ast::Parameters) -> Result<(bool, bool)> {
        let mut has = (false, false);
        for d in p.posonlyargs.iter().chain(&p.args).filter_map(|p| p.default.as_deref()) {
            has.0 = true;
            self.expr(d)?;
        }
        for d in p.kwonlyargs.iter().filter_map(|p| p.default.as_deref()) {
            has.1 = true;
            self.expr(d)?;
        }
        Ok(has)
    }

    fn parameters(&mut self, p: &ast::Parameters) -> Result<()> {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            let range = TextRange::new(a.parameter.name.range.start(), a.parameter.range.end());
            self.add(&a.parameter.name, def::PARAM, range)?;
        }
        for a in p.vararg.iter().chain(&p.kwarg) {
            self.add(&a.name, def::PARAM, TextRange::new(a.name.range.start(), a.range.end()))?;
        }
        Ok(())
    }

    fn function_annotations(&mut self, f: &ast::StmtFunctionDef, function: ScopeId) -> Result<()> {
        let p = &f.parameters;
        let mut all: Vec<&Expr> = p.posonlyargs.iter().chain(&p.args).filter_map(|a| a.annotation()).collect();
        all.extend(p.vararg.iter().filter_map(|a| a.annotation()));
        all.extend(p.kwonlyargs.iter().filter_map(|a| a.annotation()));
        all.extend(p.kwarg.iter().filter_map(|a| a.annotation()));
        all.extend(f.returns.as_deref());
        let in_class = self.cur().can_see_class_scope || self.cur().kind == BlockKind::Class;
        self.place = f.name.range().start().into();
        self.enter(BlockKind::Annotation, "__annotate__", Some((addr(f), BlockKey::Annotations)));
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add("__classdict__", def::USE, f.range)?;
        }
        if self.settings.future_annotations {
            self.cur().unevaluated = true;
        }
        let used = !all.is_empty();
        for e in all {
            self.expr(e)?;
        }
        self.leave();
        self.scopes[function].annotations_used = used;
        Ok(())
    }

    fn annotated_assignment(&mut self, a: &ast::StmtAnnAssign) -> Result<()> {
        if let Expr::Name(n) = &*a.target {
            let flags = self.flags(&n.id);
            if flags & (def::GLOBAL | def::NONLOCAL) != 0 && self.cur_id() != TOP && a.simple {
                let word = if flags & def::GLOBAL != 0 { "global" } else { "nonlocal" };
                return Err(Error::syntax(a.range, format!("annotated name '{}' can't be {word}", n.id.as_str())));
            }
            if a.simple {
                self.add(&n.id, def::ANNOT | def::LOCAL, n.range)?;
            } else if a.value.is_some() {
                self.add(&n.id, def::LOCAL, n.range)?;
            }
        } else {
            self.expr(&a.target)?;
        }
        self.variable_annotation(&a.annotation)?;
        self.opt(a.value.as_deref())
    }

    fn variable_annotation(&mut self, annotation: &Expr) -> Result<()> {
        let scope = self.cur();
        let kind = scope.kind;
        let unevaluated = kind == BlockKind::Function;
        let conditional = kind == BlockKind::Module || kind == BlockKind::Class && scope.in_conditional;
        let conditional = conditional && !self.settings.future_annotations;
        if conditional && !self.cur().conditional_annotations {
            self.cur().conditional_annotations = true;
            self.add("__conditional_annotations__", def::USE, annotation.range())?;
        }
        let parent = self.cur_id();
        match self.scopes[parent].annotation_block {
            Some(id) => self.stack.push(id),
            None => {
                let in_class = self.cur().can_see_class_scope || kind == BlockKind::Class;
                self.place = annotation.range().start().into();
                let id = self.enter(BlockKind::Annotation, "__annotate__", None);
                self.scopes[parent].annotation_block = Some(id);
                if in_class {
                    self.cur().can_see_class_scope = true;
                    self.add("__classdict__", def::USE, annotation.range())?;
                }
            }
        }
        if conditional {
            self.add("__conditional_annotations__", def::USE, annotation.range())?;
        }
        let saved = self.cur().unevaluated;
        self.cur().unevaluated = unevaluated || self.settings.future_annotations;
        let result = self.expr(annotation);
        self.cur().unevaluated = saved;
        self.leave();
        result
    }

    fn class(&mut self, c: &ast::StmtClassDef) -> Result<()> {
        self.add(&c.name, def::LOCAL, c.range)?;
        for d in &c.decorator_list {
            self.expr(&d.expression)?;
        }
        if let Some(tp) = &c.type_params {
            let mut names = NameSet::default();
            for p in tp.iter() {
                let n = self.intern(p.name());
                names.insert(n);
            }
            let private = self.intern(&c.name);
            self.enter_type_params_with(&c.name, tp, true, false, false, Some((private, names)))?;
        }
        if let Some(args) = &c.arguments {
            self.exprs(&args.args)?;
            for k in &args.keywords {
                self.expr(&k.value)?;
            }
        }
        self.place = c.name.range().start().into();
        self.enter(BlockKind::Class, &c.name, Some((addr(c), BlockKey::Body)));
        let private = self.intern(&c.name);
        let scope = self.cur();
        scope.private = Some(private);
        scope.mangled_names = None;
        if c.type_params.is_some() {
            self.add("__type_params__", def::LOCAL, c.range)?;
            self.add(".type_params", def::USE, c.range)?;
        }
        self.body(&c.body)?;
        self.leave();
        if c.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    fn enter_type_params(&mut self, name: &str, tp: &ast::TypeParams, class: bool, defaults: bool, kwdefaults: bool) -> Result<()> {
        self.enter_type_params_with(name, tp, class, defaults, kwdefaults, None)
    }

    fn enter_type_params_with(
        &mut self,
        name: &str,
        tp: &ast::TypeParams,
        class: bool,
        defaults: bool,
        kwdefaults: bool,
        private: Option<(Name, NameSet)>,
    ) -> Result<()> {
        let in_class = self.cur().kind == BlockKind::Class;
        let title = format!("<generic parameters of {name}>");
        self.place = tp.range().start().into();
        self.enter(BlockKind::TypeParams, &title, Some((addr(tp), BlockKey::TypeParams)));
        if let Some((private, names)) = private {
            self.cur().private = Some(private);
            self.cur().mangled_names = Some(names);
        }
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add("__classdict__", def::USE, tp.range)?;
        }
        if class {
            self.add(".type_params", def::LOCAL | def::USE, tp.range)?;
            self.add(".generic_base", def::LOCAL | def::USE, tp.range)?;
        }
        if defaults {
            self.add(".defaults", def::PARAM, tp.range)?;
        }
        if kwdefaults {
            self.add(".kwdefaults", def::PARAM, tp.range)?;
        }
        let mut seen_default = false;
        for p in tp.iter() {
            let name = p.name();
            if name.as_str() == "__classdict__" {
                return Err(Error::syntax(
                    p.range(),
                    format!("reserved name '{}' cannot be used for type parameter", name.as_str()),
                ));
            }
            self.add(name, def::TYPE_PARAM | def::LOCAL, p.range())?;
            let default = match p {
                TypeParam::TypeVar(t) => {
                    if let Some(b) = &t.bound {
                        self.variable_part = if b.is_tuple_expr() { "a TypeVar constraint" } else { "a TypeVar bound" };
                        self.type_variable(name, addr(p), BlockKey::Bound, b)?;
                    }
                    &t.default
                }
                TypeParam::TypeVarTuple(t) => &t.default,
                TypeParam::ParamSpec(t) => &t.default,
            };
            match default {
                Some(d) => {
                    seen_default = true;
                    self.variable_part = match p {
                        TypeParam::TypeVar(_) => "a TypeVar default",
                        TypeParam::TypeVarTuple(_) => "a TypeVarTuple default",
                        TypeParam::ParamSpec(_) => "a ParamSpec default",
                    };
                    self.type_variable(name, addr(p), BlockKey::Default, d)?;
                }
                None if seen_default => {
                    return Err(Error::syntax(
                        p.range(),
                        format!("non-default type parameter '{}' follows default type parameter", name.as_str()),
                    ));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn type_variable(&mut self, name: &str, node: usize, key: BlockKey, e: &Expr) -> Result<()> {
        let in_class = self.cur().can_see_class_scope;
        self.place = e.range().start().into();
        self.enter(BlockKind::TypeVariable, name, Some((node, key)));
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add("__classdict__", def::USE, e.range())?;
        }
        let result = self.expr(e);
        self.leave();
        result
    }

    fn type_alias(&mut self, t: &ast::StmtTypeAlias) -> Result<()> {
        self.expr(&t.name)?;
        let name = match &*t.name {
            Expr::Name(n) => n.id.as_str().to_owned(),
            _ => String::new(),
        };
        let in_class = self.cur().kind == BlockKind::Class;
        if let Some(tp) = &t.type_params {
            self.enter_type_params(&name, tp, false, false, false)?;
        }
        self.place = t.range().start().into();
        self.enter(BlockKind::TypeAlias, &name, Some((addr(t), BlockKey::AliasValue)));
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add("__classdict__", def::USE, t.range)?;
        }
        let result = self.expr(&t.value);
        self.leave();
        if t.type_params.is_some() {
            self.leave();
        }
        result
    }

    fn opt(&mut self, e: Option<&Expr>) -> Result<()> {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    fn exprs<'a>(&mut self, es: impl IntoIterator<Item = &'a Expr>) -> Result<()> {
        es.into_iter().try_for_each(|e| self.expr(e))
    }

    fn expr(&mut self, e: &Expr) -> Result<()> {
        crate::depth::guarded(&mut self.depth, e.range())?;
        let result = crate::depth::with_stack(|| self.expr_inner(e));
        self.depth -= 1;
        result
    }

    /// Yield, await and `:=` have no meaning in blocks that are evaluated lazily.
    fn reject_in_lazy_block(&mut self, range: TextRange, what: &str) -> Result<()> {
        let place = match self.cur().kind {
            BlockKind::Annotation => "an annotation",
            BlockKind::TypeVariable => self.variable_part,
            BlockKind::TypeAlias => "a type alias",
            BlockKind::TypeParams => "the definition of a generic",
            _ => return Ok(()),
        };
        Err(Error::syntax(range, format!("{what} cannot be used within {place}")))
    }

    fn yields(&mut self, range: TextRange) -> Result<()> {
        let scope = self.cur();
        scope.generator = true;
        if let Some(c) = scope.comprehension {
            let what = match c {
                Comprehension::List => "list comprehension",
                Comprehension::Set => "set comprehension",
                Comprehension::Dict => "dict comprehension",
                Comprehension::Generator => "generator expression",
            };
            return Err(Error::syntax(range, format!("'yield' inside {what}")));
        }
        if scope.is_async_def
            && let Some(r) = scope.returns_value
        {
            return Err(Error::syntax(r, "'return' with value in async generator"));
        }
        Ok(())
    }

    fn expr_inner(&mut self, e: &Expr) -> Result<()> {
        match e {
            Expr::Name(n) => {
                if self.cur().unevaluated {
                    return Ok(());
                }
                let load = n.ctx == ExprContext::Load;
                self.add(&n.id, if load { def::USE } else { def::LOCAL }, n.range)?;
                if load && &n.id == "super" && self.cur().kind == BlockKind::Function {
                    self.add("__class__", def::USE, n.range)?;
                }
                Ok(())
            }
            Expr::BoolOp(b) => self.exprs(&b.values),
            Expr::Named(n) => {
                self.reject_in_lazy_block(n.range, "named expression")?;
                if self.cur().comp_iter_expr > 0 {
                    return Err(Error::syntax(
                        n.range,
                        "assignment expression cannot be used in a comprehension iterable expression",
                    ));
                }
                if let Expr::Name(target) = &*n.target {
                    let name = self.mangled(&target.id);
                    self.cur().walrus.insert(name);
                    if self.cur().comprehension.is_some() {
                        self.extend_walrus_scope(target)?;
                    }
                }
                self.expr(&n.value)?;
                self.expr(&n.target)
            }
            Expr::BinOp(b) => {
                self.expr(&b.left)?;
                self.expr(&b.right)
            }
            Expr::UnaryOp(u) => self.expr(&u.operand),
            Expr::Lambda(l) => {
                if let Some(p) = &l.parameters {
                    self.defaults(p)?;
                }
                self.place = l.range().start().into();
                self.enter(BlockKind::Function, "<lambda>", Some((addr(l), BlockKey::Body)));
                if let Some(p) = &l.parameters {
                    self.parameters(p)?;
                }
                self.expr(&l.body)?;
                self.leave();
                Ok(())
            }
            Expr::If(i) => {
                self.expr(&i.test)?;
                self.expr(&i.body)?;
                self.expr(&i.orelse)
            }
            Expr::Dict(d) => {
                for item in &d.items {
                    self.opt(item.key.as_ref())?;
                    self.expr(&item.value)?;
                }
                Ok(())
            }
            Expr::Set(s) => self.exprs(&s.elts),
            Expr::ListComp(c) => self.comprehension(addr(c), "<listcomp>", Comprehension::List, &c.generators, [&c.elt, &c.elt], e),
            Expr::SetComp(c) => self.comprehension(addr(c), "<setcomp>", Comprehension::Set, &c.generators, [&c.elt, &c.elt], e),
            Expr::DictComp(c) => {
                let key = c.key.as_deref().unwrap_or(&c.value);
                self.comprehension(addr(c), "<dictcomp>", Comprehension::Dict, &c.generators, [key, &c.value], e)
            }
            Expr::Generator(c) => {
                self.comprehension(addr(c), "<genexpr>", Comprehension::Generator, &c.generators, [&c.elt, &c.elt], e)
            }
            Expr::Await(a) => {
                self.reject_in_lazy_block(a.range, "await expression")?;
                let top_level = self.settings.top_level_await;
                let scope = self.cur();
                if !(top_level && scope.kind == BlockKind::Module) {
                    if !scope.is_function_like() {
                        return Err(Error::syntax(a.range, "'await' outside function"));
                    }
                    if !scope.is_async_def && scope.comprehension.is_none() {
                        return Err(Error::syntax(a.range, "'await' outside async function"));
                    }
                }
                self.expr(&a.value)?;
                self.cur().coroutine = true;
                Ok(())
            }
            Expr::Yield(y) => {
                self.reject_in_lazy_block(y.range, "yield expression")?;
                self.opt(y.value.as_deref())?;
                self.yields(y.range)
            }
            Expr::YieldFrom(y) => {
                self.reject_in_lazy_block(y.range, "yield expression")?;
                self.expr(&y.value)?;
                self.yields(y.range)
            }
            Expr::Compare(c) => {
                self.expr(&c.left)?;
                self.exprs(&*c.comparators)
            }
            Expr::Call(c) => {
                self.expr(&c.func)?;
                self.exprs(&*c.arguments.args)?;
                c.arguments.keywords.iter().try_for_each(|k| self.expr(&k.value))
            }
            Expr::FString(f) => {
                for part in &f.value {
                    if let ast::FStringPart::FString(f) = part {
                        self.interpolated(&f.elements)?;
                    }
                }
                Ok(())
            }
            Expr::TString(t) => {
                for part in &t.value {
                    self.interpolated(&part.elements)?;
                }
                Ok(())
            }
            Expr::Attribute(a) => self.expr(&a.value),
            Expr::Subscript(s) => {
                self.expr(&s.value)?;
                self.expr(&s.slice)
            }
            Expr::Starred(s) => self.expr(&s.value),
            Expr::List(l) => self.exprs(&l.elts),
            Expr::Tuple(t) => self.exprs(&t.elts),
            Expr::Slice(s) => {
                self.opt(s.lower.as_deref())?;
                self.opt(s.upper.as_deref())?;
                self.opt(s.step.as_deref())
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn interpolated(&mut self, elements: &ast::InterpolatedStringElements) -> Result<()> {
        for el in elements {
            if let ast::InterpolatedStringElement::Interpolation(i) = el {
                self.expr(&i.expression)?;
                if let Some(spec) = &i.format_spec {
                    self.interpolated(&spec.elements)?;
                }
            }
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        node: usize,
        name: &str,
        kind: Comprehension,
        generators: &[ast::Comprehension],
        parts: [&Expr; 2],
        e: &Expr,
    ) -> Result<()> {
        let first = &generators[0];
        self.cur().comp_iter_expr += 1;
        self.expr(&first.iter)?;
        self.cur().comp_iter_expr -= 1;
        let can_see = self.cur().can_see_class_scope;
        self.place = e.range().start().into();
        self.enter(BlockKind::Function, name, Some((node, BlockKey::Body)));
        let unevaluated = self.cur().parent.is_some_and(|p| self.scopes[p].unevaluated);
        let scope = self.cur();
        scope.comprehension = Some(kind);
        scope.method = false;
        scope.unevaluated = unevaluated;
        scope.coroutine = first.is_async;
        // A comprehension in an annotation scope of a class sees the names of the class.
        if can_see {
            scope.can_see_class_scope = true;
            self.add("__classdict__", def::USE, e.range())?;
        }
        self.add(".0", def::PARAM, e.range())?;
        self.comp_target(&first.target)?;
        self.exprs(&first.ifs)?;
        for g in &generators[1..] {
            self.comp_target(&g.target)?;
            self.cur().comp_iter_expr += 1;
            self.expr(&g.iter)?;
            self.cur().comp_iter_expr -= 1;
            self.exprs(&g.ifs)?;
            if g.is_async {
                self.cur().coroutine = true;
            }
        }
        self.expr(parts[1])?;
        if !std::ptr::eq(parts[0], parts[1]) {
            self.expr(parts[0])?;
        }
        let is_generator = kind == Comprehension::Generator;
        self.cur().generator = is_generator;
        let is_async = self.cur().coroutine && !is_generator;
        self.leave();
        if is_async {
            let top_level = self.settings.top_level_await;
            let scope = self.cur();
            if !scope.is_async_def && scope.comprehension.is_none() && !(top_level && scope.kind == BlockKind::Module) {
                return Err(Error::syntax(e.range(), "asynchronous comprehension outside of an asynchronous function"));
            }
            scope.coroutine = true;
        }
        Ok(())
    }

    fn comp_target(&mut self, target: &Expr) -> Result<()> {
        self.cur().comp_iter_target = true;
        let result = self.expr(target);
        self.cur().comp_iter_target = false;
        result
    }

    /// `:=` in a comprehension binds in the nearest block that is not one.
    fn extend_walrus_scope(&mut self, target: &ast::ExprName) -> Result<()> {
        let range = target.range;
        for i in (0..self.stack.len()).rev() {
            let id = self.stack[i];
            let name = self.mangled(&target.id);
            let flags = self.scopes[id].symbols.get(&name).map_or(0, |s| s.flags);
            if self.scopes[id].comprehension.is_some() {
                if flags & def::COMP_ITER != 0 && flags & (def::LOCAL | def::GLOBAL) != 0 {
                    return Err(Error::syntax(
                        range,
                        format!("assignment expression cannot rebind comprehension iteration variable '{}'", target.id.as_str()),
                    ));
                }
                continue;
            }
            let what = match self.scopes[id].kind {
                BlockKind::Function => {
                    let flag = if flags & def::GLOBAL != 0 { def::GLOBAL } else { def::NONLOCAL };
                    self.add(&target.id, flag, range)?;
                    self.cur().directives.push((name.clone(), range));
                    self.scopes[id].walrus.insert(name.clone());
                    return self.add_to(id, name, def::LOCAL, range);
                }
                BlockKind::Module => {
                    self.add(&target.id, def::GLOBAL, range)?;
                    self.cur().directives.push((name.clone(), range));
                    return self.add_to(id, name, def::GLOBAL, range);
                }
                BlockKind::Class => "in a class body",
                BlockKind::TypeParams => "within the definition of a generic",
                BlockKind::TypeAlias => "in a type alias",
                BlockKind::TypeVariable => "in a TypeVar bound",
                BlockKind::Annotation => "within an annotation",
            };
            return Err(Error::syntax(range, format!("assignment expression within a comprehension cannot be used {what}")));
        }
        Ok(())
    }

    fn pattern(&mut self, p: &Pattern) -> Result<()> {
        crate::depth::guarded(&mut self.depth, p.range())?;
        let result = crate::depth::with_stack(|| self.pattern_inner(p));
        self.depth -= 1;
        result
    }

    fn pattern_inner(&mut self, p: &Pattern) -> Result<()> {
        match p {
            Pattern::MatchValue(v) => self.expr(&v.value),
            Pattern::MatchSingleton(_) => Ok(()),
            Pattern::MatchSequence(s) => s.patterns.iter().try_for_each(|p| self.pattern(p)),
            Pattern::MatchMapping(m) => {
                self.exprs(&m.keys)?;
                m.patterns.iter().try_for_each(|p| self.pattern(p))?;
                match &m.rest {
                    Some(n) => self.add(n, def::LOCAL, p.range()),
                    None => Ok(()),
                }
            }
            Pattern::MatchClass(c) => {
                self.expr(&c.cls)?;
                c.arguments.patterns.iter().try_for_each(|p| self.pattern(p))?;
                c.arguments.keywords.iter().try_for_each(|k| self.pattern(&k.pattern))
            }
            Pattern::MatchStar(s) => match &s.name {
                Some(n) => self.add(n, def::LOCAL, p.range()),
                None => Ok(()),
            },
            Pattern::MatchAs(a) => {
                if let Some(inner) = &a.pattern {
                    self.pattern(inner)?;
                }
                match &a.name {
                    Some(n) => self.add(n, def::LOCAL, p.range()),
                    None => Ok(()),
                }
            }
            Pattern::MatchOr(o) => o.patterns.iter().try_for_each(|p| self.pattern(p)),
        }
    }
}
