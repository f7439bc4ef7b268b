//! Scopes: which names are local, cell, free or global in every block of a module.
//!
//! Two passes, as the language defines them. [`build()`] walks the tree once and records, for every block, how each
//! name is bound and used. The analysis then goes down the tree of blocks with the set of names bound in enclosing
//! functions and comes back up with the free names of the children, so that a local used by a child becomes a cell.
//!
//! A comprehension that is not a generator expression is *inlined* (PEP 709): it keeps a scope of its own here, marked
//! [`Scope::inlined`], and the code generator gives its variables registers of the enclosing function. A name of the
//! enclosing function that only an inlined comprehension uses therefore stays a plain local.
//!
//! Blocks are found again by the address of their tree node and a [`BlockKey`], since one node may open several blocks
//! (a generic function has a block for its type parameters, one for its annotations and one for its body).

mod analyze;
mod build;

use std::sync::Arc;

use indexmap::IndexMap;
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::TextRange;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::errors::Result;

pub type Name = Arc<str>;
pub type ScopeId = usize;
type NameSet = FxHashSet<Name>;

/// How a name is bound or used in a block.
pub mod def {
    pub const GLOBAL: u16 = 1;
    pub const LOCAL: u16 = 2;
    pub const PARAM: u16 = 4;
    pub const NONLOCAL: u16 = 8;
    pub const USE: u16 = 16;
    pub const FREE_CLASS: u16 = 64;
    pub const IMPORT: u16 = 128;
    pub const ANNOT: u16 = 256;
    pub const COMP_ITER: u16 = 512;
    pub const TYPE_PARAM: u16 = 1024;
    pub const BOUND: u16 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// Where a name's value lives, seen from a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Unknown,
    Local,
    Cell,
    Free,
    GlobalExplicit,
    GlobalImplicit,
}

#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    pub flags: u16,
    pub place: Place,
    /// Present only because an inlined comprehension binds it.
    pub from_inlined: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    Module,
    Class,
    Function,
    /// `__annotate__` of a function, class or module.
    Annotation,
    TypeAlias,
    TypeParams,
    /// Bound, constraints or default of a type parameter.
    TypeVariable,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comprehension {
    List,
    Set,
    Dict,
    Generator,
}

/// Distinguishes the blocks that one tree node opens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BlockKey {
    Body,
    TypeParams,
    Annotations,
    Bound,
    Default,
    AliasValue,
}

#[derive(Debug)]
pub struct Scope {
    pub kind: BlockKind,
    pub name: Name,
    /// Where the node that opens the block begins in the source.
    pub offset: u32,
    pub symbols: IndexMap<Name, Symbol, FxBuildHasher>,
    pub children: Vec<ScopeId>,
    /// Parameters in the order of `co_varnames`.
    pub params: Vec<Name>,
    pub comprehension: Option<Comprehension>,
    pub inlined: bool,
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub annotations_used: bool,
    pub needs_class_closure: bool,
    pub needs_classdict: bool,
    pub conditional_annotations: bool,
    pub can_see_class_scope: bool,
    pub method: bool,
    /// Names bound by `:=` directly in this block or from comprehensions in it.
    pub walrus: NameSet,
    /// Block of the variable annotations of a class or module.
    pub annotation_block: Option<ScopeId>,
    pub private: Option<Name>,
    /// When set, only these names are mangled with `private`.
    mangled_names: Option<NameSet>,
    directives: Vec<(Name, TextRange)>,
    comp_iter_target: bool,
    comp_iter_expr: u32,
    in_conditional: bool,
    unevaluated: bool,
    is_async_def: bool,
    returns_value: Option<TextRange>,
    parent: Option<ScopeId>,
}

impl Scope {
    pub fn lookup(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Module | BlockKind::Class)
    }
    pub fn mangle(&self, name: &str) -> Option<String> {
        if let Some(names) = &self.mangled_names
            && !names.contains(name)
        {
            return None;
        }
        mangle(self.private.as_deref()?, name)
    }
}

/// The mangled form of a private name in class `class`, if it has one.
pub fn mangle(class: &str, name: &str) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return None;
    }
    Some(format!("_{class}{name}"))
}

#[derive(Debug)]
pub struct SymbolTable {
    pub scopes: Vec<Scope>,
    blocks: FxHashMap<(usize, BlockKey), ScopeId>,
}

pub const TOP: ScopeId = 0;

impl SymbolTable {
    /// The block that `node` opens.
    pub fn block<T>(&self, node: &T, key: BlockKey) -> Option<ScopeId> {
        self.blocks.get(&(std::ptr::from_ref(node) as usize, key)).copied()
    }
}

/// What a compilation asks of the symbol table.
#[derive(Clone, Copy)]
pub struct Settings {
    pub future_annotations: bool,
    pub top_level_await: bool,
}

/// Builds the table of a module or expression.
pub fn build(body: &[Stmt], expr: Option<&Expr>, settings: Settings) -> Result<SymbolTable> {
    let (mut scopes, blocks) = build::collect(body, expr, settings)?;
    let mut free = NameSet::default();
    analyze::analyze(&mut scopes, TOP, None, &mut free, &NameSet::default(), &NameSet::default(), None)?;
    // Annotations that are kept as text refer to nothing, so their blocks are outside the tree.
    for scope in &mut scopes {
        for symbol in scope.symbols.values_mut() {
            if symbol.place == Place::Unknown {
                symbol.place = if symbol.flags & def::BOUND != 0 { Place::Local } else { Place::GlobalImplicit };
            }
        }
    }
    Ok(SymbolTable { scopes, blocks })
}
