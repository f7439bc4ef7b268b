//! The second pass: where each name lives, found on the way down (what enclosing functions bind) and up (what
//! children need).

use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::{BlockKind, Comprehension, Name, NameSet, Place, Scope, ScopeId, Symbol, def};
use crate::errors::{Error, Result};

/// Decides the place of every name of block `id`; adds the names it needs from enclosing functions to `free`.
pub(super) fn analyze(
    scopes: &mut Vec<Scope>,
    id: ScopeId,
    bound: Option<&NameSet>,
    free: &mut NameSet,
    global: &NameSet,
    type_params: &NameSet,
    class_entry: Option<ScopeId>,
) -> Result<()> {
    crate::depth::with_stack(|| analyze_inner(scopes, id, bound, free, global, type_params, class_entry))
}

fn analyze_inner(
    scopes: &mut Vec<Scope>,
    id: ScopeId,
    bound: Option<&NameSet>,
    free: &mut NameSet,
    global: &NameSet,
    type_params: &NameSet,
    class_entry: Option<ScopeId>,
) -> Result<()> {
    let is_class = scopes[id].kind == BlockKind::Class;
    let function_like = scopes[id].is_function_like();
    let mut global = global.clone();
    let mut bound_here = bound.cloned();
    let mut type_params = type_params.clone();
    let mut new_bound = NameSet::default();
    let mut new_global = NameSet::default();
    if is_class {
        new_global.extend(global.iter().cloned());
        if let Some(b) = &bound_here {
            new_bound.extend(b.iter().cloned());
        }
    }
    let mut local = NameSet::default();
    let mut places: FxHashMap<Name, Place> = FxHashMap::default();
    let names: Vec<(Name, u16)> = scopes[id].symbols.iter().map(|(n, s)| (n.clone(), s.flags)).collect();
    for (name, flags) in names {
        let place = if flags & def::GLOBAL != 0 {
            if flags & def::NONLOCAL != 0 {
                return Err(directive_error(&scopes[id], &name, format!("name '{name}' is nonlocal and global")));
            }
            global.insert(name.clone());
            if let Some(b) = &mut bound_here {
                b.remove(&name);
            }
            Place::GlobalExplicit
        } else if flags & def::NONLOCAL != 0 {
            let message = match &bound_here {
                None => Some("nonlocal declaration not allowed at module level".to_owned()),
                Some(b) if !b.contains(&name) => Some(format!("no binding for nonlocal '{name}' found")),
                Some(_) if type_params.contains(&name) => Some(format!("nonlocal binding not allowed for type parameter '{name}'")),
                Some(_) => None,
            };
            if let Some(m) = message {
                return Err(directive_error(&scopes[id], &name, m));
            }
            free.insert(name.clone());
            Place::Free
        } else if flags & def::BOUND != 0 {
            local.insert(name.clone());
            global.remove(&name);
            if flags & def::TYPE_PARAM != 0 {
                type_params.insert(name.clone());
            } else {
                type_params.remove(&name);
            }
            Place::Local
        } else {
            let in_class = class_entry.and_then(|c| scopes[c].symbols.get(&name)).map_or(0, |s| s.flags);
            if in_class & def::GLOBAL != 0 {
                Place::GlobalExplicit
            } else if in_class & def::BOUND != 0 && in_class & def::NONLOCAL == 0 {
                Place::GlobalImplicit
            } else if bound_here.as_ref().is_some_and(|b| b.contains(&name)) {
                free.insert(name.clone());
                Place::Free
            } else {
                Place::GlobalImplicit
            }
        };
        places.insert(name, place);
    }
    if is_class {
        for n in ["__class__", "__classdict__", "__conditional_annotations__"] {
            new_bound.insert(Arc::from(n));
        }
    } else {
        if function_like {
            new_bound.extend(local.iter().cloned());
        }
        if let Some(b) = &bound_here {
            new_bound.extend(b.iter().cloned());
        }
        new_global.extend(global.iter().cloned());
    }

    let mut new_free = NameSet::default();
    for child in scopes[id].children.clone() {
        let child_class_entry = match scopes[child].can_see_class_scope {
            true if is_class => Some(id),
            true => class_entry,
            false => None,
        };
        let inline = scopes[child].comprehension.is_some_and(|c| c != Comprehension::Generator) && !scopes[id].can_see_class_scope;
        let mut child_free = NameSet::default();
        analyze(scopes, child, Some(&new_bound), &mut child_free, &new_global, &type_params, child_class_entry)?;
        if inline {
            inline_comprehension(scopes, id, child, &mut places, &mut child_free);
            scopes[child].inlined = true;
        }
        new_free.extend(child_free);
    }

    if function_like {
        for (name, place) in &mut places {
            if *place == Place::Local && !scopes[id].symbols[name].from_inlined && new_free.remove(name) {
                *place = Place::Cell;
            }
        }
    } else if is_class {
        let scope = &mut scopes[id];
        scope.needs_class_closure |= new_free.remove("__class__");
        scope.needs_classdict |= new_free.remove("__classdict__");
        scope.conditional_annotations |= new_free.remove("__conditional_annotations__");
    }

    let class_flag = is_class || scopes[id].can_see_class_scope;
    let scope = &mut scopes[id];
    for (name, symbol) in &mut scope.symbols {
        if let Some(p) = places.get(name) {
            symbol.place = *p;
        }
    }
    for name in &new_free {
        match scope.symbols.get_mut(name) {
            Some(symbol) => {
                if class_flag {
                    symbol.flags |= def::FREE_CLASS;
                } else if symbol.from_inlined {
                    // Bound by an inlined comprehension here, and wanted from outside by another child.
                    symbol.from_inlined = false;
                    symbol.place = Place::Free;
                }
            }
            None => {
                if bound.is_some_and(|b| b.contains(name)) {
                    scope.symbols.insert(name.clone(), Symbol { flags: 0, place: Place::Free, from_inlined: false });
                }
            }
        }
    }
    free.extend(new_free);
    Ok(())
}

fn directive_error(scope: &Scope, name: &str, message: String) -> Box<Error> {
    let range = scope.directives.iter().find(|(n, _)| &**n == name).map_or_else(TextRange::default, |d| d.1);
    Error::syntax(range, message)
}

fn free_in_any_child(scopes: &[Scope], id: ScopeId, name: &str) -> bool {
    scopes[id].children.iter().any(|&c| {
        if scopes[c].inlined {
            free_in_any_child(scopes, c, name)
        } else {
            scopes[c].symbols.get(name).is_some_and(|s| s.place == Place::Free)
        }
    })
}

/// Merges the names of inlined comprehension `comp` into block `id`. Names that only the comprehension itself takes
/// from `id` are no longer free.
fn inline_comprehension(
    scopes: &mut [Scope],
    id: ScopeId,
    comp: ScopeId,
    places: &mut FxHashMap<Name, Place>,
    comp_free: &mut NameSet,
) {
    let names: Vec<(Name, Symbol)> = scopes[comp].symbols.iter().map(|(n, s)| (n.clone(), *s)).collect();
    let is_class = scopes[id].kind == BlockKind::Class;
    for (name, symbol) in names {
        if symbol.flags & def::PARAM != 0 {
            continue;
        }
        if symbol.place == Place::Free
            && is_class
            && matches!(&*name, "__class__" | "__classdict__" | "__conditional_annotations__")
        {
            // Used in the comprehension itself it is not the class's; a function in it may use the class's cell.
            if !free_in_any_child(scopes, comp, &name) {
                comp_free.remove(&name);
            }
            scopes[comp].symbols[&name].place = Place::GlobalImplicit;
            continue;
        }
        match scopes[id].symbols.get(&name).map(|s| s.flags) {
            None => {
                let place = if symbol.place == Place::Cell { Place::Local } else { symbol.place };
                let bound = matches!(place, Place::Local);
                scopes[id].symbols.insert(name.clone(), Symbol { flags: symbol.flags, place, from_inlined: bound });
                places.insert(name, place);
            }
            Some(flags) => {
                let own = !scopes[id].symbols[&name].from_inlined;
                if own && flags & def::BOUND != 0 && !is_class && !free_in_any_child(scopes, comp, &name) {
                    comp_free.remove(&name);
                }
            }
        }
    }
}
