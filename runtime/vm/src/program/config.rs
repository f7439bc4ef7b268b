//! What the command line and the environment ask for: fixed once, before the runtime starts, and read by everyone.

use std::ffi::OsString;
use std::sync::OnceLock;

/// What is to be run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Run {
    /// `-c`
    Command(OsString),
    /// `-m`
    Module(OsString),
    /// A file, folder or archive.
    File(OsString),
    /// `-`
    Stdin,
    /// Nothing was named: standard input, or the prompt if that is a terminal.
    #[default]
    Unnamed,
}

/// How hashes of strings are seeded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum HashSeed {
    #[default]
    Random,
    Fixed(u32),
}

/// Settings of the process; those with a flag are also in `sys.flags`.
#[derive(Clone, Debug)]
pub struct Config {
    pub run: Run,
    pub argv: Vec<OsString>,
    pub orig_argv: Vec<OsString>,
    pub xoptions: Vec<(OsString, Option<OsString>)>,
    pub warnoptions: Vec<OsString>,

    pub debug: i64,
    pub inspect: i64,
    pub interactive: i64,
    pub optimize: i64,
    pub dont_write_bytecode: i64,
    pub no_user_site: i64,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: i64,
    pub bytes_warning: i64,
    pub quiet: i64,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: i64,
    pub safe_path: bool,
    pub warn_default_encoding: bool,
    pub int_max_str_digits: usize,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,

    pub unbuffered: bool,
    pub skip_first_line: bool,
    pub hash_seed: HashSeed,
    pub faulthandler: bool,
    /// 1: what is imported; 2: also what had been imported before.
    pub import_time: u8,
    pub frozen_modules: bool,
    pub check_hash_pycs: &'static str,
    pub pycache_prefix: Option<OsString>,
    /// -1: as many as there are.
    pub cpu_count: i64,
    /// Collect at every so-many-th allocation; 0: when it is worth it.
    pub gc_stress: u32,
    pub gc_verify: bool,
    pub gc_log: bool,

    pub paths: Paths,
}

/// Where things are (see `paths.rs`).
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub executable: OsString,
    pub base_executable: OsString,
    pub prefix: OsString,
    pub exec_prefix: OsString,
    pub base_prefix: OsString,
    pub base_exec_prefix: OsString,
    pub stdlib: OsString,
    /// `sys.path` before `site` and the script's folder come to it.
    pub search: Vec<OsString>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            run: Run::Unnamed,
            argv: vec![OsString::new()],
            orig_argv: Vec::new(),
            xoptions: Vec::new(),
            warnoptions: Vec::new(),
            debug: 0,
            inspect: 0,
            interactive: 0,
            optimize: 0,
            dont_write_bytecode: 0,
            no_user_site: 0,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: 0,
            isolated: false,
            dev_mode: false,
            utf8_mode: 0,
            safe_path: false,
            warn_default_encoding: false,
            int_max_str_digits: 4300,
            // Without a global lock these are CPython's defaults too.
            thread_inherit_context: true,
            context_aware_warnings: true,
            unbuffered: false,
            skip_first_line: false,
            hash_seed: HashSeed::Random,
            faulthandler: false,
            import_time: 0,
            frozen_modules: true,
            check_hash_pycs: "default",
            pycache_prefix: None,
            cpu_count: -1,
            gc_stress: 0,
            gc_verify: false,
            gc_log: false,
            paths: Paths::default(),
        }
    }
}

impl Config {
    /// The value of an environment variable that is set and not empty, unless the environment is to be ignored.
    pub fn env(&self, name: &str) -> Option<OsString> {
        if self.ignore_environment { None } else { std::env::var_os(name).filter(|v| !v.is_empty()) }
    }
}

static CONFIG: OnceLock<Config> = OnceLock::new();

/// The settings in force; the defaults before [`set`].
pub fn config() -> &'static Config {
    CONFIG.get_or_init(Config::default)
}

/// Fixes the settings. Before start-up.
pub(super) fn set(c: Config) {
    let _ = CONFIG.set(c);
}
