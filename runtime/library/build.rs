//! Builds the library image: every Python file of the standard library compiled and, compressed, as text; with the data files
//! beside them. What goes in: the crate `rustpython-pylib`, changed where `edits.rs` says, and the project's `Lib/`, which wins.
//!
//! The files are also written to a folder beside the executable, so that programs which open the library's files find them.
//!
//! # The image
//! Little-endian throughout; offsets count from the image's start.
//! ```text
//! magic "TPYLIB01", u32 number of files
//! per file, sorted by path: u32 path offset, u32 path length, u32 code offset, u32 code length (0: not Python),
//!                           u32 text offset, u32 compressed length, u32 length
//! paths, units (`taipan_compiler::serial`), texts (deflate)
//! ```

mod edits;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use taipan_compiler::{Mode, Options, serial};

/// Left out: RustPython's own additions, applications for Tk, and what only concerns Windows or the library's repository.
const LEFT_OUT: &[&str] = &[
    "_dummy_os.py",
    "_dummy_thread.py",
    "dummy_threading.py",
    "_pycodecs.py",
    "README.md",
    "idlelib/",
    "turtledemo/",
    "venv/scripts/nt/",
    "tomllib/mypy.ini",
    "_pyrepl/mypy.ini",
    "ctypes/macholib/fetch_macholib",
    "ctypes/macholib/fetch_macholib.bat",
    "ctypes/macholib/README.ctypes",
    "email/architecture.rst",
];

/// A file of the library: what the image holds of it.
struct Packed {
    code: Vec<u8>,
    text: Vec<u8>,
    len: usize,
}

fn main() {
    let out = PathBuf::from(env("OUT_DIR"));
    let own = Path::new(&env("CARGO_MANIFEST_DIR")).join("../../Lib");
    for watched in ["build.rs", "edits.rs"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    println!("cargo:rerun-if-changed={}", own.display());

    let mut files = BTreeMap::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut files);
    files.retain(|path, _| !LEFT_OUT.iter().any(|l| path == l || l.ends_with('/') && path.starts_with(l)));
    edits::apply(&mut files);
    collect(&own, "", &mut files);

    // Beside the executable, where it is looked for first: OUT_DIR is PROFILE/build/PACKAGE/out.
    let tree = out.ancestors().nth(3).expect("the build folder has the usual depth").join("lib/taipan3.14t");
    write_tree(&tree, &out.join("manifest"), &files);
    let packed = pack_all(&files);
    std::fs::write(out.join("library.image"), image(&packed)).expect("the image is written");
    println!("cargo:rustc-env=TAIPAN_LIBRARY_IMAGE={}", out.join("library.image").display());
    println!("cargo:rustc-env=TAIPAN_LIBRARY_TREE={}", tree.display());
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// Adds the files under `dir`, by path relative to the library's folder.
fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries {
        let entry = entry.expect("a folder of the library can be read");
        let name = entry.file_name().into_string().expect("names in the library are text");
        let path = entry.path();
        if path.is_dir() {
            if name != "__pycache__" {
                collect(&path, &format!("{prefix}{name}/"), files);
            }
        } else if !name.ends_with(".pyc") {
            let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            files.insert(format!("{prefix}{name}"), bytes);
        }
    }
}

/// Writes the files out; those that are there unchanged keep their times. What an earlier build wrote and this one does not is
/// removed (`manifest` remembers); what others put there stays.
fn write_tree(tree: &Path, manifest: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let earlier = std::fs::read_to_string(manifest).unwrap_or_default();
    for path in earlier.lines().filter(|p| !files.contains_key(*p)) {
        // Someone may have been faster.
        let _ = std::fs::remove_file(tree.join(path));
    }
    for (path, bytes) in files {
        let to = tree.join(path);
        if std::fs::read(&to).ok().as_ref() != Some(bytes) {
            let dir = to.parent().expect("a file is in a folder");
            std::fs::create_dir_all(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
            std::fs::write(&to, bytes).unwrap_or_else(|e| panic!("{}: {e}", to.display()));
        }
    }
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    std::fs::write(manifest, paths.join("\n")).expect("the manifest is written");
}

/// Compiles and compresses all files, on every core.
fn pack_all(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Packed> {
    let todo: Vec<_> = files.iter().collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|s| {
        for _ in 0..workers {
            s.spawn(|| {
                while let Some((path, bytes)) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let packed = pack(path, bytes);
                    done.lock().expect("no worker panicked").insert((*path).clone(), packed);
                }
            });
        }
    });
    done.into_inner().expect("no worker panicked")
}

fn pack(path: &str, bytes: &[u8]) -> Packed {
    let code = if path.ends_with(".py") {
        let source = taipan_compiler::decode_source(bytes).unwrap_or_else(|e| panic!("{path}: {e:?}"));
        // The path is where the file really is once the program runs: it is given when the unit is read.
        match taipan_compiler::compile(&source, path, &Options::new(Mode::Exec)) {
            Ok(c) => serial::write(&c.unit),
            Err(e) => panic!("{path}:{}: {}", e.line, e.message),
        }
    } else {
        Vec::new()
    };
    Packed { code, text: miniz_oxide::deflate::compress_to_vec(bytes, 6), len: bytes.len() }
}

fn image(files: &BTreeMap<String, Packed>) -> Vec<u8> {
    let mut head = b"TPYLIB01".to_vec();
    head.extend((files.len() as u32).to_le_bytes());
    let mut body = Vec::new();
    let base = head.len() + files.len() * 28;
    let mut add = |bytes: &[u8]| {
        let at = base + body.len();
        body.extend_from_slice(bytes);
        at
    };
    let mut numbers = |all: [usize; 7]| {
        for n in all {
            head.extend(u32::try_from(n).expect("the image is smaller than 4 GiB").to_le_bytes());
        }
    };
    let paths: Vec<usize> = files.keys().map(|p| add(p.as_bytes())).collect();
    let code: Vec<usize> = files.values().map(|f| add(&f.code)).collect();
    for (i, (path, f)) in files.iter().enumerate() {
        let text = add(&f.text);
        numbers([paths[i], path.len(), code[i], f.code.len(), text, f.text.len(), f.len]);
    }
    head.extend(body);
    head
}
