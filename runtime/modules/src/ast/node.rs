//! `ast.AST`, the base of all node classes: how nodes are made, shown, copied and pickled.

use super::Classes;
use super::tables::Node;
use taipan_vm::attr;
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;
use taipan_vm::objects::generic_alias::GenericAlias;
use taipan_vm::objects::union::Union;
use taipan_vm::ops::type_name;

#[derive(HeapType)]
#[repr(C)]
pub struct Ast {
    header: Header,
}

fn name(t: &Thread, s: &str) -> Result<Ref<Str>> {
    Str::intern_str(t, s)
}

/// A tuple of names that a node class has as an attribute.
fn names_of(t: &Thread, v: Value, attribute: &str) -> Result<Ref<Tuple>> {
    match t.get_attr_opt(class_of(v).value(), name(t, attribute)?)? {
        Some(f) => t.iterate_to_tuple(f),
        None => Tuple::new(t, &[]),
    }
}

fn contains(t: &Thread, names: Ref<Tuple>, key: Value) -> Result<bool> {
    for n in names.iter() {
        if t.equal(n, key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives a field that was left out its default, or warns that it has none.
fn fill_missing(t: &Thread, this: Value, types: Option<Value>, field: Ref<Str>) -> Result<()> {
    let class = class_of(this).name_string();
    let Some(types) = types else { return Ok(()) };
    let shown = t.repr(field.value())?;
    let kind = match types.downcast::<Dict>() {
        Some(d) => d.get(t, field.value())?,
        None => return Err(t.type_error(format!("{class}._field_types must be a dict"))),
    };
    let Some(kind) = kind else {
        return t.warn(
            ex::Kind::DeprecationWarning,
            format!("Field {shown} is missing from {class}._field_types. This will become an error in Python 3.15."),
        );
    };
    if kind.downcast::<Union>().is_some() {
        // May be None, which the class says already.
        return Ok(());
    }
    if kind.downcast::<GenericAlias>().is_some() {
        return t.set_attr(this, field, Some(List::new(t)?.value()));
    }
    let classes = Classes::get(t)?;
    let load = classes.singleton(Node::Load);
    if class_of(load).base.get().is_some_and(|c| c.value() == kind) {
        return t.set_attr(this, field, Some(load));
    }
    t.warn(
        ex::Kind::DeprecationWarning,
        format!("{class}.__init__ missing 1 required positional argument: {shown}. This will become an error in Python 3.15."),
    )
}

const DEPTH: usize = 3;

/// `repr` of a node, nested nodes down to a depth.
fn show(t: &Thread, out: &mut crate::shown::Shown, v: Value, depth: usize) -> Result<()> {
    t.check_native_stack()?;
    let class = class_of(v).name_string();
    if depth == 0 {
        out.text(&class).text("(...)");
        return Ok(());
    }
    out.text(&class).text("(");
    for (i, field) in names_of(t, v, "_fields")?.iter().enumerate() {
        if i > 0 {
            out.text(", ");
        }
        let Some(f) = field.downcast::<Str>() else { continue };
        let value = t.get_attr(v, Str::intern(t, f)?)?;
        out.str(t, field)?.text("=");
        let items = if value.downcast::<List>().is_some() || value.downcast::<Tuple>().is_some() {
            Some(t.iterate_to_vec(value)?)
        } else {
            None
        };
        match items {
            Some(items) => {
                let is_list = value.downcast::<List>().is_some();
                out.text(if is_list { "[" } else { "(" });
                // Of long lists the ends are enough.
                for (i, item) in items.iter().enumerate() {
                    if i == 0 {
                        show_item(t, out, item, depth)?;
                    } else if i + 1 == items.len() {
                        out.text(if items.len() > 2 { ", ..., " } else { ", " });
                        show_item(t, out, item, depth)?;
                    }
                }
                out.text(if is_list { "]" } else { ")" });
            }
            None => show_item(t, out, value, depth)?,
        }
    }
    out.text(")");
    Ok(())
}

fn show_item(t: &Thread, out: &mut crate::shown::Shown, v: Value, depth: usize) -> Result<()> {
    if v.downcast::<Ast>().is_some() {
        return show(t, out, v, depth - 1);
    }
    out.repr(t, v)?;
    Ok(())
}

fn init(t: &Thread, c: Ref<Class>) -> Result<()> {
    let dict = c.dict.expect();
    let none = Tuple::new(t, &[])?.value();
    for attribute in ["_fields", "__match_args__", "_attributes"] {
        dict.set(t, name(t, attribute)?.value(), none)?;
    }
    Ok(())
}

impl Ast {
    pub fn new_in(t: &Thread, class: Ref<Class>) -> Result<Ref<Ast>> {
        t.create_in(class, Ast { header: Header::NEW })
    }
}

#[pyclass(name = "AST", module = "ast", flags(BASE, HAS_DICT, HAS_WEAKREF, MUTABLE), init = init)]
impl Ast {
    #[py("(*args, **kwargs)", nosig)]
    fn __new__(t: &Thread, cls: Ref<Class>, args: &[Value], kwargs: Kwargs) -> Result<Ref<Ast>> {
        let _ = (args, kwargs);
        Ast::new_in(t, cls)
    }
    #[py]
    fn __init__(t: &Thread, this: Ref<Ast>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        let this = this.value();
        let class = class_of(this).name_string();
        let fields = names_of(t, this, "_fields")?;
        if args.len() > fields.len() {
            return Err(t.type_error(format!(
                "{class} constructor takes at most {} positional argument{}",
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            )));
        }
        let missing = taipan_vm::objects::set::Set::new(t)?;
        for f in fields.as_slice()[args.len()..].iter() {
            missing.add(t, *f)?;
        }
        for (f, v) in fields.iter().zip(args) {
            if let Some(f) = f.downcast::<Str>() {
                t.set_attr(this, Str::intern(t, f)?, Some(*v))?;
            }
        }
        let given = ValueVec::new();
        if let Some(kwargs) = kwargs.0 {
            let attributes = names_of(t, this, "_attributes")?;
            let mut pos = 0;
            while let Some((k, v)) = kwargs.next(&mut pos) {
                if contains(t, fields, k)? {
                    if !missing.contains(t, k)? {
                        return Err(t.type_error(format!("{class} got multiple values for argument {}", t.repr(k)?)));
                    }
                    given.push(t, k)?;
                } else if !contains(t, attributes, k)? {
                    t.warn(
                        ex::Kind::DeprecationWarning,
                        format!(
                            "{class}.__init__ got an unexpected keyword argument {}. Support for arbitrary keyword arguments is \
                             deprecated and will be removed in Python 3.15.",
                            t.repr(k)?
                        ),
                    )?;
                }
                if let Some(k) = k.downcast::<Str>() {
                    t.set_attr(this, Str::intern(t, k)?, Some(v))?;
                }
            }
        }
        if args.len() + given.len() == fields.len() {
            return Ok(());
        }
        let types = t.get_attr_opt(class_of(this).value(), name(t, "_field_types")?)?;
        for f in fields.as_slice()[args.len()..].iter() {
            if !given.iter().any(|g| g == *f) && !contains(t, Tuple::new(t, given.as_slice())?, *f)? {
                if let Some(f) = f.downcast::<Str>() {
                    fill_missing(t, this, types, Str::intern(t, f)?)?;
                }
            }
        }
        Ok(())
    }
    #[py]
    fn __repr__(t: &Thread, this: Ref<Ast>) -> Result<Value> {
        let mut out = crate::shown::Shown::new();
        if !t.repr_enter(this.value())? {
            return out.text(&type_name(this.value())).text("(...)").finish(t);
        }
        let r = show(t, &mut out, this.value(), DEPTH);
        t.repr_leave(this.value());
        r?;
        out.finish(t)
    }
    #[py("($self, /)")]
    fn __reduce__(t: &Thread, this: Ref<Ast>) -> Result<Value> {
        let class = class_of(this.value()).value();
        let Some(own) = attr::instance_dict(t, this.value())? else {
            return (class, Tuple::new(t, &[])?).into_value(t);
        };
        let rest = own.copy(t)?;
        let positional = ValueVec::new();
        for f in names_of(t, this.value(), "_fields")?.iter() {
            let Some(v) = rest.remove(t, f)? else { break };
            positional.push(t, v)?;
        }
        (class, positional.into_tuple(t)?, rest).into_value(t)
    }
    /// Return a copy of the AST node with new values for the specified fields.
    #[py("($self, /, **fields)")]
    fn __replace__(t: &Thread, this: Ref<Ast>, fields: Kwargs) -> Result<Value> {
        let v = this.value();
        let class = class_of(v).name_string();
        let (known, places) = (names_of(t, v, "_fields")?, names_of(t, v, "_attributes")?);
        let own = attr::instance_dict(t, v)?;
        if let Some(given) = fields.0 {
            let mut pos = 0;
            while let Some((k, _)) = given.next(&mut pos) {
                let is_own = match own {
                    Some(d) => d.contains(t, k)?,
                    None => false,
                };
                if !is_own && !contains(t, known, k)? && !contains(t, places, k)? {
                    return Err(t.type_error(format!("{class}.__replace__ got an unexpected keyword argument {}.", t.repr(k)?)));
                }
            }
        }
        let payload = Dict::new(t)?;
        let missing = ValueVec::new();
        for (f, required) in known.iter().map(|f| (f, true)).chain(places.iter().map(|f| (f, false))) {
            let Some(f) = f.downcast::<Str>() else { continue };
            let given = match fields.0 {
                Some(d) => d.get(t, f.value())?,
                None => None,
            };
            let kept = match (given, own) {
                (Some(g), _) => Some(g),
                (None, Some(d)) => d.get(t, f.value())?,
                (None, None) => None,
            };
            match kept {
                Some(k) => payload.set(t, f.value(), k)?,
                None if required && t.get_attr_opt(class_of(v).value(), Str::intern(t, f)?)?.is_none() => {
                    missing.push(t, t.repr(f.value())?.value())?;
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            let text: Vec<String> = missing.iter().filter_map(|m| m.downcast::<Str>()).map(|s| s.to_string()).collect();
            return Err(t.type_error(format!(
                "{class}.__replace__ missing {} keyword argument{}: {}.",
                text.len(),
                if text.len() == 1 { "" } else { "s" },
                text.join(", ")
            )));
        }
        t.call_with_dict(class_of(v).value(), &[], Some(payload))
    }
    #[py(getter)]
    fn __dict__(t: &Thread, this: Ref<Ast>) -> Result<Option<Ref<Dict>>> {
        attr::instance_dict(t, this.value())
    }
}
