//! Reading the command line and the environment variables, by CPython's rules and with its texts.

use super::config::{Config, HashSeed, Run};
use super::help;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Why nothing is run, after everything was said.
pub struct Exit(pub u8);

type Parsed<T> = Result<T, Exit>;

/// Settings from the process's arguments and its environment.
pub fn read(args: Vec<OsString>) -> Parsed<Config> {
    let mut c = Config::default();
    let program = args.first().cloned().unwrap_or_else(|| OsString::from("taipan"));
    let given = command_line(&mut c, &program, &args)?;
    c.orig_argv = args;
    if c.isolated {
        c.ignore_environment = true;
        c.no_user_site = 1;
        c.safe_path = true;
    }
    early_environment(&mut c)?;
    environment(&mut c)?;
    warn_options(&mut c, given);
    Ok(c)
}

/// Reads the options; returns those of `-W`.
fn command_line(c: &mut Config, program: &OsStr, args: &[OsString]) -> Parsed<Vec<OsString>> {
    let mut words = args.iter().skip(1);
    let mut warn = Vec::new();
    let mut versions = 0;
    let mut rest: Option<Vec<OsString>> = None;
    'words: while let Some(word) = words.clone().next() {
        let bytes = word.as_bytes();
        if bytes == b"-" || bytes.first() != Some(&b'-') {
            break;
        }
        words.next();
        if bytes == b"--" {
            break;
        }
        if let Some(long) = bytes.strip_prefix(b"--") {
            match long {
                b"help" => return Err(help::usage(program)),
                b"help-env" => return Err(help::environment()),
                b"help-xoptions" => return Err(help::xoptions()),
                b"help-all" => return Err(help::all(program)),
                b"version" => versions += 1,
                b"check-hash-based-pycs" => {
                    let Some(value) = words.next() else {
                        eprintln!("Argument expected for the --check-hash-based-pycs options");
                        return Err(help::hint(program));
                    };
                    c.check_hash_pycs = match value.as_bytes() {
                        b"default" => "default",
                        b"always" => "always",
                        b"never" => "never",
                        _ => {
                            eprintln!("--check-hash-based-pycs must be one of 'default', 'always', or 'never'");
                            return Err(help::hint(program));
                        }
                    };
                }
                _ => {
                    eprintln!("Unknown option: {}", word.to_string_lossy());
                    return Err(help::hint(program));
                }
            }
            continue;
        }
        for (i, &option) in bytes.iter().enumerate().skip(1) {
            match option {
                b'c' | b'm' | b'W' | b'X' => {
                    let attached = &bytes[i + 1..];
                    let value =
                        if attached.is_empty() { words.next().cloned() } else { Some(OsStr::from_bytes(attached).to_owned()) };
                    let Some(value) = value else {
                        eprintln!("Argument expected for the -{} option", option as char);
                        return Err(help::hint(program));
                    };
                    match option {
                        b'W' => warn.push(value),
                        b'X' => {
                            let (name, value) = split_at(&value, b'=');
                            c.xoptions.push((name, value));
                        }
                        _ => {
                            let mut argv = vec![OsString::from(format!("-{}", option as char))];
                            argv.extend(words.by_ref().cloned());
                            rest = Some(argv);
                            c.run = if option == b'c' { Run::Command(value) } else { Run::Module(value) };
                            break 'words;
                        }
                    }
                    continue 'words;
                }
                b'b' => c.bytes_warning += 1,
                b'B' => c.dont_write_bytecode += 1,
                b'd' => c.debug += 1,
                b'E' => c.ignore_environment = true,
                b'h' | b'?' => return Err(help::usage(program)),
                b'i' => {
                    c.inspect += 1;
                    c.interactive += 1;
                }
                b'I' => c.isolated = true,
                b'O' => c.optimize += 1,
                b'P' => c.safe_path = true,
                b'q' => c.quiet += 1,
                // Hashes are random anyway, and `-t` has had no meaning since Python 3.
                b'R' | b't' => {}
                b's' => c.no_user_site += 1,
                b'S' => c.no_site = true,
                b'u' => c.unbuffered = true,
                b'v' => c.verbose += 1,
                b'V' => versions += 1,
                b'x' => c.skip_first_line = true,
                _ => {
                    eprintln!("Unknown option: -{}", option as char);
                    return Err(help::hint(program));
                }
            }
        }
    }
    if versions > 0 {
        help::version(versions > 1);
        return Err(Exit(0));
    }
    c.argv = match rest {
        Some(argv) => argv,
        None => {
            let argv: Vec<OsString> = words.cloned().collect();
            match argv.first() {
                None => {}
                Some(a) if a == "-" => c.run = Run::Stdin,
                Some(a) => c.run = Run::File(a.clone()),
            }
            if argv.is_empty() { vec![OsString::new()] } else { argv }
        }
    };
    Ok(warn)
}

/// Text before and after the first separator.
fn split_at(s: &OsStr, separator: u8) -> (OsString, Option<OsString>) {
    let bytes = s.as_bytes();
    match bytes.iter().position(|&b| b == separator) {
        Some(i) => (OsString::from_vec(bytes[..i].to_vec()), Some(OsString::from_vec(bytes[i + 1..].to_vec()))),
        None => (s.to_owned(), None),
    }
}

/// The last `-X name[=value]`.
fn xoption<'a>(c: &'a Config, name: &str) -> Option<Option<&'a OsStr>> {
    c.xoptions.iter().rev().find(|x| x.0 == name).map(|x| x.1.as_deref())
}

/// An integer in decimal that fills the whole text.
fn number(s: &OsStr) -> Option<i64> {
    s.to_str()?.trim_start().parse().ok()
}

/// An error in an option's value, with which CPython's initialisation ends.
fn fatal(message: &str, state: &str) -> Exit {
    eprintln!("Fatal Python error: {message}\nPython runtime state: {state}\n");
    Exit(1)
}
fn invalid(message: &str) -> Exit {
    fatal(message, "preinitialized")
}

/// What decides how everything else is read: UTF-8 mode and developer mode.
fn early_environment(c: &mut Config) -> Parsed<()> {
    c.dev_mode = xoption(c, "dev").is_some() || c.env("PYTHONDEVMODE").is_some();
    c.utf8_mode = match xoption(c, "utf8") {
        Some(v) => match v.map(OsStr::as_bytes) {
            None | Some(b"1") => 1,
            Some(b"0") => 0,
            Some(_) => return Err(fatal("preconfig_init_utf8_mode: invalid -X utf8 option value", "preinitializing")),
        },
        None => match c.env("PYTHONUTF8") {
            Some(v) if v == "1" => 1,
            Some(v) if v == "0" => 0,
            Some(_) => {
                return Err(fatal("preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value", "preinitializing"));
            }
            None => i64::from(is_c_locale()),
        },
    };
    Ok(())
}

/// Whether text is encoded as the "C" locale says, for which UTF-8 mode stands in.
pub fn is_c_locale() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| std::env::var_os(n).filter(|v| !v.is_empty()));
    locale.is_none_or(|l| l == "C" || l == "POSIX")
}

/// A variable that counts as an option given so many times; text that is no number counts as once.
fn env_flag(c: &Config, name: &str, option: i64) -> i64 {
    match c.env(name) {
        Some(v) => option.max(number(&v).filter(|n| *n >= 0).unwrap_or(1)),
        None => option,
    }
}

fn environment(c: &mut Config) -> Parsed<()> {
    c.debug = env_flag(c, "PYTHONDEBUG", c.debug);
    c.verbose = env_flag(c, "PYTHONVERBOSE", c.verbose);
    c.optimize = env_flag(c, "PYTHONOPTIMIZE", c.optimize);
    c.inspect = env_flag(c, "PYTHONINSPECT", c.inspect);
    c.dont_write_bytecode = env_flag(c, "PYTHONDONTWRITEBYTECODE", c.dont_write_bytecode);
    c.no_user_site = env_flag(c, "PYTHONNOUSERSITE", c.no_user_site);
    c.unbuffered |= env_flag(c, "PYTHONUNBUFFERED", 0) != 0;
    c.safe_path |= c.env("PYTHONSAFEPATH").is_some();
    c.faulthandler = c.dev_mode || xoption(c, "faulthandler").is_some() || c.env("PYTHONFAULTHANDLER").is_some();
    c.warn_default_encoding = xoption(c, "warn_default_encoding").is_some() || c.env("PYTHONWARNDEFAULTENCODING").is_some();
    c.pycache_prefix = match xoption(c, "pycache_prefix") {
        Some(v) => v.filter(|v| !v.is_empty()).map(OsStr::to_owned),
        None => c.env("PYTHONPYCACHEPREFIX"),
    };
    c.hash_seed = match c.env("PYTHONHASHSEED") {
        Some(v) if v != "random" => match v.to_str().and_then(|v| v.parse().ok()) {
            Some(seed) => HashSeed::Fixed(seed),
            None => {
                return Err(invalid(
                    "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                ));
            }
        },
        _ => HashSeed::Random,
    };
    c.int_max_str_digits = int_max_str_digits(c)?;
    c.cpu_count = cpu_count(c)?;
    c.import_time = import_time(c)?;
    c.frozen_modules = frozen_modules(c)?;
    c.thread_inherit_context = switch(c, "thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT")?;
    c.context_aware_warnings = switch(c, "context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS")?;
    no_lock(c)?;
    own_options(c)
}

/// There is no global lock: to ask for none is allowed.
fn no_lock(c: &Config) -> Parsed<()> {
    // The option wins over the variable, and an empty variable says nothing.
    let wish = match xoption(c, "gil") {
        Some(v) => Some(v.unwrap_or_default().to_owned()),
        None => c.env("PYTHON_GIL").filter(|v| !v.is_empty()),
    };
    match wish.as_deref().map(OsStr::as_bytes) {
        None | Some(b"0") => Ok(()),
        Some(b"1") => Err(invalid("config_read_gil: Enabling the GIL is not supported by this build: it has none")),
        Some(_) => Err(invalid("config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\"")),
    }
}

fn int_max_str_digits(c: &Config) -> Parsed<usize> {
    let valid = |v: &OsStr| number(v).filter(|n| *n == 0 || (640..=i64::from(i32::MAX)).contains(n)).map(|n| n as usize);
    let wrong = |source: &str| {
        invalid(&format!("config_init_int_max_str_digits: {source}: invalid limit; must be >= 640 or 0 for unlimited."))
    };
    let mut digits = 4300;
    if let Some(v) = c.env("PYTHONINTMAXSTRDIGITS") {
        digits = valid(&v).ok_or_else(|| wrong("PYTHONINTMAXSTRDIGITS"))?;
    }
    if let Some(v) = xoption(c, "int_max_str_digits") {
        digits = v.and_then(valid).ok_or_else(|| wrong("-X int_max_str_digits"))?;
    }
    Ok(digits)
}

fn cpu_count(c: &Config) -> Parsed<i64> {
    let read = |v: &OsStr| if v == "default" { Some(-1) } else { number(v).filter(|n| (1..=i64::from(i32::MAX)).contains(n)) };
    let mut count = -1;
    if let Some(v) = c.env("PYTHON_CPU_COUNT") {
        count = read(&v).ok_or_else(|| {
            invalid("config_init_cpu_count: PYTHON_CPU_COUNT=<CPUS>: n is missing or an invalid number, n must be greater than 0")
        })?;
    }
    if let Some(v) = xoption(c, "cpu_count") {
        count = v.and_then(read).ok_or_else(|| {
            invalid("config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0")
        })?;
    }
    Ok(count)
}

fn import_time(c: &Config) -> Parsed<u8> {
    let read = |v: Option<&OsStr>, name: &str| match v.map(OsStr::as_bytes) {
        None | Some(b"1" | b"") => Ok(1),
        Some(b"2") => Ok(2),
        Some(_) => {
            Err(invalid(&format!("config_init_import_time: {name}: values other than 1 and 2 are reserved for future use.")))
        }
    };
    match (xoption(c, "importtime"), c.env("PYTHONPROFILEIMPORTTIME")) {
        (Some(v), _) => read(v, "-X importtime"),
        (None, Some(v)) => read(Some(&v), "PYTHONPROFILEIMPORTTIME"),
        (None, None) => Ok(0),
    }
}

fn frozen_modules(c: &Config) -> Parsed<bool> {
    match (xoption(c, "frozen_modules"), c.env("PYTHON_FROZEN_MODULES")) {
        (Some(v), _) => match v.map(OsStr::as_bytes) {
            None | Some(b"" | b"on") => Ok(true),
            Some(b"off") => Ok(false),
            Some(_) => Err(invalid("bad value for option -X frozen_modules (expected \"on\" or \"off\")")),
        },
        (None, Some(v)) if v == "on" => Ok(true),
        (None, Some(v)) if v == "off" => Ok(false),
        (None, Some(_)) => Err(invalid("bad value for PYTHON_FROZEN_MODULES environment variable (expected \"on\" or \"off\")")),
        (None, None) => Ok(true),
    }
}

/// An option that is 0 or 1; on unless something says otherwise.
fn switch(c: &Config, name: &str, variable: &str) -> Parsed<bool> {
    let read = |v: Option<&OsStr>| match v.map(OsStr::as_bytes) {
        Some(b"0") => Some(false),
        Some(b"1") => Some(true),
        _ => None,
    };
    let mut on = true;
    if let Some(v) = c.env(variable) {
        on = read(Some(&v)).ok_or_else(|| invalid(&format!("config_init_{name}: {variable}=N: N is missing or invalid")))?;
    }
    if let Some(v) = xoption(c, name) {
        on = read(v).ok_or_else(|| invalid(&format!("config_init_{name}: -X {name}=n: n is missing or invalid")))?;
    }
    Ok(on)
}

/// Options that CPython does not have.
fn own_options(c: &mut Config) -> Parsed<()> {
    if let Some(v) = xoption(c, "gc-stress") {
        c.gc_stress = match v {
            None => 1,
            Some(v) => number(v)
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(|| invalid("-X gc-stress=N: N must be a number of allocations, or 0 for no stress"))?,
        };
    }
    c.gc_verify = xoption(c, "gc-verify").is_some();
    c.gc_log = xoption(c, "gc-log").is_some();
    if let Some(v) = xoption(c, "jit-leave") {
        let n = v.and_then(number).and_then(|n| u32::try_from(n).ok());
        crate::interp::machine::set_leave(n.ok_or_else(|| invalid("-X jit-leave=N: N must be a number of instructions"))?);
    }
    if let Some(v) = xoption(c, "jit-warm") {
        let n = v.and_then(number).and_then(|n| u64::try_from(n).ok());
        crate::interp::machine::set_warm(n.ok_or_else(|| invalid("-X jit-warm=N: N must be a number of backward jumps"))?);
    }
    crate::interp::queue::set_synchronous(xoption(c, "jit-sync").is_some());
    crate::interp::machine::set_log(xoption(c, "jit-log").is_some());
    let on = match xoption(c, "jit") {
        None => c.env("PYTHON_JIT").is_none_or(|v| v != "0"),
        Some(Some(v)) if v == "on" || v == "off" => v == "on",
        Some(_) => return Err(invalid("bad value for option -X jit (expected \"on\" or \"off\")")),
    };
    crate::interp::machine::enable(on);
    Ok(())
}

/// `sys.warnoptions`: later ones win, so what is most specific to this run comes last.
fn warn_options(c: &mut Config, given: Vec<OsString>) {
    let mut all = Vec::new();
    if c.dev_mode {
        all.push(OsString::from("default"));
    }
    if let Some(v) = c.env("PYTHONWARNINGS") {
        all.extend(v.as_bytes().split(|&b| b == b',').map(|w| OsStr::from_bytes(w).to_owned()));
    }
    all.extend(given);
    if c.bytes_warning > 0 {
        all.push(OsString::from(if c.bytes_warning > 1 { "error::BytesWarning" } else { "default::BytesWarning" }));
    }
    for w in all {
        if !c.warnoptions.contains(&w) {
            c.warnoptions.push(w);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> (Config, Vec<OsString>) {
        let args: Vec<OsString> = std::iter::once("taipan").chain(line.split_whitespace()).map(OsString::from).collect();
        let mut c = Config::default();
        let warn = command_line(&mut c, &args[0], &args).ok().expect("the options are good");
        (c, warn)
    }

    #[test]
    fn options_end_at_what_is_run() {
        let (c, _) = parse("-OO -B prog.py -O x");
        assert_eq!((c.optimize, c.dont_write_bytecode), (2, 1));
        assert_eq!(c.run, Run::File("prog.py".into()));
        assert_eq!(c.argv, ["prog.py", "-O", "x"]);
        let (c, _) = parse("-Bc pass -O");
        assert_eq!(c.run, Run::Command("pass".into()));
        assert_eq!(c.argv, ["-c", "-O"]);
        let (c, _) = parse("-mjson.tool a");
        assert_eq!(c.run, Run::Module("json.tool".into()));
        assert_eq!(c.argv, ["-m", "a"]);
        let (c, _) = parse("- a");
        assert_eq!((c.run, c.argv.len()), (Run::Stdin, 2));
        let (c, _) = parse("-- -x.py");
        assert_eq!(c.run, Run::File("-x.py".into()));
        assert_eq!(parse("").0.argv, [""]);
    }

    #[test]
    fn values_of_options() {
        let (c, warn) = parse("-W error -Wonce -X a=b=c -Xdev");
        assert_eq!(warn, ["error", "once"]);
        assert_eq!(c.xoptions, [("a".into(), Some("b=c".into())), ("dev".into(), None)]);
    }
}
