//! Whatever the input, there is an answer: damaged serialised units are refused, absurd sources are errors.

use taipan_compiler::{Mode, Options, SyntaxErrorKind, compile, serial};

const SOURCE: &str = "
import a.b as c
class C[T](B, k=1):
    x: int = 3
    def m(self, *args, y=(1, 2.5, 'é', b'z', 10**30), **kw):
        try:
            return [f'{i!r:>{y}}' for i in args if i]
        except E as e:
            raise X from e
        finally:
            with c as (p, *q):
                yield q
";

#[test]
fn damaged_units_are_refused() {
    let unit = compile(SOURCE, "h.py", &Options::new(Mode::Exec)).unwrap().unit;
    let bytes = serial::write(&unit);
    assert_eq!(serial::read(&bytes).unwrap(), unit);
    for n in 0..bytes.len() {
        assert!(serial::read(&bytes[..n]).is_err());
    }
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..20_000 {
        let mut copy = bytes.clone();
        for _ in 0..1 + random() % 3 {
            let at = random() as usize % copy.len();
            copy[at] = random() as u8;
        }
        // Either refused or another valid unit; never a panic.
        let _ = serial::read(&copy);
    }
}

fn error_of(source: &str) -> (SyntaxErrorKind, String) {
    let e = compile(source, "h.py", &Options::new(Mode::Exec)).expect_err("an error");
    (e.kind, e.message)
}

#[test]
fn nesting_is_an_error() {
    let n = 100_000;
    assert_eq!(error_of(&"(".repeat(n)).1, "too many nested parentheses");
    assert_eq!(error_of(&"[".repeat(n)).1, "too many nested parentheses");
    let indented: String = (0..150).map(|i| format!("{}if x:\n", " ".repeat(i))).collect();
    assert_eq!(
        error_of(&format!("{indented}{}pass", " ".repeat(150))),
        (SyntaxErrorKind::Indentation, "too many levels of indentation".to_owned())
    );
    for deep in [
        format!("{}1", "-".repeat(n)),
        format!("{}1", "not ".repeat(n)),
        format!("1{}", "+x".repeat(n)),
        format!("a{}", ".b".repeat(n)),
        format!("{}1", "lambda:".repeat(n)),
        format!("{}1", "1 if x else ".repeat(n)),
    ] {
        assert_eq!(error_of(&deep).0, SyntaxErrorKind::Recursion);
    }
    let loops: String = (0..25).map(|i| format!("{}while x:\n", " ".repeat(i))).collect();
    assert_eq!(error_of(&format!("{loops}{}pass", " ".repeat(25))).1, "too many statically nested blocks");
}

#[test]
fn long_is_no_error() {
    let n = 20_000;
    for source in [
        "x = 1\n".repeat(n),
        format!("f({})", "a, ".repeat(n)),
        format!("x = [{}]", "a, ".repeat(n)),
        format!("x = {{{}}}", "a: b, ".repeat(n)),
        format!("if x: pass\n{}", "elif x: pass\n".repeat(n)),
        // A loop whose jumps do not reach in 16 bits.
        format!("def f(i):\n while i < 3:\n{}", "  g(i)\n".repeat(n)),
        format!("for i in x:\n{}", "  g(i)\n".repeat(n)),
        (0..70_000u64).map(|i| format!("x = {}\n", i + (1 << 40))).collect(),
    ] {
        let unit = compile(&source, "h.py", &Options::new(Mode::Exec)).unwrap().unit;
        taipan_compiler::verify::verify(&unit).unwrap();
    }
}
