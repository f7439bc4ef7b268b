//! The whole standard library compiles, verifies, and survives serialisation.

use std::fs;
use std::path::{Path, PathBuf};

use taipan_compiler::{Mode, Options, compile, decode_source, serial};

fn python_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            python_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "py") {
            out.push(path);
        }
    }
}

#[test]
fn library() {
    let mut files = Vec::new();
    python_files(Path::new(rustpython_pylib::LIB_PATH), &mut files);
    assert!(files.len() > 500, "the library is there");
    for file in files {
        let name = file.display().to_string();
        let text = decode_source(&fs::read(&file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let unit =
            compile(&text, &name, &Options::new(Mode::Exec)).unwrap_or_else(|e| panic!("{name}:{}: {}", e.line, e.message)).unit;
        // Reading verifies.
        let bytes = serial::write(&unit);
        let back = serial::read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(serial::write(&back) == bytes, "{name}: changed by serialisation");
    }
}
