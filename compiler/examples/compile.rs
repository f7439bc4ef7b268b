//! Compiles Python files: lists a unit with `--list`, else verifies each file's unit and its serialisation.

use std::process::ExitCode;

use taipan_compiler::{CodeUnit, Const, Mode, Options, compile, decode_source, dis, serial, verify};

fn main() -> ExitCode {
    let mut list = false;
    let mut meta = false;
    let mut mode = Mode::Exec;
    let mut failed = 0;
    for arg in std::env::args().skip(1) {
        match &*arg {
            "--list" => list = true,
            "--eval" => mode = Mode::Eval,
            "--single" => mode = Mode::Single,
            "--meta" => meta = true,
            "--stdin" => {
                diagnose();
                return ExitCode::SUCCESS;
            }
            file => failed += u32::from(!one(file, list, meta, mode)),
        }
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn one(file: &str, list: bool, meta: bool, mode: Mode) -> bool {
    let bytes = match std::fs::read(file) {
        Ok(b) => b,
        Err(e) => {
            println!("{file}: {e}");
            return false;
        }
    };
    let text = match decode_source(&bytes) {
        Ok(t) => t,
        Err(e) => {
            println!("{file}: {e:?}");
            return false;
        }
    };
    match compile(&text, file, &Options::new(mode)) {
        Ok(c) => {
            for w in &c.warnings {
                println!("{file}:{}: {:?}: {}", w.line, w.kind, w.message);
            }
            if list {
                println!("{}", dis::listing(&c.unit));
            }
            if meta {
                describe(&c.unit);
            }
            if let Err(e) = verify::verify(&c.unit) {
                println!("{file}: {e}");
                return false;
            }
            let written = serial::write(&c.unit);
            match serial::read(&written) {
                // Bytes, because a NaN differs from itself.
                Ok(u) if serial::write(&u) == written => true,
                Ok(_) => {
                    println!("{file}: changed by serialisation");
                    false
                }
                Err(e) => {
                    println!("{file}: {e}");
                    false
                }
            }
        }
        Err(e) => {
            println!("{file}:{}:{}: {:?}: {}", e.line, e.offset, e.kind, e.message);
            false
        }
    }
}

/// One line per unit, for comparison with another compiler's code objects.
fn describe(u: &CodeUnit) {
    let params = usize::from(u.argcount + u.kwonly_argcount);
    let mut locals: Vec<&str> = u.varnames[params..].iter().map(|n| &**n).collect();
    locals.sort_unstable();
    let mut cells: Vec<&str> = u.cellvars.iter().map(|n| &**n).collect();
    cells.sort_unstable();
    println!(
        "{}|{}|{}|{}|{}|{:x}|{}|{}|{}|{}|{}",
        u.qualname,
        u.first_line,
        u.argcount,
        u.posonly_argcount,
        u.kwonly_argcount,
        u.flags,
        u.varnames[..params].join(","),
        locals.join(","),
        cells.join(","),
        u.freevars.join(","),
        if u.has_docstring { dis::display(&u.consts[0]).len().to_string() } else { String::new() },
    );
    for c in &u.consts {
        if let Const::Code(u) = c {
            describe(u);
        }
    }
}

/// Compiles sources from standard input, separated by lines of `\u{1}`, and prints one line of diagnosis for each.
fn diagnose() {
    let mut text = String::new();
    if std::io::Read::read_to_string(&mut std::io::stdin(), &mut text).is_err() {
        return;
    }
    for source in text.split('\u{1}') {
        let Ok(result) = std::panic::catch_unwind(|| compile(source, "<t>", &Options::new(Mode::Exec))) else {
            println!("PANIC\t-\t0\t0\t0\t0");
            continue;
        };
        match result {
            Ok(c) => {
                let w: Vec<String> = c.warnings.iter().map(|w| format!("{}:{}", w.line, w.message)).collect();
                println!("ok\t{}", w.join("\t"));
            }
            Err(e) => println!(
                "{:?}\t{}\t{}\t{}\t{}\t{}",
                e.kind,
                e.message.replace('\n', "\\n"),
                e.line,
                e.offset,
                e.end_line,
                e.end_offset
            ),
        }
    }
}
