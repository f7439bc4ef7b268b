//! Source lines for tracebacks: from files, from the library image, from what was typed or given with `-c`.
//!
//! Files are read anew for each traceback, so that what is shown is what is there now, as `linecache.checkcache` sees to.

use crate::native::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use taipan_compiler::{CodeUnit, Const};

/// Gives the source of a file that is not on disk (a module of the library image).
pub type SourceHook = fn(filename: &str) -> Option<Arc<str>>;

static HOOK: OnceLock<SourceHook> = OnceLock::new();

/// Installed once, by whoever knows the library image.
pub fn set_source_hook(hook: SourceHook) {
    let _ = HOOK.set(hook);
}

/// Sources of code that came from no file, by the address of the unit, which the entry keeps alive.
static REGISTERED: Mutex<Vec<(Arc<CodeUnit>, Arc<str>)>> = Mutex::new(Vec::new());

/// Remembers the source of a code object and of all code in it, for `-c` and the interactive prompt. Never forgotten: functions
/// made from it may fail at any later time. Module `linecache` is told too.
pub fn register_source(t: &Thread, unit: &Arc<CodeUnit>, source: &str) -> Result<()> {
    fn visit(unit: &Arc<CodeUnit>, source: &Arc<str>, all: &mut Vec<(Arc<CodeUnit>, Arc<str>)>) {
        all.push((unit.clone(), source.clone()));
        for c in &unit.consts {
            if let Const::Code(nested) = c {
                visit(nested, source, all);
            }
        }
    }
    let mut new = Vec::new();
    visit(unit, &Arc::from(source), &mut new);
    if let Ok(mut all) = REGISTERED.lock() {
        all.extend(new.iter().cloned());
    }
    let linecache = t.modules().get(t, Str::intern_str(t, "linecache")?.value())?.filter(|m| !m.is_none());
    let Some(linecache) = linecache else { return Ok(()) };
    let cache = t.get_attr_opt(linecache, Str::intern_str(t, "_interactive_cache")?)?;
    match cache.and_then(|c| c.downcast::<Dict>()) {
        Some(cache) => add_entries(t, cache, &new),
        None => Ok(()),
    }
}

/// Adds all that was registered so far to `linecache._interactive_cache`.
pub fn add_to_linecache(t: &Thread, cache: Ref<Dict>) -> Result<()> {
    let all = REGISTERED.lock().map(|all| all.clone()).unwrap_or_default();
    add_entries(t, cache, &all)
}

/// As `linecache._register_code` does.
fn add_entries(t: &Thread, cache: Ref<Dict>, units: &[(Arc<CodeUnit>, Arc<str>)]) -> Result<()> {
    for (unit, source) in units {
        let lines = List::new(t)?;
        for line in source.lines() {
            lines.append(t, Str::from_str(t, &format!("{line}\n"))?.value())?;
        }
        let entry = (source.chars().count(), Value::NONE, lines, &*unit.filename).into_value(t)?;
        let key = (&*unit.filename, &*unit.qualname, unit.first_line).into_value(t)?;
        cache.set(t, key, entry)?;
    }
    Ok(())
}

fn registered(unit: &Arc<CodeUnit>) -> Option<Arc<str>> {
    let all = REGISTERED.lock().ok()?;
    all.iter().find(|(u, _)| Arc::ptr_eq(u, unit)).map(|(_, source)| source.clone())
}

/// The lines of the files that one traceback shows.
pub struct Sources {
    /// Directories of `sys.path`, where relative file names are looked for too.
    search: Vec<PathBuf>,
    files: HashMap<String, Vec<String>>,
}

impl Sources {
    pub fn new(search: Vec<PathBuf>) -> Sources {
        Sources { search, files: HashMap::new() }
    }

    /// Line `number` (from 1) of a file, without its end; empty if there is none.
    pub fn line(&mut self, filename: &str, unit: Option<&Arc<CodeUnit>>, number: u32) -> String {
        let index = number.wrapping_sub(1) as usize;
        if !self.files.contains_key(filename) {
            let lines = self.read(filename).map_or_else(Vec::new, |text| split_source(&text));
            self.files.insert(filename.to_owned(), lines);
        }
        if let Some(line) = self.files.get(filename).and_then(|lines| lines.get(index)) {
            return line.trim_end().to_owned();
        }
        if filename.starts_with('<') {
            if let Some(source) = unit.and_then(registered) {
                return source.lines().nth(index).unwrap_or("").trim_end().to_owned();
            }
        }
        String::new()
    }

    fn read(&self, filename: &str) -> Option<String> {
        if filename.is_empty() || (filename.starts_with('<') && filename.ends_with('>')) {
            return HOOK.get().and_then(|hook| hook(filename)).map(|s| s.to_string());
        }
        let path = Path::new(filename);
        if let Ok(bytes) = std::fs::read(path) {
            return decode(&bytes);
        }
        if let Some(text) = HOOK.get().and_then(|hook| hook(filename)) {
            return Some(text.to_string());
        }
        if path.is_absolute() {
            return None;
        }
        self.search.iter().find_map(|dir| std::fs::read(dir.join(path)).ok()).and_then(|bytes| decode(&bytes))
    }
}

/// Line `number` (from 1) of a file, or empty. For a single look-up.
pub fn source_line(filename: &str, number: u32) -> String {
    Sources::new(Vec::new()).line(filename, None, number)
}

/// As Python's universal newlines: `\n`, `\r\n`, `\r`.
fn split_source(text: &str) -> Vec<String> {
    let unified = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    unified.split('\n').map(str::to_owned).collect()
}

/// Source bytes as text: UTF-8, or Latin-1 if a coding line (PEP 263) says so; other encodings are not shown.
fn decode(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match coding(bytes).as_deref() {
        None | Some("utf-8" | "utf8" | "ascii" | "us-ascii") => String::from_utf8(bytes.to_vec()).ok(),
        Some("latin-1" | "latin1" | "iso-8859-1" | "iso8859-1") => Some(bytes.iter().map(|&b| b as char).collect()),
        Some(_) => None,
    }
}

/// The encoding that one of the first two lines declares, in lower case with dashes.
fn coding(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&b| b == b'\n').take(2) {
        let trimmed = line.trim_ascii_start();
        if !trimmed.starts_with(b"#") {
            if trimmed.is_empty() {
                continue;
            }
            return None;
        }
        let at = trimmed.windows(6).position(|w| w == b"coding").map(|i| i + 6);
        let Some(rest) = at.map(|i| &trimmed[i..]) else { continue };
        let Some(rest) = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"=")) else { continue };
        let name: String = rest
            .trim_ascii_start()
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .map(|&b| (b as char).to_ascii_lowercase())
            .collect();
        if !name.is_empty() {
            return Some(name.replace('_', "-"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coding_lines() {
        assert_eq!(coding(b"#!/bin/sh\n# -*- coding: Latin_1 -*-\n").as_deref(), Some("latin-1"));
        assert_eq!(coding(b"# vim: set fileencoding=utf-8 :\n").as_deref(), Some("utf-8"));
        assert_eq!(coding(b"x = 1\n# coding: latin-1\n"), None);
        assert_eq!(decode(b"# coding: latin-1\n\xe9").as_deref(), Some("# coding: latin-1\n\u{e9}"));
    }
}
