//! `_ast`: the classes of syntax trees, trees of sources (`compile(…, PyCF_ONLY_AST)`), and code of trees.
//!
//! [`tables`] lists the classes; [`node`] is their common base; [`build`] turns what the parser made into objects; [`source`]
//! goes the other way: it writes a tree as program text, compiles that, and puts the tree's positions in place of the text's.

mod build;
mod node;
mod source;
mod tables;

use node::Ast;
use tables::{FieldDef, GROUPS, Node};
use taipan_compiler::Options;
use taipan_vm::modules::builtins::run::{TreeHooks, set_tree_hooks};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct AstModule;

/// What is made once: the classes, in the order of [`Node`]; their field names; the instances without fields.
#[derive(Clone, Copy)]
pub(super) struct Classes {
    classes: Ref<Tuple>,
    names: Ref<Tuple>,
    singletons: Ref<Tuple>,
    places: Ref<Tuple>,
}

const STATE: &str = "_ast.state";

impl Classes {
    pub fn get(t: &Thread) -> Result<Classes> {
        let key = Str::intern_str(t, STATE)?;
        if t.registry().get_interned(key).is_none() {
            taipan_vm::import::import_module(t, "_ast")?;
        }
        let state = t.registry().get_interned(key).and_then(|s| s.downcast::<Tuple>());
        let part = |i: usize| state.and_then(|s| s.get(i)).and_then(|v| v.downcast::<Tuple>());
        match (part(0), part(1), part(2), part(3)) {
            (Some(classes), Some(names), Some(singletons), Some(places)) => Ok(Classes { classes, names, singletons, places }),
            _ => Err(t.system_error("the classes of syntax trees are missing")),
        }
    }
    pub fn class(&self, t: &Thread, n: Node) -> Result<Ref<Class>> {
        let class = self.classes.get(n as usize).and_then(|c| c.downcast::<Class>());
        class.ok_or_else(|| t.system_error("the classes of syntax trees are missing"))
    }
    /// Names of a class's fields, interned.
    pub fn field_names(&self, n: Node) -> Option<Ref<Tuple>> {
        self.names.get(n as usize)?.downcast::<Tuple>()
    }
    /// The instance of a class without fields that all trees share.
    pub fn singleton(&self, n: Node) -> Value {
        self.singletons.get(n as usize).unwrap_or(Value::NONE)
    }
    /// `lineno`, `col_offset`, `end_lineno`, `end_col_offset`
    pub fn place_name(&self, i: usize) -> Option<Ref<Str>> {
        self.places.get(i)?.downcast::<Str>()
    }
    /// The node class that a value is an instance of; the first in the order of classes that match.
    pub fn node_of(&self, v: Value) -> Option<Node> {
        let class = class_of(v);
        if let Some(i) = self.classes.iter().position(|c| c == class.value()) {
            return Node::from_index(i);
        }
        let i = self.classes.iter().position(|c| c.downcast::<Class>().is_some_and(|c| class.is_subclass(c)))?;
        Node::from_index(i)
    }
}

fn name_tuple(t: &Thread, names: impl Iterator<Item = &'static str>) -> Result<Ref<Tuple>> {
    let v = ValueVec::new();
    for n in names {
        v.push(t, Str::intern_str(t, n)?.value())?;
    }
    v.into_tuple(t)
}

/// The class of a field's content, as `_field_types` gives it.
fn field_type(t: &Thread, m: Ref<Module>, f: FieldDef) -> Result<Value> {
    let one = match f.kind {
        "identifier" | "string" => Str::class().value(),
        "int" => BigInt::class().value(),
        "constant" => Object::class().value(),
        kind => m.get(t, Str::intern_str(t, kind)?).ok_or_else(|| t.system_error(format!("no node class {kind}")))?,
    };
    if f.many {
        return t.generic_alias(List::class().value(), one);
    }
    if f.optional { t.type_union(one, Value::NONE) } else { Ok(one) }
}

struct Made<'a> {
    t: &'a Thread,
    m: Ref<Module>,
}

impl Made<'_> {
    fn class(
        &self,
        name: &str,
        base: Ref<Class>,
        doc: &str,
        fields: &'static str,
        attributes: Option<&'static str>,
    ) -> Result<Ref<Class>> {
        let t = self.t;
        let dict = Dict::new(t)?;
        let set = |k: &str, v: Value| -> Result<()> { dict.set(t, Str::intern_str(t, k)?.value(), v) };
        let names = name_tuple(t, tables::fields(fields).map(|f| f.name))?;
        set("_fields", names.value())?;
        set("__match_args__", names.value())?;
        set("__module__", Str::intern_str(t, "ast")?.value())?;
        set("__doc__", Str::from_str(t, doc)?.value())?;
        let own = attributes.unwrap_or("");
        for f in tables::fields(fields).chain(tables::fields(own)) {
            if f.optional && !f.many {
                set(f.name, Value::NONE)?;
            }
        }
        if let Some(a) = attributes {
            set("_attributes", name_tuple(t, tables::fields(a).map(|f| f.name))?.value())?;
        }
        let bases = Tuple::new(t, &[base.value()])?;
        let class = t.call(Class::class().value(), &[Str::intern_str(t, name)?.value(), bases.value(), dict.value()])?;
        self.m.set(t, name, class)?;
        class.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (name, value) in [
        ("PyCF_ONLY_AST", 0x400),
        ("PyCF_TYPE_COMMENTS", 0x1000),
        ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
        ("PyCF_OPTIMIZED_AST", 0x8400),
    ] {
        m.set(t, name, t.int(value)?)?;
    }
    let made = Made { t, m };
    let (classes, names, singletons) = (ValueVec::new(), ValueVec::new(), ValueVec::new());
    for g in GROUPS {
        let base = if g.product {
            Ast::class()
        } else {
            let alternatives: Vec<String> = g.nodes.iter().map(|n| tables::shown(n.0, n.1)).collect();
            let name = g.python_name();
            // Alternatives without fields stand on one line.
            let between = if g.nodes.iter().all(|n| n.1.is_empty()) {
                " | ".to_owned()
            } else {
                format!("\n{}| ", " ".repeat(name.len() + 1))
            };
            let doc = format!("{name} = {}", alternatives.join(&between));
            made.class(name, Ast::class(), &doc, "", Some(g.attributes))?
        };
        for (name, fields) in g.nodes {
            let name = name.trim_start_matches("r#");
            let attributes = g.product.then_some(g.attributes);
            let class = made.class(name, base, &tables::shown(name, fields), fields, attributes)?;
            classes.push(t, class.value())?;
            names.push(t, name_tuple(t, tables::fields(fields).map(|f| f.name))?.value())?;
            let shared = matches!(g.name, "expr_context" | "boolop" | "operator" | "unaryop" | "cmpop");
            singletons.push(t, if shared { Ast::new_in(t, class)?.value() } else { Value::NONE })?;
        }
    }
    let annotations = Str::intern_str(t, "__annotations__")?;
    for (i, class) in classes.iter().enumerate() {
        let types = Dict::new(t)?;
        for f in Node::from_index(i).into_iter().flat_map(Node::fields) {
            types.set(t, Str::intern_str(t, f.name)?.value(), field_type(t, m, f)?)?;
        }
        t.set_attr(class, Str::intern_str(t, "_field_types")?, Some(types.value()))?;
        t.set_attr(class, annotations, Some(types.value()))?;
    }
    let places = name_tuple(t, ["lineno", "col_offset", "end_lineno", "end_col_offset"].into_iter())?;
    let state = Tuple::new(
        t,
        &[classes.into_tuple(t)?.value(), names.into_tuple(t)?.value(), singletons.into_tuple(t)?.value(), places.value()],
    )?;
    t.registry().set(t, Str::intern_str(t, STATE)?.value(), state.value())
}

/// Accelerator module of the `ast` module: its classes.
#[pymodule(name = "_ast", classes(Ast), init = init)]
impl AstModule {}

/// Lets `compile` make and take trees.
pub fn register() {
    set_tree_hooks(TreeHooks { parse, compile: source::compile });
}

fn parse(t: &Thread, text: &str, filename: &str, options: &Options, _flags: i32) -> Result<Value> {
    let name = Str::from_str(t, filename)?;
    let tree = t.blocking(|| taipan_compiler::parse(text, options)).map_err(|e| ex::syntax_error(t, &e, name))?;
    for w in &tree.warnings {
        let kind = match w.kind {
            taipan_compiler::WarningKind::Syntax => ex::Kind::SyntaxWarning,
            taipan_compiler::WarningKind::Deprecation => ex::Kind::DeprecationWarning,
        };
        taipan_vm::modules::warnings::warn_explicit(t, ex::class(kind), &w.message, name, w.line)?;
    }
    let made = build::module(t, &tree, options);
    tree.free();
    made
}
