//! What is changed in the library's files on their way into the image: the marks that RustPython left in them, and the places where
//! CPython's files name CPython. A file that needs more than this is replaced whole by one in `Lib/`.

use std::collections::BTreeMap;

/// In this file, this text, which is there exactly once, becomes that.
const EDITS: &[(&str, &str, &str)] = &[
    ("site.py", "    return 'RustPython' # XXX: RUSTPYTHON; for site-packages\n", "    return 'Taipan'\n"),
    (
        "site.py",
        "    # XXX: RUSTPYTHON\n    return f'{userbase}/lib/rustpython{version[0]}",
        "    return f'{userbase}/lib/taipan{version[0]}",
    ),
    ("sysconfig/__init__.py", "    return 'RustPython'  # XXX: RUSTPYTHON; For site-packages\n", "    return 'Taipan'\n"),
    (
        "platform.py",
        "\n        # XXX: RUSTPYTHON support\n        if \"RustPython\" in sys_version:\n            name = \"RustPython\"\n        \
         else:\n            name = 'CPython'\n",
        "        name = 'Taipan'\n",
    ),
    (
        "_compat_pickle.py",
        "# NOTE: RUSTPYTHON exceptions\ntry:\n    JitError\nexcept NameError:\n    pass\nelse:\n    PYTHON2_EXCEPTIONS += \
         (\"JitError\",)\n\n",
        "",
    ),
    // Programs ask whether it is there before they use it.
    ("ctypes/__init__.py", "else:\n    pythonapi = PyDLL(None)\n", ""),
    ("hashlib.py", "    from _hashlib import pbkdf2_hmac\n", "    from _kdf import pbkdf2_hmac\n"),
    ("hashlib.py", "    from _hashlib import scrypt ", "    from _kdf import scrypt "),
    ("io.py", "open, open_code, BytesIO,", "open, open_code, FileIO, BytesIO,"),
    (
        "io.py",
        "# XXX: RUSTPYTHON; FileIO needs host_env, optional without it\ntry:\n    from _io import FileIO\nexcept ImportError:\n    \
         FileIO = None\n",
        "",
    ),
    (
        "io.py",
        "if FileIO is not None:  # XXX: RUSTPYTHON; see the try/except above\n    RawIOBase.register(FileIO)\n",
        "RawIOBase.register(FileIO)\n",
    ),
    // Threads register and dispatch at the same time: what was found is kept only if nothing was registered since.
    (
        "functools.py",
        "    dispatch_cache = weakref.WeakKeyDictionary()\n    cache_token = None\n\n    def dispatch(cls):\n",
        "    dispatch_cache = weakref.WeakKeyDictionary()\n    cache_token = None\n    registered = 0\n    lock = RLock()\n\n    def \
         dispatch(cls):\n",
    ),
    (
        "functools.py",
        "            try:\n                impl = registry[cls]\n            except KeyError:\n                impl = _find_impl(cls, \
         registry)\n            dispatch_cache[cls] = impl\n",
        "            known = registered, get_cache_token()\n            try:\n                impl = registry[cls]\n            except \
         KeyError:\n                impl = _find_impl(cls, registry.copy())\n            with lock:\n                if known == \
         (registered, get_cache_token()):\n                    dispatch_cache[cls] = impl\n",
    ),
    (
        "functools.py",
        "        nonlocal cache_token\n        if _is_valid_dispatch_type(cls):\n",
        "        nonlocal cache_token, registered\n        if _is_valid_dispatch_type(cls):\n",
    ),
    (
        "functools.py",
        "        if cache_token is None and hasattr(cls, '__abstractmethods__'):\n            cache_token = get_cache_token()\n        \
         dispatch_cache.clear()\n        return func\n",
        "        if cache_token is None and hasattr(cls, '__abstractmethods__'):\n            cache_token = get_cache_token()\n        \
         with lock:\n            registered += 1\n            dispatch_cache.clear()\n        return func\n",
    ),
];

/// From this text to the end, or to that text, is cut.
const CUTS: &[(&str, &str, Option<&str>)] = &[
    ("json/decoder.py", "    # RUSTPYTHON SPECIFIC\n", Some("    def __init__(self, msg, doc, pos):\n")),
    ("unittest/__init__.py", "\n\n\n# XXX: RUSTPYTHON\n# This is very useful", None),
];

/// Added at the end of a file.
const ADDITIONS: &[(&str, &str)] = &[
    (
        "linecache.py",
        "\n\n# What was given with -c or typed before this module was imported; what comes later is added as it comes.\nimport \
         _imp\n_imp.add_given_sources(_interactive_cache)\ndel _imp\n",
    ),
    (
        "dis.py",
        "\n\n# Taipan's instructions are others than CPython's.\nimport _disassembly\n_of_cpython = _get_instructions_bytes\n\n\ndef \
         _get_instructions_bytes(code, linestarts=None, line_offset=0, co_positions=None,\n                            \
         original_code=None, arg_resolver=None):\n    if not isinstance(code, _disassembly.Instructions):\n        yield from \
         _of_cpython(code, linestarts, line_offset, co_positions, original_code, arg_resolver)\n        return\n    for row in \
         _disassembly.rows(code, linestarts, line_offset, co_positions, arg_resolver):\n        yield Instruction(*row)\n\n\ndef \
         _get_code_array(co, adaptive):\n    return _disassembly.of(co)\n\n\n_make_labels_map = \
         _disassembly.number_places\n_find_imports = _disassembly.imports\n_find_store_names = _disassembly.stored_names\n",
    ),
    (
        "threading.py",
        "\n\n# Of Python 3.15.\nfrom _thread_iterators import concurrent_tee, serialize_iterator, synchronized_iterator\n__all__ += \
         ['concurrent_tee', 'serialize_iterator', 'synchronized_iterator']\n",
    ),
];

/// Makes the changes; panics where the library is not as expected.
pub fn apply(files: &mut BTreeMap<String, Vec<u8>>) {
    for &(path, old, new) in EDITS {
        let text = text(files, path);
        assert_eq!(text.matches(old).count(), 1, "{path} has changed: {old:?}");
        files.insert(path.to_owned(), text.replacen(old, new, 1).into_bytes());
    }
    for &(path, from, to) in CUTS {
        let text = text(files, path);
        let start = text.find(from).unwrap_or_else(|| panic!("{path} has changed: {from:?}"));
        let end =
            to.map_or(text.len(), |to| start + text[start..].find(to).unwrap_or_else(|| panic!("{path} has changed: {to:?}")));
        files.insert(path.to_owned(), format!("{}{}", &text[..start], &text[end..]).into_bytes());
    }
    for &(path, added) in ADDITIONS {
        let text = text(files, path);
        files.insert(path.to_owned(), format!("{text}{added}").into_bytes());
    }
}

fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    let bytes = files.get(path).unwrap_or_else(|| panic!("{path} is not in the library"));
    String::from_utf8(bytes.clone()).unwrap_or_else(|_| panic!("{path} is not UTF-8"))
}
