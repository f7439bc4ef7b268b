//! `_imp`: what `importlib` needs of the interpreter, and the library's own finder (`Lib/_library_finder.py`) of the image.

use crate::futex_lock::ReentrantLock;
use crate::library;
use crate::native::*;
use crate::objects::exceptions as ex;

pub struct Imp;

/// The lock around changes of `importlib`'s table of modules' own locks. Who forks holds it, so that the child finds the table as it is
/// between two changes.
pub static IMPORT_LOCK: ReentrantLock = ReentrantLock::new();

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "check_hash_based_pycs", Str::intern_str(t, crate::program::config().check_hash_pycs)?.value())?;
    // Sixteen bits that differ whenever the compiler does, then CPython's mark of a binary file.
    let h = taipan_compiler::serial::compiler_hash();
    let number = (h ^ h >> 16 ^ h >> 32 ^ h >> 48) & 0xffff;
    m.set(t, "pyc_magic_number_token", t.int(0x0a0d_0000 | number as i64)?)
}

fn missing(t: &Thread, name: Ref<Str>) -> Exc {
    ex::import_error(t, ex::Kind::ImportError, &format!("No such frozen object named {name}"), Some(name.value()), None, None)
}

/// (Extremely) low-level import machinery bits as used by importlib.
#[pymodule(name = "_imp", init = init)]
impl Imp {
    /// Acquires the interpreter's import lock for the current thread.
    #[py("($module, /)")]
    fn acquire_lock(t: &Thread) {
        IMPORT_LOCK.wait(t);
    }
    /// Release the interpreter's import lock.
    #[py("($module, /)")]
    fn release_lock(t: &Thread) -> Result<()> {
        if IMPORT_LOCK.release(t) { Ok(()) } else { Err(t.runtime_error("not holding the import lock")) }
    }
    /// Return True if the import lock is currently held, else False.
    #[py("($module, /)")]
    fn lock_held(_t: &Thread) -> bool {
        IMPORT_LOCK.is_held()
    }
    /// Returns True if the module name corresponds to a built-in module.
    #[py("($module, name, /)")]
    fn is_builtin(_t: &Thread, name: Ref<Str>) -> i64 {
        i64::from(crate::modules::find(&name.to_string_lossy()).is_some())
    }
    /// Create an extension module.
    #[py("($module, spec, /)")]
    fn create_builtin(t: &Thread, spec: Value) -> Result<Value> {
        let name = t.get_attr(spec, names::name())?;
        let Some(name) = name.downcast::<Str>() else { return Err(t.type_error("spec.name must be a string")) };
        match crate::import::native_module(t, &name.to_string_lossy())? {
            Some(m) => Ok(m.value()),
            None => Ok(Value::NONE),
        }
    }
    /// Initialize a built-in module.
    #[py("($module, mod, /)")]
    fn exec_builtin(_t: &Thread, module: Value) -> i64 {
        let _ = module;
        0
    }
    /// Returns True if the module name corresponds to a frozen module.
    #[py("($module, name, /)")]
    fn is_frozen(_t: &Thread, name: Ref<Str>) -> bool {
        library::frozen(&name.to_string_lossy()).is_some()
    }
    /// Returns True if the module name is of a frozen package.
    #[py("($module, name, /)")]
    fn is_frozen_package(t: &Thread, name: Ref<Str>) -> Result<bool> {
        match library::frozen(&name.to_string_lossy()) {
            Some(m) => Ok(m.is_package),
            None => Err(missing(t, name)),
        }
    }
    /// Return info about the corresponding frozen module (if there is one) or None.
    #[py("($module, name, /, *, withdata=False)")]
    fn find_frozen(t: &Thread, name: Ref<Str>, withdata: Option<bool>) -> Result<Value> {
        match library::frozen(&name.to_string_lossy()) {
            Some(m) => {
                let data = match withdata {
                    Some(true) => {
                        let bytes = Bytes::new(t, m.file.code)?;
                        t.call(crate::objects::memoryview::MemoryView::class().value(), &[bytes.value()])?
                    }
                    _ => Value::NONE,
                };
                (data, m.is_package, m.origin).into_value(t)
            }
            None => Ok(Value::NONE),
        }
    }
    /// Create a code object for a frozen module.
    #[py("($module, name, data=None, /)")]
    fn get_frozen_object(t: &Thread, name: Ref<Str>, data: Option<Value>) -> Result<Value> {
        let _ = data;
        match library::frozen(&name.to_string_lossy()) {
            Some(m) => library::frozen_code(t, &m).map(Ref::value),
            None => Err(missing(t, name)),
        }
    }
    /// Find a module in a folder of the library: its path and whether it is a package, or None.
    #[py("($module, folder, name, /)")]
    fn find_library(_t: &Thread, folder: Ref<Str>, name: Ref<Str>) -> Option<(String, bool)> {
        library::find(&folder.to_string_lossy(), &name.to_string_lossy())
    }
    /// Return True if a folder on disk may have a module of this name.
    #[py("($module, folder, name, /)")]
    fn may_be_on_disk(_t: &Thread, folder: Ref<Str>, name: Ref<Str>) -> bool {
        library::may_be_on_disk(&folder.to_string_lossy(), &name.to_string_lossy())
    }
    /// Return True if the path is the library's folder or one in it.
    #[py("($module, path, /)")]
    fn is_library_folder(_t: &Thread, path: Value) -> bool {
        path.downcast::<Str>().is_some_and(|p| library::is_folder(&p.to_string_lossy()))
    }
    /// Return the code of the library's module in this file, or None.
    #[py("($module, path, /)")]
    fn library_code(t: &Thread, path: Ref<Str>) -> Result<Option<Ref<Code>>> {
        library::code_of(t, &path.to_string_lossy())
    }
    /// Return what is in a file of the library, or None if there is no such file.
    #[py("($module, path, /)")]
    fn library_data(t: &Thread, path: Value) -> Result<Option<Ref<Bytes>>> {
        let path = t.str(path)?.to_string_lossy();
        library::file(&path).map(|f| Bytes::new(t, &f.text())).transpose()
    }
    /// Return the paths of all files in and under a folder of the library, relative to it.
    #[py("($module, folder, /)")]
    fn library_files(t: &Thread, folder: Ref<Str>) -> Result<Ref<List>> {
        let l = List::new(t)?;
        for f in library::files_under(&folder.to_string_lossy()) {
            l.append(t, Str::from_str(t, f)?.value())?;
        }
        Ok(l)
    }
    /// Add the sources of what was given with -c or typed so far to the cache of module linecache.
    #[py("($module, cache, /)")]
    fn add_given_sources(t: &Thread, cache: Ref<Dict>) -> Result<()> {
        crate::traceback_print::add_to_linecache(t, cache)
    }
    /// Initializes a frozen module.
    #[py("($module, name, /)")]
    fn init_frozen(t: &Thread, name: Ref<Str>) -> Result<Value> {
        let _ = name;
        Err(t.not_implemented_error("_imp.init_frozen is not built: use importlib"))
    }
    /// Returns the list of available frozen modules.
    #[py("($module, /)")]
    fn _frozen_module_names(t: &Thread) -> Result<Ref<List>> {
        let l = List::new(t)?;
        for n in library::frozen_names() {
            l.append(t, Str::intern_str(t, n)?.value())?;
        }
        Ok(l)
    }
    /// (internal-only) Override PyConfig.use_frozen_modules.
    #[py("($module, override, /)")]
    fn _override_frozen_modules_for_tests(_t: &Thread, value: i64) {
        library::override_frozen_modules(value);
    }
    /// (internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.
    #[py("($module, override, /)")]
    fn _override_multi_interp_extensions_check(_t: &Thread, value: i64) -> i64 {
        let _ = value;
        0
    }
    /// Returns the list of file suffixes used to identify extension modules.
    #[py("($module, /)")]
    fn extension_suffixes(t: &Thread) -> Result<Ref<List>> {
        List::new(t)
    }
    /// Create an extension module.
    #[py("($module, spec, file=None, /)")]
    fn create_dynamic(t: &Thread, spec: Value, file: Option<Value>) -> Result<Value> {
        let _ = (spec, file);
        Err(ex::import_error(t, ex::Kind::ImportError, "C extension modules cannot be loaded", None, None, None))
    }
    /// Initialize an extension module.
    #[py("($module, mod, /)")]
    fn exec_dynamic(_t: &Thread, module: Value) -> i64 {
        let _ = module;
        0
    }
    /// Changes code.co_filename to specify the passed-in file path.
    #[py("($module, code, path, /)")]
    fn _fix_co_filename(t: &Thread, code: Ref<Code>, path: Ref<Str>) {
        code.rename_file(t, path);
    }
    #[py("($module, key, source)")]
    fn source_hash(t: &Thread, key: i64, source: Value) -> Result<Ref<Bytes>> {
        let Some(b) = source.downcast::<Bytes>() else { return Err(t.type_error("a bytes-like object is required")) };
        let h = taipan_text::hash::HashKey::from_seed(key as u32).bytes(b.as_slice());
        Bytes::new(t, &(h as u64).to_le_bytes())
    }
}
