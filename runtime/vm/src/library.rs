//! The standard library: where its modules' source is, and their code.

use crate::native::*;
use crate::objects::exceptions as ex;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use taipan_compiler::{Mode, Options};

/// A module of the library.
pub struct LibraryModule {
    pub path: PathBuf,
    pub is_package: bool,
}

/// Modules that `rustpython-pylib` has for RustPython's sake, or that a native module of ours replaces.
const LEFT_OUT: &[&str] = &["_dummy_os", "_dummy_thread", "dummy_threading", "_pycodecs"];

/// Names under which `importlib` is bootstrapped, and what they are.
const BOOTSTRAP: &[(&str, &str)] =
    &[("_frozen_importlib", "importlib._bootstrap"), ("_frozen_importlib_external", "importlib._bootstrap_external")];

/// The name under which a bootstrap module is found in the library; other names are their own.
pub fn real_name(name: &str) -> &str {
    BOOTSTRAP.iter().find(|b| b.0 == name).map_or(name, |b| b.1)
}

/// The library's module of this full name.
pub fn find(name: &str) -> Option<LibraryModule> {
    let name = real_name(name);
    if name.is_empty() || LEFT_OUT.contains(&name) || name.contains(['/', '\0']) || name.split('.').any(str::is_empty) {
        return None;
    }
    let relative = name.replace('.', "/");
    source_dirs().iter().find_map(|d| {
        let package = d.join(&relative).join("__init__.py");
        if package.is_file() {
            return Some(LibraryModule { path: package, is_package: true });
        }
        let module = d.join(format!("{relative}.py"));
        module.is_file().then_some(LibraryModule { path: module, is_package: false })
    })
}

/// The code object of a library module.
pub fn code(t: &Thread, m: &LibraryModule) -> Result<Ref<Code>> {
    let name = m.path.to_string_lossy();
    let bytes = std::fs::read(&m.path).map_err(|e| ex::os_error(t, e.raw_os_error().unwrap_or(0), None))?;
    let source = taipan_compiler::decode_source(&bytes).map_err(|_| t.value_error(format!("cannot decode {name}")))?;
    match taipan_compiler::compile(&source, &name, &Options::new(Mode::Exec)) {
        Ok(c) => Code::new(t, &Arc::new(c.unit)),
        Err(e) => Err(ex::syntax_error(t, &e, Str::from_str(t, &name)?)),
    }
}

/// Folders that hold the library's Python source, in order of precedence.
pub fn source_dirs() -> &'static [PathBuf] {
    static DIRS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    DIRS.get_or_init(|| {
        let mut v = Vec::new();
        if let Some(own) = option_env!("TAIPAN_LIB") {
            v.push(PathBuf::from(own));
        }
        v.push(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Lib")));
        v.push(PathBuf::from(rustpython_pylib::LIB_PATH));
        v
    })
}

/// `sys._stdlib_dir`
pub fn stdlib_dir() -> String {
    source_dirs().last().map_or_else(String::new, |d| d.to_string_lossy().into_owned())
}

/// `sys.prefix` of an executable: the folder above its `bin`, else its own folder.
pub fn prefix(executable: &str) -> String {
    let p = std::path::Path::new(executable);
    let dir = p.parent().unwrap_or(std::path::Path::new("/"));
    let dir = if dir.ends_with("bin") { dir.parent().unwrap_or(dir) } else { dir };
    dir.to_string_lossy().into_owned()
}

/// `sys.stdlib_module_names`
pub fn stdlib_names() -> Vec<String> {
    let mut names: Vec<String> = crate::modules::names().into_iter().map(str::to_owned).collect();
    for d in source_dirs() {
        for e in std::fs::read_dir(d).into_iter().flatten().flatten() {
            let n = e.file_name().to_string_lossy().into_owned();
            match n.strip_suffix(".py") {
                Some(n) => names.push(n.to_owned()),
                None if e.path().join("__init__.py").exists() => names.push(n),
                None => {}
            }
        }
    }
    names.sort();
    names.dedup();
    names
}
