//! What `-h`, `-V` and their relatives print.

use super::options::Exit;
use std::ffi::OsStr;

fn first_line(program: &OsStr) -> String {
    format!("usage: {} [option] ... [-c cmd | -m mod | file | -] [arg] ...", program.to_string_lossy())
}

/// After a wrong option.
pub fn hint(program: &OsStr) -> Exit {
    eprintln!("{}\nTry `taipan -h' for more information.", first_line(program));
    Exit(2)
}

/// `-V`; with `full` also how it was built.
pub fn version(full: bool) {
    if full {
        println!("Python {}", crate::modules::sys::version_string());
    } else {
        let (major, minor, micro) = crate::modules::sys::VERSION;
        println!("Python {major}.{minor}.{micro}");
    }
}

/// `-h`
pub fn usage(program: &OsStr) -> Exit {
    println!("{}\n{OPTIONS}", first_line(program));
    Exit(0)
}

/// `--help-env`
pub fn environment() -> Exit {
    println!("{ENVIRONMENT}");
    Exit(0)
}

/// `--help-xoptions`
pub fn xoptions() -> Exit {
    println!("{XOPTIONS}");
    Exit(0)
}

/// `--help-all`
pub fn all(program: &OsStr) -> Exit {
    println!("{}\n{OPTIONS}\n\n{ENVIRONMENT}\n\n{XOPTIONS}", first_line(program));
    Exit(0)
}

const OPTIONS: &str = "\
Options, each with the environment variable that does the same:
-b     : warn when bytes are turned into str or compared with it, or with int; -bb: raise
-B     : write no .pyc files; PYTHONDONTWRITEBYTECODE=x
-c cmd : run this program text (what follows are its arguments)
-d     : accepted for the sake of debug builds; PYTHONDEBUG=x
-E     : ignore all PYTHON* environment variables
-h     : print this and exit (also -? and --help)
-i     : go on with the interactive prompt after the program; PYTHONINSPECT=x
-I     : keep the user's surroundings out: -E, -P and -s together
-m mod : run a module of sys.path as the program (what follows are its arguments)
-O     : leave out assertions and what depends on __debug__; PYTHONOPTIMIZE=x
-OO    : leave out docstrings too
-P     : do not put the program's folder in front of sys.path; PYTHONSAFEPATH
-q     : no version and copyright lines before the prompt
-s     : leave the user's site-packages out of sys.path; PYTHONNOUSERSITE=x
-S     : do not import site at the start
-u     : write stdout and stderr through without a buffer; PYTHONUNBUFFERED=x
-v     : say what is imported from where; PYTHONVERBOSE=x; more often, more is said
-V     : print the version and exit (also --version); twice, with more detail
-W arg : a filter for warnings, action:message:category:module:lineno; PYTHONWARNINGS=arg
-x     : skip the first line of the program
-X opt : an option of this implementation (--help-xoptions)
--check-hash-based-pycs always|default|never:
         when .pyc files that name their source's hash are compared with the source
--help-env: list the environment variables and exit
--help-xoptions: list the -X options and exit
--help-all: all of this and exit

Arguments:
file   : the program, a file, a folder or an archive with a __main__ module
-      : read the program from standard input (so by default; with a terminal there is a prompt)
arg ...: the program's arguments, sys.argv[1:]";

const ENVIRONMENT: &str = "\
Environment variables:
PYTHONPATH      : folders to be searched before the library, separated by ':'
PYTHONHOME      : folder whose lib/taipan3.14t is the library
PYTHONSTARTUP   : file that is run before the first prompt
PYTHONHASHSEED  : 'random', or a number from 0 to 4294967295 that makes hashes of text the same in every run
PYTHONIOENCODING: encoding[:errors] of stdin, stdout and stderr
PYTHONBREAKPOINT: what breakpoint() calls; 0: nothing
PYTHONUSERBASE  : folder of the user's own packages (site.USER_BASE)
PYTHONPYCACHEPREFIX: folder for .pyc files (-X pycache_prefix)
PYTHON_CPU_COUNT, PYTHON_JIT, PYTHONDEBUG, PYTHONDEVMODE, PYTHONDONTWRITEBYTECODE, PYTHONFAULTHANDLER, PYTHON_FROZEN_MODULES,
PYTHONINSPECT, PYTHONINTMAXSTRDIGITS, PYTHONNOUSERSITE, PYTHONOPTIMIZE, PYTHONPROFILEIMPORTTIME, PYTHONSAFEPATH,
PYTHON_THREAD_INHERIT_CONTEXT, PYTHON_CONTEXT_AWARE_WARNINGS, PYTHONUNBUFFERED, PYTHONUTF8, PYTHONVERBOSE,
PYTHONWARNDEFAULTENCODING, PYTHONWARNINGS: as the options of these names";

const XOPTIONS: &str = "\
Options of this implementation:
-X context_aware_warnings=[0|1]: whether warnings.catch_warnings holds for its context only (1, the default)
-X cpu_count=N: what os.cpu_count() returns; 'default': what there is
-X dev : development mode: more warnings and checks
-X faulthandler: print a traceback on fatal errors
-X frozen_modules=[on|off]: whether the modules needed at start are found without sys.path (on)
-X gc-log: say on stderr what each collection did
-X gc-stress[=N]: collect and check the heap at every N-th allocation, to find errors of the runtime
-X gc-verify: check the heap at every collection
-X gil=0: what there is anyway, no global lock; 1 is an error
-X importtime[=2]: print how long each import took; 2: imports of what was there too
-X int_max_str_digits=N: longest text of an int, in digits; 0: no limit
-X jit=[on|off]: make machine code of hot loops and functions (on; PYTHON_JIT=0 switches it off)
-X jit-log: say on stderr what is compiled, and what is given up
-X jit-sync: wait for what is compiled, instead of going on in the interpreter meanwhile
-X jit-leave=N: compiled code gives back to the interpreter at about every Nth instruction, for tests of the way back
-X jit-warm=N: rounds of a loop, or calls of a function, before it is observed to be compiled (400)
-X pycache_prefix=PATH: folder for .pyc files, instead of __pycache__ beside the sources
-X thread_inherit_context=[0|1]: whether threads start with a copy of their starter's context (1, the default)
-X utf8[=0|1]: whether UTF-8 is used whatever the locale says
-X warn_default_encoding: warn where a file is opened without an encoding";
