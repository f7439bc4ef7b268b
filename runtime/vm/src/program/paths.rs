//! Where the program, its library and its packages are: what CPython calls the path configuration.
//!
//! The library's folder is `lib/taipan3.14t` under the *base prefix*. That is looked for, in order, at `PYTHONHOME`, around the
//! executable (its own folder, as the build lays it out, and the one above, as for `PREFIX/bin/taipan`), and where the build put it.
//! If it is nowhere the program works all the same: the image has everything, and the paths name what would be there.
//!
//! In a virtual environment (`pyvenv.cfg` beside the executable or one folder up) `sys.prefix` is the environment, and the base
//! is looked for around the executable that the file's `home` names.

use super::config::{Config, Paths};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Name of the library's folder: the version with CPython's mark for builds without the lock.
const FOLDER: &str = "lib/taipan3.14t";

/// Finds everything. `program` is what the process was called as.
pub fn find(c: &Config, program: &OsStr) -> Paths {
    let executable = executable(program);
    let folder = executable.parent().map(Path::to_owned).unwrap_or_default();
    let environment = VirtualEnvironment::around(&folder);
    let real = std::fs::canonicalize(&executable).ok();
    let home = c.env("PYTHONHOME");

    let base_prefix = match &home {
        Some(home) => PathBuf::from(OsStr::from_bytes(home.as_bytes().split(|&b| b == b':').next().unwrap_or_default())),
        None => {
            let starts = environment
                .iter()
                .map(|e| e.home.as_path())
                .chain([folder.as_path()])
                .chain(real.as_deref().and_then(Path::parent));
            starts.flat_map(|d| [Some(d), d.parent()]).flatten().find(|d| has_library(d)).map(Path::to_owned).unwrap_or_else(|| {
                let built = Path::new(taipan_library::BUILT_TREE);
                match built.ancestors().nth(2) {
                    Some(p) if has_library(p) => p.to_owned(),
                    _ if folder.ends_with("bin") => folder.parent().map(Path::to_owned).unwrap_or_default(),
                    _ => folder.clone(),
                }
            })
        }
    };
    let stdlib = base_prefix.join(FOLDER);
    let (prefix, base_executable) = match &environment {
        Some(e) if home.is_none() => (e.prefix.clone(), e.executable(&executable, real.as_deref())),
        _ => (base_prefix.clone(), executable.clone()),
    };
    let mut search = Vec::new();
    if let Some(path) = c.env("PYTHONPATH") {
        search.extend(path.as_bytes().split(|&b| b == b':').map(|p| OsString::from_vec(p.to_vec())));
    }
    search.push(stdlib.clone().into_os_string());
    Paths {
        executable: executable.into_os_string(),
        base_executable: base_executable.into_os_string(),
        exec_prefix: prefix.clone().into_os_string(),
        prefix: prefix.into_os_string(),
        base_exec_prefix: base_prefix.clone().into_os_string(),
        base_prefix: base_prefix.into_os_string(),
        stdlib: stdlib.into_os_string(),
        search,
    }
}

fn has_library(prefix: &Path) -> bool {
    prefix.join(FOLDER).join("os.py").is_file()
}

/// `sys.executable`: as the program was called, made absolute; a bare name is looked for as the shell does.
fn executable(program: &OsStr) -> PathBuf {
    let called = Path::new(program);
    if program.as_bytes().contains(&b'/') {
        return absolute(called);
    }
    if !program.is_empty()
        && let Some(path) = std::env::var_os("PATH")
        && let Some(found) = std::env::split_paths(&path).map(|d| d.join(called)).find(|p| is_executable(p))
    {
        return absolute(&found);
    }
    std::env::current_exe().unwrap_or_default()
}

/// An absolute path without `.` and empty parts; `..` and links stay.
pub fn absolute(path: &Path) -> PathBuf {
    let joined = match std::env::current_dir() {
        Ok(cwd) if path.is_relative() => cwd.join(path),
        _ => path.to_owned(),
    };
    joined.components().collect()
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// What `pyvenv.cfg` says.
struct VirtualEnvironment {
    prefix: PathBuf,
    /// Folder of the executable that the environment was made with.
    home: PathBuf,
    base_executable: Option<PathBuf>,
}

impl VirtualEnvironment {
    /// The environment that an executable in this folder belongs to.
    fn around(folder: &Path) -> Option<VirtualEnvironment> {
        let above = folder.parent();
        let text = [Some(folder), above]
            .into_iter()
            .flatten()
            .find_map(|d| std::fs::read(d.join("pyvenv.cfg")).ok())
            .map(|b| String::from_utf8_lossy(&b).into_owned())?;
        let value = |key: &str| {
            text.lines().filter_map(|l| l.split_once('=')).find(|(k, _)| k.trim().eq_ignore_ascii_case(key)).map(|(_, v)| v.trim())
        };
        Some(VirtualEnvironment {
            prefix: above?.to_owned(),
            home: PathBuf::from(value("home")?),
            base_executable: value("executable").map(PathBuf::from),
        })
    }

    fn executable(&self, executable: &Path, real: Option<&Path>) -> PathBuf {
        if let Some(e) = self.base_executable.as_ref().filter(|e| is_executable(e)) {
            return e.clone();
        }
        let name = |p: &Path| p.file_name().map(|n| self.home.join(n)).filter(|p| is_executable(p));
        name(executable).or_else(|| real.and_then(name)).unwrap_or_else(|| executable.to_owned())
    }
}

/// What goes in front of `sys.path` for a script: its folder, links resolved.
pub fn folder_of_script(script: &Path) -> OsString {
    let real = std::fs::canonicalize(script);
    match real.as_deref().unwrap_or(script).parent() {
        Some(p) => p.as_os_str().to_owned(),
        None => OsString::new(),
    }
}
