//! The standard library: where its folder is, and the code of its modules, which the program carries (`taipan-library`).

use crate::native::*;
use crate::objects::exceptions as ex;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use taipan_compiler::serial;
use taipan_library::File;

/// A module that is served without looking at `sys.path`, as CPython's frozen ones are: what is needed before paths can be searched.
pub struct FrozenModule {
    pub file: File,
    pub is_package: bool,
    /// Name under which the library has it.
    pub origin: &'static str,
}

/// Frozen name, the library's name for it, whether it is a package; whether it is frozen with `-X frozen_modules=off` too.
const FROZEN: &[(&str, &str, bool, bool)] = &[
    ("_frozen_importlib", "importlib._bootstrap", false, true),
    ("_frozen_importlib_external", "importlib._bootstrap_external", false, true),
    ("_library_finder", "_library_finder", false, true),
    ("zipimport", "zipimport", false, true),
    ("abc", "abc", false, false),
    ("codecs", "codecs", false, false),
    ("io", "io", false, false),
    ("_collections_abc", "_collections_abc", false, false),
    ("_sitebuiltins", "_sitebuiltins", false, false),
    ("genericpath", "genericpath", false, false),
    ("ntpath", "ntpath", false, false),
    ("posixpath", "posixpath", false, false),
    ("os", "os", false, false),
    ("site", "site", false, false),
    ("stat", "stat", false, false),
    ("importlib.util", "importlib.util", false, false),
    ("importlib.machinery", "importlib.machinery", false, false),
    ("runpy", "runpy", false, false),
    ("__hello__", "__hello__", false, true),
    ("__hello_alias__", "__hello__", false, true),
    ("__phello_alias__", "__hello__", true, true),
    ("__phello_alias__.spam", "__hello__", false, true),
    ("__phello__", "__phello__", true, true),
    ("__phello__.__init__", "__phello__", false, true),
    ("__phello__.ham", "__phello__.ham", true, true),
    ("__phello__.ham.__init__", "__phello__.ham", false, true),
    ("__phello__.ham.eggs", "__phello__.ham.eggs", false, true),
    ("__phello__.spam", "__phello__.spam", false, true),
];

/// Names of all frozen modules.
pub fn frozen_names() -> impl Iterator<Item = &'static str> {
    FROZEN.iter().map(|f| f.0)
}

/// The frozen module of this full name.
pub fn frozen(name: &str) -> Option<FrozenModule> {
    let &(_, origin, is_package, always) = FROZEN.iter().find(|f| f.0 == name)?;
    if !always && !frozen_modules() {
        return None;
    }
    let (file, _) = module_in("", &origin.replace('.', "/"))?;
    Some(FrozenModule { file, is_package, origin })
}

static OVERRIDE: AtomicI64 = AtomicI64::new(0);

/// Whether all frozen modules are served, or only those that nothing works without.
fn frozen_modules() -> bool {
    match OVERRIDE.load(Relaxed) {
        0 => crate::program::config().frozen_modules,
        n => n > 0,
    }
}

/// For tests of `importlib`: 1 serves all frozen modules, -1 few, 0 those that the command line asks for.
pub fn override_frozen_modules(value: i64) {
    OVERRIDE.store(value, Relaxed);
}

/// Code of a frozen module; its file is `<frozen NAME>`.
pub fn frozen_code(t: &Thread, m: &FrozenModule) -> Result<Ref<Code>> {
    code(t, &m.file, &format!("<frozen {}>", m.origin))
}

/// The module `name` in a folder of the image, and whether it is a package.
fn module_in(folder: &str, name: &str) -> Option<(File, bool)> {
    let stem = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    if let Some(f) = taipan_library::file(&format!("{stem}.py")) {
        return Some((f, false));
    }
    taipan_library::file(&format!("{stem}/__init__.py")).map(|f| (f, true))
}

fn code(t: &Thread, file: &File, filename: &str) -> Result<Ref<Code>> {
    match serial::read_unverified_as(file.code, filename) {
        Ok(unit) => Code::new(t, &Arc::new(unit)),
        Err(e) => Err(t.system_error(format!("the library image is damaged: {}: {e}", file.path))),
    }
}

/// A path relative to the library's folder, if it lies in there; the folder itself is the empty path.
fn relative(path: &str) -> Option<&str> {
    match path.strip_prefix(stdlib_dir())? {
        "" => Some(""),
        rest => rest.strip_prefix('/').filter(|r| !r.is_empty()),
    }
}

/// The module `name` of the library's folder `folder` (both as Python sees them): its path, and whether it is a package.
pub fn find(folder: &str, name: &str) -> Option<(String, bool)> {
    let (file, is_package) = module_in(relative(folder)?, name)?;
    Some((format!("{}/{}", stdlib_dir(), file.path), is_package))
}

/// Whether somebody put a file or folder for a module of this name into a folder of the library. (What `importlib` makes of it
/// is its matter.)
pub fn may_be_on_disk(folder: &str, name: &str) -> bool {
    let there = |end: &str| std::path::Path::new(&format!("{folder}/{name}{end}")).exists();
    ["", ".py", ".pyc"].into_iter().any(there)
}

/// Whether a path is the library's folder or one in there that the image has.
pub fn is_folder(path: &str) -> bool {
    match relative(path) {
        Some("") => true,
        Some(r) => taipan_library::files(&format!("{r}/")).next().is_some(),
        None => false,
    }
}

/// The file of the image that a path names.
pub fn file(path: &str) -> Option<File> {
    taipan_library::file(relative(path)?)
}

/// Paths, relative to a folder of the library, of all files in and under it.
pub fn files_under(folder: &str) -> Vec<&'static str> {
    let Some(r) = relative(folder) else { return Vec::new() };
    let prefix = if r.is_empty() { String::new() } else { format!("{r}/") };
    taipan_library::files(&prefix).map(|f| &f.path[prefix.len()..]).collect()
}

/// Code of the module in the file of this path; `None` if the image has no such file, or not as the optimisation level asks.
pub fn code_of(t: &Thread, path: &str) -> Result<Option<Ref<Code>>> {
    match file(path).filter(|f| !f.code.is_empty() && crate::program::config().optimize == 0) {
        Some(f) => code(t, &f, path).map(Some),
        None => Ok(None),
    }
}

/// Source of a module, for tracebacks, where the library's folder is not on disk.
pub fn source(filename: &str) -> Option<Arc<str>> {
    let file = file(filename)?;
    String::from_utf8(file.text()).ok().map(Arc::from)
}

/// Runs a frozen module without `importlib`, which is not there yet.
pub fn run_bootstrap_module(t: &Thread, name: &str) -> Result<Ref<Module>> {
    let Some(found) = frozen(name) else {
        return Err(ex::import_error(t, ex::Kind::ImportError, &format!("the library has no {name}"), None, None, None));
    };
    let code = frozen_code(t, &found)?;
    let m = Module::new(t, name)?;
    m.set(t, "__origname__", Str::intern_str(t, found.origin)?.value())?;
    let builtins = t.modules().get(t, names::builtins().value())?.unwrap_or(Value::NONE);
    m.dict().set(t, names::__builtins__().value(), builtins)?;
    t.modules().set(t, Str::intern_str(t, name)?.value(), m.value())?;
    crate::interp::run_code(t, code, m.dict(), Value::EMPTY, None)?;
    Ok(m)
}

static STDLIB_DIR: OnceLock<String> = OnceLock::new();

/// Says where the library's folder is (or would be: it need not exist). Before start-up.
pub fn set_stdlib_dir(dir: String) {
    let _ = STDLIB_DIR.set(dir);
}

/// `sys._stdlib_dir`
pub fn stdlib_dir() -> &'static str {
    STDLIB_DIR.get_or_init(|| taipan_library::BUILT_TREE.to_owned())
}
