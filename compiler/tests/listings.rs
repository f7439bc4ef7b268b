//! Listings of small programs: each file in `tests/bytecode` is a source, a line `# ---`, and the listing expected of
//! it as comments. `UPDATE=1 cargo test -p taipan-compiler --test listings` writes the listings anew.

use std::fs;
use std::path::Path;

use taipan_compiler::{Mode, Options, compile, dis, verify};

const MARK: &str = "# ---\n";

#[test]
fn listings() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bytecode");
    let update = std::env::var_os("UPDATE").is_some();
    let mut files: Vec<_> = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (source, expected) = text.split_once(MARK).unwrap_or((&text, ""));
        let compiled =
            compile(source, "test.py", &Options::new(Mode::Exec)).unwrap_or_else(|e| panic!("{}: {}", file.display(), e.message));
        verify::verify(&compiled.unit).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let listing: String =
            dis::listing(&compiled.unit).lines().map(|l| format!("#{}{l}\n", if l.is_empty() { "" } else { " " })).collect();
        if update {
            fs::write(&file, format!("{source}{MARK}{listing}")).unwrap();
        } else if listing != expected {
            wrong.push(format!("{}:\n{listing}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "listings differ (UPDATE=1 accepts them):\n{}", wrong.join("\n"));
}
