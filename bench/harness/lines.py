"""The lines of the comparison: each is one script with arguments, in one set.

`numeric`, `libraries`, `async` and `startup` come from pyperformance; `threads`, `memory`, `heap` and the lines of `own` are the
programs of `bench/programs`. Every line has something that must be the same in every interpreter: a `check` of `checks`, what the
measured function returns, or a script that looks at its result itself.
"""

from dataclasses import dataclass, field

from harness import checks

# Shown, but in no geometric mean: a compiler that sees that nothing is done with the result removes all of it.
OUT_OF_MEANS = {"unpack_sequence"}


@dataclass
class Line:
    """One line. `script` is a pyperformance benchmark's folder name, or a path below bench/programs."""

    name: str
    set: str
    script: str
    args: list = field(default_factory=list)
    check: str = ""
    own: bool = False
    quick: bool = False


def _numeric():
    names = ["spectral_norm", "raytrace", "coroutines", "bpe_tokeniser", "nbody", "barnes_hut", "richards_super", "richards",
             "float", "deltablue", "chaos", "fannkuch", "hexiom", "go", "pyflate", "nqueens", "meteor_contest", "comprehensions",
             "mdp", "pidigits", "generators", "crypto_pyaes"]
    lines = [Line(f"scimark_{kernel}", "numeric", "scimark", [kernel], check) for kernel, check in checks.SCIMARK.items()]
    lines += [Line(name, "numeric", name, [], checks.NUMERIC.get(name, "")) for name in names]
    for line in lines:
        line.quick = line.name in ("richards", "nbody", "fannkuch")
    return lines


def _libraries():
    same = ["django_template", "yaml", "json_loads", "xdsl", "html5lib", "chameleon", "base64", "pprint", "regex_compile",
            "regex_dna", "regex_v8", "regex_effbot", "mako", "coverage", "pathlib", "tomli_loads", "genshi", "json_dumps",
            "deepcopy", "sympy", "typing_runtime_protocols", "dulwich_log", "sqlite_synth", "gc_collect", "gc_traversal",
            "docutils", "xml_etree", "telco", "sphinx", "concurrent_imap", "decimal_pi", "decimal_factorial", "logging",
            "sqlalchemy_declarative", "sqlalchemy_imperative", "unpack_sequence"]
    lines = [Line(name, "libraries", name, [], checks.LIBRARIES.get(name, "")) for name in same]
    for script, by_argument in (("sqlglot_v2", checks.SQLGLOT), ("networkx", checks.NETWORKX),
                                ("argparse", dict.fromkeys(("many_optionals", "subparsers"), checks.ARGPARSE))):
        lines += [Line(f"{script}_{what}", "libraries", script, [what], check) for what, check in by_argument.items()]
    lines += [Line(name, "libraries", "pickle", [name], checks.PICKLE) for name in
              ("pickle", "pickle_list", "pickle_dict", "unpickle", "unpickle_list")]
    lines += [Line(f"{name}_pure_python", "libraries", "pickle", ["--pure-python", name], checks.PICKLE)
              for name in ("pickle", "unpickle")]
    for line in lines:
        line.quick = line.name in ("json_dumps", "deepcopy", "regex_compile")
    return lines


def _async():
    lines = []
    for eager in ("", "eager_"):
        for what in ("none", "io", "memoization", "cpu_io_mixed"):
            for groups in (False, True):
                mode = f"{eager}{what}" if what != "none" else (eager.rstrip("_") or "none")
                name = f"async_tree_{mode}" if mode != "none" else "async_tree"
                lines.append(Line(name + ("_tg" if groups else ""), "async", "async_tree",
                                  [mode, *(["--task-groups"] if groups else [])], checks.ASYNC_TREE))
    lines += [Line(name, "async", script, args, checks.ASYNC[script]) for name, script, args in (
        ("async_generators", "async_generators", []), ("asyncio_websockets", "asyncio_websockets", []),
        ("asyncio_tcp", "asyncio_tcp", []), ("asyncio_tcp_ssl", "asyncio_tcp", ["--ssl"]), ("tornado_http", "tornado_http", []))]
    for line in lines:
        line.quick = line.name in ("async_tree", "async_generators")
    return lines


def _startup():
    started = checks.STARTUP["python_startup"]
    return [Line("python_startup", "startup", "python_startup", [], started, quick=True),
            Line("python_startup_no_site", "startup", "python_startup", ["--no-site"], started),
            Line("2to3", "startup", "2to3"),
            Line("startup_imports", "startup", "startup_imports.py", [], checks.STARTUP["startup_imports"], own=True)]


# Loops of the threads set; each is run by 1, 2, 4 … threads, and its speed-up is what counts.
SCALING = ["list_pop_append", "math_calls", "special_method", "context_manager", "float_constant", "generator",
           "method_calls", "function_calls", "module_function_calls", "string_constant", "tuple_constant", "create_object",
           "create_closure", "create_dict", "thread_local_reads", "methodcaller", "create_dataclass", "create_namedtuple",
           "create_typing_namedtuple", "deepcopy", "user_descriptor", "setattr_dynamic", "shared_dict_value",
           "shared_instance_attribute", "shared_class_attribute", "shared_global", "shared_list_item", "shared_closure_cell"]
PARALLEL = ["parallel_nbody", "parallel_word_count", "parallel_work_queue", "parallel_matrix_rows",
            "parallel_json_parsing", "parallel_lru_cache"]


def thread_counts(cores):
    """1, 2, 4 … up to the number of cores, which is always there."""
    counts = [1]
    while counts[-1] * 2 <= cores:
        counts.append(counts[-1] * 2)
    if counts[-1] != cores:
        counts.append(cores)
    return counts


def _threads(cores):
    lines = []
    for script, names in (("threads_scaling.py", SCALING), ("threads_parallel.py", PARALLEL)):
        for name in names:
            for count in thread_counts(cores):
                lines.append(Line(f"{name}@{count}", "threads", script, [name, "--threads", str(count)], own=True,
                                  quick=name in ("function_calls", "create_object")))
    return lines


def _own():
    memory = ["small_objects_dropped", "live_objects_held", "cyclic_garbage", "interned_strings", "exec_functions",
              "float_list", "int_dict"]
    lines = [Line(name, "memory", "memory.py", [name], own=True, quick=name == "small_objects_dropped") for name in memory]
    lines += [Line(name, "heap", "heap.py", [name], own=True) for name in (
        "drop_100m_lists", "drop_20m_instances", "hold_10m_instances", "hold_tree", "collect_tree", "intern_10m", "exec_100k",
        "list_of_10m_floats", "dict_of_5m_ints")]
    for script, names in (
            ("exceptions.py", ["raise_catch_near", "raise_catch_deep", "try_no_raise", "finally_return", "exception_groups",
                               "context_chain"]),
            ("strings.py", ["append_loop", "join_parts", "fstrings", "split_strip_replace", "slices_and_find", "unicode_mixed",
                            "bytes_building"]),
            ("polymorphism.py", ["monomorphic", "two_shapes", "eight_shapes", "megamorphic", "duck_protocols",
                                 "double_dispatch"]),
            ("dicts.py", ["big_int_keys", "big_str_keys", "tuple_keys", "churn", "counting", "merge_and_views"]),
            ("deoptimisation.py", ["type_flip", "overflow_flip", "class_mutation", "global_rebinding", "shape_churn",
                                   "exception_edge"]),
            ("service.py", ["service_loop"]),
            ("pauses.py", ["pauses_small_heap", "pauses_large_heap"])):
        lines += [Line(name, "own", script, [name], own=True, quick=name in ("raise_catch_near", "append_loop"))
                  for name in names]
    return lines


SETS = ["numeric", "libraries", "async", "startup", "threads", "memory", "heap", "own"]


def all_lines(cores):
    """Every line there is, in order of sets."""
    return _numeric() + _libraries() + _async() + _startup() + _threads(cores) + _own()


def nothing_to_compare(lines):
    """Those lines whose result nobody would see: not checked, not returned, and not looked at by the script. Own programs return
    what they compute, or tell it with the stand-in's `check`."""
    return [line for line in lines if not line.check and not line.own
            and line.script not in checks.RETURNING and line.script not in checks.ASSERTING]


def select(wanted, cores, quick=False):
    """The lines of the named sets or of the given names; a name may also be a part after which `*` stands."""
    lines = all_lines(cores)
    chosen, unknown = [], []
    for name in wanted:
        prefix = name[:-1] if name.endswith("*") else None
        found = [line for line in lines if name in (line.set, line.name, line.name.split("@")[0])
                 or (prefix is not None and line.name.startswith(prefix))]
        if not found:
            unknown.append(name)
        if quick and name in SETS:
            found = [line for line in found if line.quick]
        chosen += [line for line in found if line not in chosen]
    return chosen, unknown
