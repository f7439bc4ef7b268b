//! Running a program: everything from the process's arguments to its exit status.
//!
//! | file | does |
//! |---|---|
//! | [`options`] | reads the command line and the environment |
//! | [`config`] | holds what they asked for |
//! | [`paths`] | finds the library, the prefix, the virtual environment |
//! | [`help`] | the texts of `-h` and its relatives |
//! | [`main_module`] | runs the file, module, command or standard input as `__main__` |
//! | [`repl`] | the interactive prompt |
//! | [`finish`] | uncaught exceptions, exit functions, the exit status |
//!
//! The order of start-up: options and paths, which need no runtime; classes and `sys` (`crate::startup`); `importlib` from the image;
//! the standard streams; `site`; then the program. **Invariant:** settings are fixed before the runtime starts, so nothing has to
//! be told later.

pub mod config;
mod finish;
mod help;
mod main_module;
mod options;
mod paths;
mod repl;

pub use config::{Config, config};
pub use options::is_c_locale;

use crate::native::*;
use config::HashSeed;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

/// Runs the interpreter with the process's arguments.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let program = args.first().cloned().unwrap_or_else(|| OsString::from("taipan"));
    let mut settings = match options::read(args) {
        Ok(c) => c,
        Err(options::Exit(status)) => return ExitCode::from(status),
    };
    settings.paths = paths::find(&settings, &program);
    crate::library::set_stdlib_dir(settings.paths.stdlib.to_string_lossy().into_owned());
    config::set(settings);
    let c = config();
    crate::ops::seed_hashes(match c.hash_seed {
        HashSeed::Random => None,
        HashSeed::Fixed(n) => Some(n),
    });
    crate::objects::int::set_max_str_digits(c.int_max_str_digits);
    crate::traceback_print::set_source_hook(crate::library::source);
    let t = match crate::startup::start() {
        Ok(t) => t,
        Err(_) => {
            eprintln!("taipan: the runtime could not be started");
            return ExitCode::from(1);
        }
    };
    crate::hooks::started(&t);
    if let Err(status) = prepare(&t, c) {
        return ExitCode::from(status);
    }
    // What the environment asks for stays.
    if c.gc_stress != 0 {
        t.set_stress(c.gc_stress);
    }
    if c.gc_verify {
        taipan_heap::set_verify(true);
    }
    if c.gc_log {
        taipan_heap::set_log(true);
    }
    let result = main_module::run(&t, c);
    let status = finish::finish(&t, result);
    t.set_stress(0);
    ExitCode::from(status)
}

/// Brings up what Python code needs before the program runs. An error in here is the end.
fn prepare(t: &Thread, c: &Config) -> std::result::Result<(), u8> {
    let fatal = |what: &str, e: Exc| {
        eprintln!("Fatal Python error: {what}\nPython runtime state: initialized");
        crate::traceback_print::print_exception(t, e.0);
        1
    };
    let early_stderr = || {
        let printer = crate::modules::sys_types::StderrPrinter::new(t)?.value();
        t.sys_dict().set(t, names::stderr().value(), printer)
    };
    early_stderr().map_err(|e| fatal("init_sys_streams: can't set preliminary stderr", e))?;
    crate::import::install_importlib(t).map_err(|e| fatal("init_importlib: failed to initialize importlib", e))?;
    crate::hooks::make_streams(t).map_err(|e| fatal("init_sys_streams: can't initialize sys standard streams", e))?;
    set_loader(t, "BuiltinImporter").map_err(|e| fatal("add_main_module: Failed to initialize __main__", e))?;
    if !c.warnoptions.is_empty() {
        // Its filters are made from the options when it is imported.
        crate::import::import_module(t, "warnings").map_err(|e| fatal("init_interp_main: can't import warnings", e))?;
    }
    if c.faulthandler
        && let Some(m) =
            crate::import::native_module(t, "faulthandler").map_err(|e| fatal("init_faulthandler: can't import faulthandler", e))?
    {
        let enable = || t.call_method(m.value(), Str::intern_str(t, "enable")?, &[]);
        enable().map_err(|e| fatal("init_faulthandler: failed to enable faulthandler", e))?;
    }
    if !c.no_site {
        match crate::import::import_module(t, "site") {
            Ok(_) => {}
            Err(e) if finish::is_exit(e) => return Err(finish::finish(t, Err(e))),
            Err(e) => return Err(fatal("init_import_site: Failed to import the site module", e)),
        }
    }
    Ok(())
}

/// Sets `__main__.__loader__` to an importer of `importlib`'s bootstrap.
fn set_loader(t: &Thread, importer: &str) -> Result<()> {
    let bootstrap = crate::import::import_module(t, "_frozen_importlib")?;
    let loader = t.get_attr(bootstrap, Str::intern_str(t, importer)?)?;
    main_module::main_module(t)?.set(t, "__loader__", loader)
}

/// A string of the system as Python shows it: bytes that are not UTF-8 are lone surrogates (`surrogateescape`).
pub fn os_text(t: &Thread, s: &std::ffi::OsStr) -> Result<Ref<Str>> {
    Str::from_fs_bytes(t, s.as_bytes())
}
