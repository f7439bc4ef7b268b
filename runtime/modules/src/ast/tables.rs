//! The node classes of the syntax tree and their fields, as one table. Classes, documentation, conversion and validation all
//! follow from it.

/// A sum of node classes, or a single one (a product).
pub struct Group {
    pub name: &'static str,
    /// Names and kinds of the attributes, in the notation of fields.
    pub attributes: &'static str,
    /// `name` is the only class, and itself a node.
    pub product: bool,
    pub nodes: &'static [(&'static str, &'static str)],
}

/// Source positions where the end may be left out, and where it may not.
const PLACE: &str = "lineno:int col_offset:int end_lineno:int? end_col_offset:int?";
const FULL_PLACE: &str = "lineno:int col_offset:int end_lineno:int end_col_offset:int";

macro_rules! tables {
    ($( $group:ident $attributes:ident $product:literal { $( $name:ident $fields:literal )* } )*) => {
        /// The classes that make instances, in the order of [`GROUPS`].
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(usize)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Node { $( $( $name, )* )* }
        pub static GROUPS: &[Group] = &[ $( Group {
            name: stringify!($group), attributes: $attributes, product: $product,
            nodes: &[ $( (stringify!($name), $fields) ),* ],
        } ),* ];
        static ALL: &[Node] = &[ $( $( Node::$name, )* )* ];
    };
}

const NOTHING: &str = "";

// A field is `name:kind`, with `?` behind what may be None and `*` behind lists; `?*` is a list whose items may be None.
tables! {
    r#mod NOTHING false {
        Module "body:stmt* type_ignores:type_ignore*"
        Interactive "body:stmt*"
        Expression "body:expr"
        FunctionType "argtypes:expr* returns:expr"
    }
    stmt PLACE false {
        FunctionDef "name:identifier args:arguments body:stmt* decorator_list:expr* returns:expr? type_comment:string? type_params:type_param*"
        AsyncFunctionDef "name:identifier args:arguments body:stmt* decorator_list:expr* returns:expr? type_comment:string? type_params:type_param*"
        ClassDef "name:identifier bases:expr* keywords:keyword* body:stmt* decorator_list:expr* type_params:type_param*"
        Return "value:expr?"
        Delete "targets:expr*"
        Assign "targets:expr* value:expr type_comment:string?"
        TypeAlias "name:expr type_params:type_param* value:expr"
        AugAssign "target:expr op:operator value:expr"
        AnnAssign "target:expr annotation:expr value:expr? simple:int"
        For "target:expr iter:expr body:stmt* orelse:stmt* type_comment:string?"
        AsyncFor "target:expr iter:expr body:stmt* orelse:stmt* type_comment:string?"
        While "test:expr body:stmt* orelse:stmt*"
        If "test:expr body:stmt* orelse:stmt*"
        With "items:withitem* body:stmt* type_comment:string?"
        AsyncWith "items:withitem* body:stmt* type_comment:string?"
        Match "subject:expr cases:match_case*"
        Raise "exc:expr? cause:expr?"
        Try "body:stmt* handlers:excepthandler* orelse:stmt* finalbody:stmt*"
        TryStar "body:stmt* handlers:excepthandler* orelse:stmt* finalbody:stmt*"
        Assert "test:expr msg:expr?"
        Import "names:alias*"
        ImportFrom "module:identifier? names:alias* level:int?"
        Global "names:identifier*"
        Nonlocal "names:identifier*"
        Expr "value:expr"
        Pass ""
        Break ""
        Continue ""
    }
    expr PLACE false {
        BoolOp "op:boolop values:expr*"
        NamedExpr "target:expr value:expr"
        BinOp "left:expr op:operator right:expr"
        UnaryOp "op:unaryop operand:expr"
        Lambda "args:arguments body:expr"
        IfExp "test:expr body:expr orelse:expr"
        Dict "keys:expr?* values:expr*"
        Set "elts:expr*"
        ListComp "elt:expr generators:comprehension*"
        SetComp "elt:expr generators:comprehension*"
        DictComp "key:expr value:expr generators:comprehension*"
        GeneratorExp "elt:expr generators:comprehension*"
        Await "value:expr"
        Yield "value:expr?"
        YieldFrom "value:expr"
        Compare "left:expr ops:cmpop* comparators:expr*"
        Call "func:expr args:expr* keywords:keyword*"
        FormattedValue "value:expr conversion:int format_spec:expr?"
        Interpolation "value:expr str:constant conversion:int format_spec:expr?"
        JoinedStr "values:expr*"
        TemplateStr "values:expr*"
        Constant "value:constant kind:string?"
        Attribute "value:expr attr:identifier ctx:expr_context"
        Subscript "value:expr slice:expr ctx:expr_context"
        Starred "value:expr ctx:expr_context"
        Name "id:identifier ctx:expr_context"
        List "elts:expr* ctx:expr_context"
        Tuple "elts:expr* ctx:expr_context"
        Slice "lower:expr? upper:expr? step:expr?"
    }
    expr_context NOTHING false { Load "" Store "" Del "" }
    boolop NOTHING false { And "" Or "" }
    operator NOTHING false {
        Add "" Sub "" Mult "" MatMult "" Div "" Mod "" Pow "" LShift "" RShift "" BitOr "" BitXor "" BitAnd "" FloorDiv ""
    }
    unaryop NOTHING false { Invert "" Not "" UAdd "" USub "" }
    cmpop NOTHING false { Eq "" NotEq "" Lt "" LtE "" Gt "" GtE "" Is "" IsNot "" In "" NotIn "" }
    comprehension NOTHING true { comprehension "target:expr iter:expr ifs:expr* is_async:int" }
    excepthandler PLACE false { ExceptHandler "type:expr? name:identifier? body:stmt*" }
    arguments NOTHING true {
        arguments "posonlyargs:arg* args:arg* vararg:arg? kwonlyargs:arg* kw_defaults:expr?* kwarg:arg? defaults:expr*"
    }
    arg PLACE true { arg "arg:identifier annotation:expr? type_comment:string?" }
    keyword PLACE true { keyword "arg:identifier? value:expr" }
    alias PLACE true { alias "name:identifier asname:identifier?" }
    withitem NOTHING true { withitem "context_expr:expr optional_vars:expr?" }
    match_case NOTHING true { match_case "pattern:pattern guard:expr? body:stmt*" }
    pattern FULL_PLACE false {
        MatchValue "value:expr"
        MatchSingleton "value:constant"
        MatchSequence "patterns:pattern*"
        MatchMapping "keys:expr* patterns:pattern* rest:identifier?"
        MatchClass "cls:expr patterns:pattern* kwd_attrs:identifier* kwd_patterns:pattern*"
        MatchStar "name:identifier?"
        MatchAs "pattern:pattern? name:identifier?"
        MatchOr "patterns:pattern*"
    }
    type_ignore NOTHING false { TypeIgnore "lineno:int tag:string" }
    type_param FULL_PLACE false {
        TypeVar "name:identifier bound:expr? default_value:expr?"
        ParamSpec "name:identifier default_value:expr?"
        TypeVarTuple "name:identifier default_value:expr?"
    }
}

impl Group {
    pub fn python_name(&self) -> &'static str {
        self.name.trim_start_matches("r#")
    }
}

impl Node {
    pub fn from_index(i: usize) -> Option<Node> {
        ALL.get(i).copied()
    }
    pub fn group(self) -> &'static Group {
        let mut i = self as usize;
        for g in GROUPS {
            match i.checked_sub(g.nodes.len()) {
                None => return g,
                Some(rest) => i = rest,
            }
        }
        &GROUPS[0]
    }
    pub fn name(self) -> &'static str {
        self.entry().0
    }
    fn entry(self) -> &'static (&'static str, &'static str) {
        let mut i = self as usize;
        for g in GROUPS {
            match i.checked_sub(g.nodes.len()) {
                None => return &g.nodes[i],
                Some(rest) => i = rest,
            }
        }
        &GROUPS[0].nodes[0]
    }
    pub fn fields(self) -> impl Iterator<Item = FieldDef> {
        fields(self.entry().1)
    }
}

/// A field as the table gives it.
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    pub name: &'static str,
    pub kind: &'static str,
    pub many: bool,
    /// May be None; of a list, its items may.
    pub optional: bool,
}

pub fn fields(text: &'static str) -> impl Iterator<Item = FieldDef> {
    text.split_ascii_whitespace().filter_map(|f| {
        let (name, kind) = f.split_once(':')?;
        let (kind, many) = kind.strip_suffix('*').map_or((kind, false), |k| (k, true));
        let (kind, optional) = kind.strip_suffix('?').map_or((kind, false), |k| (k, true));
        Some(FieldDef { name, kind, many, optional })
    })
}

/// A class and its fields as documentation shows them.
pub fn shown(name: &str, text: &'static str) -> String {
    let list: Vec<String> = fields(text)
        .map(|f| format!("{}{}{} {}", f.kind, if f.optional { "?" } else { "" }, if f.many { "*" } else { "" }, f.name))
        .collect();
    if list.is_empty() { name.to_owned() } else { format!("{name}({})", list.join(", ")) }
}
