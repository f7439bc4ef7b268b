//! Native modules, one file or folder a module, named as Python names it.

use crate::native::*;

pub mod audit;
pub mod builtins;
pub mod codecs;
pub mod imp;
pub mod monitoring;
pub mod string;
pub mod sys;
pub mod sys_jit;
pub mod sys_types;
pub mod typing;
pub mod warnings;

/// All native modules of this crate.
pub static MODULES: &[(&str, fn() -> &'static ModuleDef)] = &[
    ("builtins", builtins::Builtins::module_def),
    ("sys", sys::Sys::module_def),
    ("_imp", imp::Imp::module_def),
    ("_typing", typing::Typing::module_def),
    ("_warnings", warnings::Warnings::module_def),
    ("_codecs", codecs::Codecs::module_def),
    ("_string", string::StringModule::module_def),
];

/// Modules that other crates bring (see [`register`]).
static MORE: std::sync::RwLock<Vec<(&'static str, fn() -> &'static ModuleDef)>> = std::sync::RwLock::new(Vec::new());

/// Makes further native modules known. Before start-up.
pub fn register(modules: &[(&'static str, fn() -> &'static ModuleDef)]) {
    MORE.write().expect("module registry").extend_from_slice(modules);
}

/// The declaration of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    let own = MODULES.iter().find(|m| m.0 == name).map(|m| m.1());
    own.or_else(|| MORE.read().expect("module registry").iter().find(|m| m.0 == name).map(|m| m.1()))
}

/// Names of all native modules, sorted (`sys.builtin_module_names`).
pub fn names() -> Vec<&'static str> {
    let mut v: Vec<&'static str> = MODULES.iter().map(|m| m.0).collect();
    v.extend(MORE.read().expect("module registry").iter().map(|m| m.0));
    v.sort_unstable();
    v
}
