//! `_symtable`: the compiler's scopes as objects.

use taipan_compiler::source::LineIndex;
use taipan_compiler::symtable::{BlockKind, Place, Scope, ScopeId, SymbolTable, TOP};
use taipan_compiler::{Mode, Options};
use taipan_vm::modules::builtins::run;
use taipan_vm::native::*;

pub struct Symtable;

/// Where the place of a name begins among its flags.
const SCOPE_OFF: i64 = 12;

#[derive(HeapType)]
#[repr(C)]
pub struct Entry {
    header: Header,
    name: RefField<Str>,
    symbols: RefField<Dict>,
    varnames: RefField<List>,
    children: RefField<List>,
    kind: i64,
    line: i64,
    nested: bool,
}

fn held<T>(v: Ref<T>) -> RefField<T> {
    let f = RefField::null();
    f.init(v);
    f
}

fn place_number(p: Place) -> i64 {
    match p {
        Place::Unknown => 0,
        Place::Local => 1,
        Place::GlobalExplicit => 2,
        Place::GlobalImplicit => 3,
        Place::Free => 4,
        Place::Cell => 5,
    }
}

fn kind_number(k: BlockKind) -> i64 {
    match k {
        BlockKind::Function => 0,
        BlockKind::Class => 1,
        BlockKind::Module => 2,
        BlockKind::Annotation => 3,
        BlockKind::TypeAlias => 4,
        BlockKind::TypeParams => 5,
        BlockKind::TypeVariable => 6,
    }
}

/// Comprehensions are called by what they make.
fn name_of(s: &Scope) -> &str {
    match (s.kind, &*s.name) {
        (BlockKind::Module, _) => "top",
        (_, "<lambda>") => "lambda",
        (_, "<genexpr>") => "genexpr",
        (_, "<listcomp>") => "listcomp",
        (_, "<setcomp>") => "setcomp",
        (_, "<dictcomp>") => "dictcomp",
        (BlockKind::TypeParams, n) => n.strip_prefix("<generic parameters of ").map_or(n, |n| n.trim_end_matches('>')),
        (_, n) => n,
    }
}

fn entry(t: &Thread, table: &SymbolTable, index: &LineIndex, id: ScopeId) -> Result<Ref<Entry>> {
    t.check_native_stack()?;
    let scope = &table.scopes[id];
    let (symbols, varnames, children) = (Dict::new(t)?, List::new(t)?, List::new(t)?);
    for p in &scope.params {
        varnames.append(t, Str::intern_str(t, p)?.value())?;
    }
    for (name, symbol) in &scope.symbols {
        // What only an inlined comprehension binds is not a name of the block.
        if symbol.from_inlined {
            continue;
        }
        let flags = i64::from(symbol.flags) | place_number(symbol.place) << SCOPE_OFF;
        symbols.set(t, Str::intern_str(t, name)?.value(), t.int(flags)?)?;
    }
    for child in &scope.children {
        children.append(t, entry(t, table, index, *child)?.value())?;
    }
    t.create(Entry {
        header: Header::NEW,
        name: held(Str::intern_str(t, name_of(scope))?),
        symbols: held(symbols),
        varnames: held(varnames),
        children: held(children),
        kind: kind_number(scope.kind),
        line: if id == TOP { 0 } else { i64::from(index.position(scope.offset).0) },
        nested: scope.nested,
    })
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    taipan_vm::objects::class::create_builtin(t, Entry::class_def())?;
    use taipan_compiler::symtable::def;
    for (name, value) in [
        ("USE", def::USE),
        ("DEF_GLOBAL", def::GLOBAL),
        ("DEF_NONLOCAL", def::NONLOCAL),
        ("DEF_LOCAL", def::LOCAL),
        ("DEF_PARAM", def::PARAM),
        ("DEF_TYPE_PARAM", def::TYPE_PARAM),
        ("DEF_FREE_CLASS", def::FREE_CLASS),
        ("DEF_IMPORT", def::IMPORT),
        ("DEF_BOUND", def::LOCAL | def::PARAM | def::IMPORT),
        ("DEF_ANNOT", def::ANNOT),
        ("DEF_COMP_ITER", def::COMP_ITER),
        ("DEF_COMP_CELL", 2048),
        ("SCOPE_OFF", SCOPE_OFF as u16),
        ("SCOPE_MASK", 15),
        ("LOCAL", 1),
        ("GLOBAL_EXPLICIT", 2),
        ("GLOBAL_IMPLICIT", 3),
        ("FREE", 4),
        ("CELL", 5),
        ("TYPE_FUNCTION", 0),
        ("TYPE_CLASS", 1),
        ("TYPE_MODULE", 2),
        ("TYPE_ANNOTATION", 3),
        ("TYPE_TYPE_ALIAS", 4),
        ("TYPE_TYPE_PARAMETERS", 5),
        ("TYPE_TYPE_VARIABLE", 6),
    ] {
        m.set(t, name, t.int(i64::from(value))?)?;
    }
    Ok(())
}

#[pymodule(name = "_symtable", init = init)]
impl Symtable {
    /// Return symbol and scope dictionaries used internally by compiler.
    #[py("($module, source, filename, startstr, /)")]
    fn symtable(t: &Thread, source: Value, filename: Value, startstr: Ref<Str>) -> Result<Ref<Entry>> {
        let mode = match startstr.as_ascii() {
            Some("exec") => Mode::Exec,
            Some("eval") => Mode::Eval,
            Some("single") => Mode::Single,
            _ => return Err(t.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
        };
        let name = match (filename.downcast::<Str>(), filename.downcast::<Bytes>()) {
            (Some(s), _) => s,
            (None, Some(b)) => Str::from_str(t, &String::from_utf8_lossy(b.as_slice()))?,
            (None, None) => {
                let path = taipan_vm::objects::str_codecs::fspath(t, filename)?;
                path.downcast::<Str>().ok_or_else(|| t.type_error("expected str, bytes or os.PathLike object"))?
            }
        };
        let text = match (source.downcast::<Str>(), source.downcast::<Bytes>()) {
            (Some(s), _) => s.to_string_lossy(),
            (None, Some(b)) => run::decode(t, b, name)?,
            (None, None) => return Err(t.type_error("symtable() arg 1 must be a string or bytes")),
        };
        let options = Options::new(mode);
        let (table, index) =
            t.blocking(|| taipan_compiler::symbols(&text, &options)).map_err(|e| run::syntax_error(t, &e, name))?;
        entry(t, &table, &index, TOP)
    }
}

#[pyclass(name = "symtable entry", module = "builtins", flags(NO_NEW, HAS_WEAKREF))]
impl Entry {
    #[py(getter)]
    fn id(t: &Thread, this: Ref<Entry>) -> u64 {
        t.identity(this.value())
    }
    #[py(getter)]
    fn name(_t: &Thread, this: Ref<Entry>) -> Ref<Str> {
        this.name.expect()
    }
    #[py(getter)]
    fn symbols(_t: &Thread, this: Ref<Entry>) -> Ref<Dict> {
        this.symbols.expect()
    }
    #[py(getter)]
    fn varnames(_t: &Thread, this: Ref<Entry>) -> Ref<List> {
        this.varnames.expect()
    }
    #[py(getter)]
    fn children(_t: &Thread, this: Ref<Entry>) -> Ref<List> {
        this.children.expect()
    }
    #[py(getter)]
    fn nested(_t: &Thread, this: Ref<Entry>) -> i64 {
        i64::from(this.nested)
    }
    #[py(getter, name = "type")]
    fn kind(_t: &Thread, this: Ref<Entry>) -> i64 {
        this.kind
    }
    #[py(getter)]
    fn lineno(_t: &Thread, this: Ref<Entry>) -> i64 {
        this.line
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Entry>) -> String {
        format!("<symtable entry {}({}), line {}>", this.name.expect(), t.identity(this.value()), this.line)
    }
}
