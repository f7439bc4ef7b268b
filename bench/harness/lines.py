"""The lines of the comparison: each is one script with arguments, in one set.

`numeric`, `libraries`, `async` and `startup` come from pyperformance; `threads`, `memory`, `heap` and the lines of `own` are the
programs of `bench/programs`. A line's `check` is an expression evaluated in the script after the measurements, for scripts
that look at no result themselves: what it gives must be the same in every interpreter.
"""

from dataclasses import dataclass, field

SCIMARK_ARRAY = "(lambda g: (SOR_execute(1.25, g, 3, Array2D), list(g.data))[1])(Random(7).RandomMatrix(Array2D(20, 20)))"
SCIMARK_LU = ("(lambda a: (lambda lu, p: (LU(lu, a, p), [list(r) for r in lu.data], list(p))[1:])"
              "(ArrayList(12, 12), array('i', [0]) * 12))(Random(7).RandomMatrix(ArrayList(12, 12)))")
SCIMARK_SPARSE = ("(lambda y: (SparseCompRow_matmult(3, y, [1.5, 2.0, 3.25], [0, 1, 2, 3], [2, 0, 1], [1.0, 2.0, 4.0], 2),"
                  " y)[1])([0.0] * 3)")
SCIMARK_FFT = "(lambda x: (FFT_transform(len(x), x), list(x))[1])(Random(7).RandomVector(128))"
NBODY = ("(lambda b: (advance(0.01, 200, b, combinations(b)), report_energy(b, combinations(b)))[1])"
         "([([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.47), ([4.84, -1.16, -0.1], [0.6, 2.81, -0.02], 0.037),"
         " ([8.3, 4.1, -0.4], [-1.01, 1.8, 0.008], 0.011)])")
RAYTRACE = ("(lambda c: (bench_raytrace.__globals__.__setitem__('Canvas', lambda w, h: c), bench_raytrace(1, 12, 12, None),"
            " bytes(c.bytes).hex())[2])(Canvas(12, 12))")
BARNES_HUT = ("(lambda p: ([advance_system(p, 0.5, TIME_STEP, 1000, 800) for _ in range(3)], calculate_system_energy(p))[1])"
              "(create_deterministic_galaxy(40, 500, 400))")
COROUTINES = "list((lambda: (yield (yield from fibonacci(12).__await__())))())"
BPE = ("SimpleBytePairEncoding.train('hello hello world hell' * 5, vocab_size=258, pat_str=' ?[a-z]+')"
       ".encode('hello world hell')")

# The build's status: with `--silent` the script does not tell that there was none.
SPHINX = ("sphinx_main(['--builder', 'dummy', '--doctree-dir', str(DOC_ROOT / 'build' / 'doctrees'), '--silent', '--fresh-env',"
          " '--write-all', str(DOC_ROOT), str(DOC_ROOT / 'build' / 'html')])")

# Scripts that look at nothing they compute.
LIBRARY_CHECKS = {
    "sphinx": SPHINX,
    "regex_effbot": "[m and m.span() for m in [re.search(x, s) for x, s in init_benchmarks((0, 5, 50))]]",
    "regex_compile": "[(p.groups, sorted(p.groupindex.items())) for p in [re.compile(r, f) for r, f in regexes]]",
    "tomli_loads": "repr(tomli.loads(DATA_FILE.read_text('utf-8')))",
    "genshi": "[t(s).generate(table=[dict(a=1, b='<')] * 3).render() for _, (t, s) in sorted(BENCHMARKS.items())]",
    "sympy": "str(expand((1 + symbols('x') + symbols('y')) ** 8)) + str(bench_integrate())",
}
PICKLE = "[pickle.loads(pickle.dumps(x, p)) == x for x in (DICT, TUPLE, LIST, MICRO_DICT) for p in (0, 2, 4)]"


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
    plain = ["richards_super", "richards", "float", "deltablue", "chaos", "fannkuch", "hexiom", "go", "pyflate", "nqueens",
             "meteor_contest", "comprehensions", "mdp", "pidigits", "generators", "crypto_pyaes"]
    checks = {
        "spectral_norm": "eval_AtA_times_u([1.0] * 30)",
        "raytrace": RAYTRACE,
        "coroutines": COROUTINES,
        "bpe_tokeniser": BPE,
        "nbody": NBODY,
        "barnes_hut": BARNES_HUT,
    }
    lines = [Line(f"scimark_{kernel}", "numeric", "scimark", [kernel], check) for kernel, check in [
        ("sor", SCIMARK_ARRAY), ("lu", SCIMARK_LU), ("sparse_mat_mult", SCIMARK_SPARSE),
        ("monte_carlo", "MonteCarlo(20000)"), ("fft", SCIMARK_FFT)]]
    lines += [Line(name, "numeric", name, [], check) for name, check in checks.items()]
    lines += [Line(name, "numeric", name) for name in plain]
    for line in lines:
        line.quick = line.name in ("richards", "nbody", "fannkuch")
    return lines


def _libraries():
    same = ["django_template", "yaml", "json_loads", "xdsl", "html5lib", "chameleon", "base64", "pprint", "regex_compile",
            "regex_dna", "regex_v8", "regex_effbot", "mako", "coverage", "pathlib", "tomli_loads", "genshi", "json_dumps",
            "deepcopy", "sympy", "typing_runtime_protocols", "dulwich_log", "sqlite_synth", "gc_collect", "gc_traversal",
            "docutils", "xml_etree", "telco", "sphinx", "concurrent_imap", "decimal_pi", "decimal_factorial", "logging",
            "sqlalchemy_declarative", "sqlalchemy_imperative", "unpack_sequence"]
    lines = [Line(name, "libraries", name, [], LIBRARY_CHECKS.get(name, "")) for name in same]
    lines += [Line(f"sqlglot_v2_{what}", "libraries", "sqlglot_v2", [what])
              for what in ("parse", "transpile", "normalize", "optimize")]
    lines += [Line(f"networkx_{what}", "libraries", "networkx", [what])
              for what in ("shortest_path", "connected_components", "k_core")]
    lines += [Line("argparse_many_optionals", "libraries", "argparse", ["many_optionals"]),
              Line("argparse_subparsers", "libraries", "argparse", ["subparsers"])]
    lines += [Line(name, "libraries", "pickle", [name], PICKLE) for name in
              ("pickle", "pickle_list", "pickle_dict", "unpickle", "unpickle_list")]
    lines += [Line(f"{name}_pure_python", "libraries", "pickle", ["--pure-python", name], PICKLE) for name in ("pickle", "unpickle")]
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
                                  [mode, *(["--task-groups"] if groups else [])]))
    lines += [Line("async_generators", "async", "async_generators"), Line("asyncio_websockets", "async", "asyncio_websockets"),
              Line("asyncio_tcp", "async", "asyncio_tcp"), Line("asyncio_tcp_ssl", "async", "asyncio_tcp", ["--ssl"]),
              Line("tornado_http", "async", "tornado_http")]
    for line in lines:
        line.quick = line.name in ("async_tree", "async_generators")
    return lines


def _startup():
    return [Line("python_startup", "startup", "python_startup", quick=True),
            Line("python_startup_no_site", "startup", "python_startup", ["--no-site"]),
            Line("2to3", "startup", "2to3"),
            Line("startup_imports", "startup", "startup_imports.py", own=True)]


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
