//! The command line: what is run, options, environment variables, exit statuses, the prompt.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A run of the program: set up by methods, checked by [`Run::gives`].
#[derive(Default)]
struct Run {
    args: Vec<String>,
    stdin: String,
    env: HashMap<String, String>,
    cwd: Option<PathBuf>,
}

struct Output {
    status: i32,
    out: String,
    err: String,
}

fn taipan(args: &[&str]) -> Run {
    Run { args: args.iter().map(|a| (*a).to_owned()).collect(), ..Run::default() }
}

impl Run {
    fn stdin(mut self, text: &str) -> Run {
        self.stdin = text.to_owned();
        self
    }
    fn env(mut self, name: &str, value: &str) -> Run {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }
    fn cwd(mut self, dir: &Path) -> Run {
        self.cwd = Some(dir.to_owned());
        self
    }
    fn output(self) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taipan"));
        command.args(&self.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("PYTHON")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8").envs(&self.env);
        if let Some(d) = &self.cwd {
            command.current_dir(d);
        }
        let mut child = command.spawn().expect("the program starts");
        // A program that does not read its input may be gone by now.
        let _ = child.stdin.take().expect("a pipe").write_all(self.stdin.as_bytes());
        let o = child.wait_with_output().expect("the program ends");
        let text = |b: Vec<u8>| String::from_utf8(b).expect("UTF-8");
        Output { status: o.status.code().unwrap_or(-1), out: text(o.stdout), err: text(o.stderr) }
    }
    #[track_caller]
    fn gives(self, out: &str) {
        let args = self.args.join(" ");
        let o = self.output();
        assert_eq!((o.status, &*o.out, &*o.err), (0, out, ""), "taipan {args}");
    }
    #[track_caller]
    fn fails(self, status: i32, err: &str) {
        let args = self.args.join(" ");
        let o = self.output();
        let program = env!("CARGO_BIN_EXE_taipan");
        assert_eq!((o.status, &*o.err.replace(program, "taipan")), (status, err), "taipan {args}");
    }
}

/// A folder of its own for a test, with these files.
fn folder(files: &[(&str, &str)]) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("command_line-{}-{n}", std::process::id()));
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder is made");
        std::fs::write(path, text).expect("a file is written");
    }
    dir.canonicalize().expect("the folder is there")
}

const FLAGS: &str = "import sys; print(sys.flags.optimize, sys.flags.safe_path, sys.flags.isolated, sys.flags.no_site)";

#[test]
fn commands() {
    taipan(&["-c", "import sys; print(sys.argv, __name__)", "a", "-O"]).gives("['-c', 'a', '-O'] __main__\n");
    taipan(&["-c", "  if 1:\n    print(2)"]).gives("2\n");
    taipan(&["-Ic", FLAGS]).gives("0 True 1 0\n");
    taipan(&["-OOPS", "-c", FLAGS]).gives("2 True 0 1\n");
    taipan(&["-O", "-c", "assert False; print(__debug__)"]).gives("False\n");
}

#[test]
fn files_and_modules() {
    let dir = folder(&[
        ("prog.py", "import sys, near\nprint(sys.argv[1:], near.x, __file__ == sys.argv[0], sys.path[0])\n"),
        ("near.py", "x = 'beside'\n"),
        ("random.py", "print('mine')\n"),
        ("pkg/__init__.py", ""),
        ("pkg/__main__.py", "from . import part; import sys; print(__name__, __package__, part.x, sys.argv[1:])\n"),
        ("pkg/part.py", "x = 1\n"),
        ("whole/__main__.py", "import inner; print(inner.x)\n"),
        ("whole/inner.py", "x = 'in the folder'\n"),
    ]);
    let d = dir.display();
    let prog = format!("{d}/prog.py");
    taipan(&[&prog, "a"]).gives(&format!("['a'] beside True {d}\n"));
    taipan(&["-m", "pkg", "z"]).cwd(&dir).gives("__main__ pkg 1 ['z']\n");
    taipan(&["whole"]).cwd(&dir).gives("in the folder\n");
    taipan(&["-c", "import random"]).cwd(&dir).gives("mine\n");
    taipan(&["-P", "-c", "import random; print(random.__name__)"]).cwd(&dir).gives("random\n");
    taipan(&["-c", "import near; print(near.x)"]).env("PYTHONPATH", &d.to_string()).gives("beside\n");
    taipan(&["-E", "-c", "import near"])
        .env("PYTHONPATH", &d.to_string())
        .cwd(Path::new("/"))
        .output()
        .failed("No module named 'near'");
    taipan(&["-m", "this_is_no_module"]).fails(1, "taipan: No module named this_is_no_module\n");
    taipan(&["missing.py"])
        .cwd(&dir)
        .fails(2, &format!("taipan: can't open file '{d}/missing.py': [Errno 2] No such file or directory\n"));
    taipan(&["pkg/part.py", "pkg"]).cwd(&dir).gives("");
    let empty = folder(&[("empty/file", "")]);
    let e = empty.display();
    taipan(&[&format!("{e}/empty")]).fails(1, &format!("taipan: can't find '__main__' module in '{e}/empty'\n"));
}

impl Output {
    #[track_caller]
    fn failed(self, text: &str) {
        assert!(self.status != 0 && self.err.contains(text), "{}{}", self.out, self.err);
    }
}

#[test]
fn standard_input() {
    taipan(&[]).stdin("import sys\nprint(sys.argv, __file__)").gives("[''] <stdin>\n");
    taipan(&["-", "a"]).stdin("import sys; print(sys.argv)").gives("['-', 'a']\n");
    taipan(&["-x"]).stdin("!not Python\nprint(1)").gives("1\n");
}

#[test]
fn exit_statuses() {
    let exit = |argument: &str| taipan(&["-c", &format!("import sys; sys.exit({argument})")]);
    exit("").gives("");
    exit("3").fails(3, "");
    exit("-1").fails(255, "");
    exit("True").fails(1, "");
    exit("'why'").fails(1, "why\n");
    exit("256").fails(0, "");
    taipan(&["-c", "1/0"]).fails(
        1,
        "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n",
    );
    taipan(&["-c", "import atexit; atexit.register(print, 'bye'); raise SystemExit(4)"]).output().is(4, "bye\n");
}

impl Output {
    #[track_caller]
    fn is(self, status: i32, out: &str) {
        assert_eq!((self.status, &*self.out), (status, out), "{}", self.err);
    }
}

#[test]
fn wrong_options() {
    let hint = "usage: taipan [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `taipan -h' for more information.\n";
    taipan(&["-Z"]).fails(2, &format!("Unknown option: -Z\n{hint}"));
    taipan(&["--what"]).fails(2, &format!("Unknown option: --what\n{hint}"));
    taipan(&["-c"]).fails(2, &format!("Argument expected for the -c option\n{hint}"));
    taipan(&["-c", "1"]).env("PYTHONHASHSEED", "x").fails(
        1,
        "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]\n\
         Python runtime state: preinitialized\n\n",
    );
}

#[test]
fn versions_and_help() {
    taipan(&["-V"]).gives("Python 3.14.0\n");
    assert!(taipan(&["-VV"]).output().out.contains("Taipan"));
    for option in ["-h", "--help", "-?", "--help-env", "--help-xoptions", "--help-all"] {
        let o = taipan(&[option]).output();
        assert!(o.status == 0 && o.out.len() > 500, "{option}");
    }
}

#[test]
fn environment() {
    taipan(&["-c", FLAGS]).env("PYTHONOPTIMIZE", "2").env("PYTHONSAFEPATH", "1").gives("2 True 0 0\n");
    taipan(&["-I", "-c", FLAGS]).env("PYTHONOPTIMIZE", "2").gives("0 True 1 0\n");
    let hash = || taipan(&["-c", "print(hash('text'))"]);
    let first = hash().env("PYTHONHASHSEED", "7").output().out;
    assert_eq!(first, hash().env("PYTHONHASHSEED", "7").output().out);
    assert_ne!(first, hash().env("PYTHONHASHSEED", "8").output().out);
    taipan(&["-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors)"])
        .env("PYTHONIOENCODING", "latin-1:replace")
        .gives("latin-1 replace\n");
    taipan(&["-uc", "import sys; print(sys.stdout.write_through, sys.stdout.line_buffering)"]).gives("True False\n");
    taipan(&["-X", "a=b", "-X", "c", "-W", "error", "-bc", "import sys; print(sys._xoptions, sys.warnoptions)"])
        .env("PYTHONWARNINGS", "once")
        .gives("{'a': 'b', 'c': True} ['once', 'error', 'default::BytesWarning']\n");
}

#[test]
fn prompt() {
    let run = |text: &str| taipan(&["-i", "-q"]).stdin(text).output();
    run("1+1\n_\nx = 3\nx\nNone\n").is(0, "2\n2\n3\n");
    run("if 1:\n  print(5)\n\nfor i in range(2):\n  i\n\n").is(0, "5\n0\n1\n");
    run("(1,\n2)\n").is(0, "(1, 2)\n");
    run("def f():\n  return 7\n\n\nf()\n").is(0, "7\n");
    run("import sys; sys.exit(4)\nprint(1)\n").is(4, "");
    let o = run("1/0\nprint('on')\n");
    assert_eq!(o.out, "on\n");
    assert!(o.err.contains("File \"<stdin>\", line 1, in <module>\n    1/0\n    ~^~\nZeroDivisionError"), "{}", o.err);
    assert!(run("def f():\n  1\nf()\n").err.contains("line 3\n    f()\n    ^\nSyntaxError: invalid syntax"));
    taipan(&["-i", "-c", "y = 1; raise SystemExit"]).stdin("y\n").output().is(0, "1\n");
}

#[test]
fn the_library_is_seen() {
    taipan(&["-c", "import textwrap as t; print(t.__loader__.get_data(t.__file__)[:16])"]).gives("b'\"\"\"Text wrapping'\n");
    taipan(&["-c", "import textwrap; print(textwrap.__file__.startswith(__import__('sys').prefix))"]).gives("True\n");
    let o = taipan(&["-c", "import textwrap; textwrap.wrap('x', 0)"]).output();
    assert!(o.err.contains("textwrap.py\", line") && o.err.contains("raise ValueError(\"invalid width"), "{}", o.err);
    taipan(&["-c", "import pkgutil, json; print([m.name for m in pkgutil.iter_modules(json.__path__)])"])
        .gives("['__main__', 'decoder', 'encoder', 'scanner', 'tool']\n");
}

#[test]
fn tracebacks_of_commands_have_source() {
    let o = taipan(&["-X", "gc-stress=1000", "-c", "def f():\n  x = 1/0\nf()"]).output();
    assert!(o.err.contains("    x = 1/0\n        ~^~\n"), "{}", o.err);
}

#[test]
fn compiled_modules_are_kept() {
    let dir = folder(&[("kept.py", "def f():\n    return 1 / 0\n")]);
    let run = |args: &[&str]| taipan(&[args, &["-c", "import kept; print(kept.f.__code__.co_filename)"]].concat()).cwd(&dir);
    let seen = format!("{}/kept.py\n", dir.display());
    let cache = dir.join("__pycache__");
    run(&["-B"]).gives(&seen);
    run(&[]).env("PYTHONDONTWRITEBYTECODE", "1").gives(&seen);
    assert!(!cache.exists());
    run(&[]).gives(&seen);
    assert!(cache.join("kept.taipan-314.pyc").is_file());
    run(&["-O"]).gives(&seen);
    assert!(cache.join("kept.taipan-314.opt-1.pyc").is_file());
    assert!(run(&["-v"]).output().err.contains("kept.taipan-314.pyc matches"));
    // What another compiler made is made anew.
    std::fs::write(cache.join("kept.taipan-314.pyc"), b"not ours at all").expect("the file is written");
    run(&[]).gives(&seen);
    let moved = folder(&[("a", "")]);
    for f in ["kept.py", "__pycache__/kept.taipan-314.pyc"] {
        std::fs::create_dir_all(moved.join("__pycache__")).expect("a folder is made");
        std::fs::copy(dir.join(f), moved.join(f)).expect("a file is copied");
    }
    let o = taipan(&["-c", "import kept; kept.f()"]).cwd(&moved).output();
    assert!(o.err.contains(&format!("{}/kept.py\", line 2, in f\n    return 1 / 0", moved.display())), "{}", o.err);
}
