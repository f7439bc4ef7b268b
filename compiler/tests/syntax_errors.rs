//! Syntax errors and warnings, word for word: `syntax_errors.txt` holds sources with what CPython 3.14 says of each.
//! `syntax_errors.py`, run by CPython, writes its answers anew.

use taipan_compiler::{Mode, Options, SyntaxErrorKind, compile};

#[test]
fn syntax_errors() {
    let text = include_str!("syntax_errors.txt");
    let mut wrong = Vec::new();
    for case in text.split("\n====\n").filter(|c| !c.is_empty()) {
        let (source, expected) = case.split_once("\n----\n").expect("a source and an answer");
        let source = source.replace("<TAB>", "\t");
        let answer = match compile(&source, "<t>", &Options::new(Mode::Exec)) {
            Ok(c) => {
                let mut lines: Vec<String> = c.warnings.iter().map(|w| format!("warning {}: {}", w.line, w.message)).collect();
                lines.sort();
                lines.dedup();
                if lines.is_empty() { "ok".to_owned() } else { lines.join("\n") }
            }
            Err(e) => {
                let kind = match e.kind {
                    SyntaxErrorKind::Syntax => "SyntaxError",
                    SyntaxErrorKind::Indentation => "IndentationError",
                    SyntaxErrorKind::Tab => "TabError",
                    SyntaxErrorKind::Recursion => "RecursionError",
                    SyntaxErrorKind::Incomplete => "_IncompleteInputError",
                };
                format!("{kind} {}:{}-{}:{} {}", e.line, e.offset, e.end_line, e.end_offset as i32, e.message)
            }
        };
        if answer != expected.trim_end() {
            wrong.push(format!("{source}\n  expected: {expected}\n  answer:   {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n\n"));
}
