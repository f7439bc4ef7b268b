"""What the lines are checked by that look at no result themselves.

A check is an expression evaluated in the script's globals after its measurements, so that it meets what the measuring has
compiled and cached; what it gives must be the same in every interpreter, so it holds no addresses, times or hash orders.
For lines that time a command it is evaluated at the end of that command's program, in a process of its own.
"""


def _one(text):
    """One line of several."""
    return " ".join(line.strip() for line in text.strip().splitlines())


SCIMARK = {
    "sor": "(lambda g: (SOR_execute(1.25, g, 3, Array2D), list(g.data))[1])(Random(7).RandomMatrix(Array2D(20, 20)))",
    "lu": _one("""
        (lambda a: (lambda lu, p: (LU(lu, a, p), [list(r) for r in lu.data], list(p))[1:])
         (ArrayList(12, 12), array('i', [0]) * 12))(Random(7).RandomMatrix(ArrayList(12, 12)))"""),
    "sparse_mat_mult": _one("""
        (lambda y: (SparseCompRow_matmult(3, y, [1.5, 2.0, 3.25], [0, 1, 2, 3], [2, 0, 1], [1.0, 2.0, 4.0], 2), y)[1])
        ([0.0] * 3)"""),
    "monte_carlo": "MonteCarlo(20000)",
    "fft": "(lambda x: (FFT_transform(len(x), x), list(x))[1])(Random(7).RandomVector(128))",
}

NUMERIC = {
    "spectral_norm": "eval_AtA_times_u([1.0] * 30)",
    "raytrace": _one("""
        (lambda c: (bench_raytrace.__globals__.__setitem__('Canvas', lambda w, h: c), bench_raytrace(1, 12, 12, None),
         bytes(c.bytes).hex())[2])(Canvas(12, 12))"""),
    "coroutines": "list((lambda: (yield (yield from fibonacci(12).__await__())))())",
    "bpe_tokeniser": _one("""
        SimpleBytePairEncoding.train('hello hello world hell' * 5, vocab_size=258, pat_str=' ?[a-z]+')
        .encode('hello world hell')"""),
    "nbody": _one("""
        (lambda b: (advance(0.01, 200, b, combinations(b)), report_energy(b, combinations(b)))[1])
        ([([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.47), ([4.84, -1.16, -0.1], [0.6, 2.81, -0.02], 0.037),
          ([8.3, 4.1, -0.4], [-1.01, 1.8, 0.008], 0.011)])"""),
    "barnes_hut": _one("""
        (lambda p: ([advance_system(p, 0.5, TIME_STEP, 1000, 800) for _ in range(3)], calculate_system_energy(p))[1])
        (create_deterministic_galaxy(40, 500, 400))"""),
    "generators": "list(tree(range(3000)))",
    "nqueens": "list(n_queens(7))",
    # The image, which is made to be written and otherwise dropped.
    "chaos": _one("""
        (lambda images: (globals().update(write_ppm=lambda image, _: images.append(image)),
            main(type('Once', (), {'metadata': {}, 'bench_func': lambda self, _, f, *a: f(60, 60, 900, 'x', 1234)})(), args),
            images)[2])([])"""),
}

# The build's status: with `--silent` the script does not tell that there was none.
SPHINX = _one("""
    sphinx_main(['--builder', 'dummy', '--doctree-dir', str(DOC_ROOT / 'build' / 'doctrees'), '--silent', '--fresh-env',
                 '--write-all', str(DOC_ROOT), str(DOC_ROOT / 'build' / 'html')])""")

BASE64 = _one("""
    [(coded, getattr(base64, kind + 'decode')(coded) == data)
     for kind in ('b64', 'urlsafe_b64', 'b32', 'b16', 'a85', 'b85') for data in (DATA_TINY, DATA_SMALL, DATA_9K, DATA_LARGE)
     for coded in [getattr(base64, kind + 'encode')(data)]]
    + [base64.a85encode(DATA_9K, wrapcol=76), base64.b64decode(B64_9K_STR) == DATA_9K]""")

DEEPCOPY = _one("""
    (lambda shared: (lambda copied: (
        copied, copied is not shared, copied['a'][0] is copied['b'][5], copied['a'][0] is not shared['a'][0],
        copy.deepcopy(A('hello', [1, 2, 3], True)), copy.deepcopy({'list': [1, 2], 't': (1, [2]), 'subdict': {'a': True}}),
        vars(copy.deepcopy(type('C', (), {'__reduce__': lambda self: (type(self), (), {'a': [1], 'b': 2})})())),
     ))(copy.deepcopy(shared)))((lambda one: {'a': (one, one), 'b': [one] * 9})([1] * 9))""")

# What the tracer found: the lines of the script that ran.
COVERAGE = _one("""
    (lambda c: (c.start(), fibonacci(6), c.stop(), [(name.rpartition('/')[2], sorted(c.get_data().lines(name)))
                for name in sorted(c.get_data().measured_files())])[3])(coverage.Coverage())""")

DOCUTILS = _one("""
    [core.publish_string(source=(DOC_ROOT / name).read_text(encoding='utf-8'), writer_name='html5', settings_overrides={
        'input_encoding': 'unicode', 'output_encoding': 'unicode', 'report_level': 5})
     for name in ('user/mailing-lists.txt', 'user/rst/cheatsheet.txt')]""")

XML_ETREE = _one("""
    (lambda text: (text, process(etree_module), [(event, element.tag, element.text, element.attrib) for event, element in
        etree_module.iterparse(io.BytesIO(text), ('start', 'end'))]))(etree_module.tostring(build_xml_tree(etree_module)))""")

# The prices that the script prints into a stream and cuts off again.
TELCO = _one("""
    (lambda kept: (globals().update(io=type('IO', (), {'BytesIO': io.BytesIO, 'StringIO': lambda: kept})),
        bench_telco(1, filename), kept.getvalue())[2])(type('Kept', (io.StringIO,), {'truncate': lambda self: 0})())""")

TYPING_RUNTIME_PROTOCOLS = _one("""
    [[isinstance(one(), protocol) for one in (
        Empty, PropertyX, HasIntMethod, HasManyMethods, PropertyXWithInt, ClassVarX, ClassVarXWithInt, InstanceVarX,
        ManyInstanceVars, InstanceVarXWithInt, NominalX, NominalSupportsInt, NominalXWithInt)]
     for protocol in (HasX, HasManyAttributes, SupportsInt, SupportsManyMethods, SupportsIntAndX)]""")

# Rings that are held are whole behind a collection, and rings that were dropped are gone, but for what a stack may still show.
GC_COLLECT = _one("""
    (lambda weak, rings: (
        (lambda dropped: (gc.collect(), gc.collect(), sum(ring() is None for ring in dropped) >= 90)[2])
        ([weak(ring) for ring in create_gc_cycles(CYCLES, LINKS)]),
        [weak(ring)() is ring and ring.prev.next is ring and __import__('functools').reduce(
            lambda node, _: node.next if node.next.prev is node else None, range(LINKS + 1), ring) is ring for ring in rings],
     ))(__import__('weakref').ref, create_gc_cycles(CYCLES, LINKS))""")

GC_TRAVERSAL = _one("""
    (lambda top: (gc.collect(), [(len(level), all(item is level[0] for item in level)) for level in
        __import__('itertools').accumulate(range(N_LEVELS - 1), lambda level, _: level[0], initial=top)])[1])
    (create_recursive_containers(N_LEVELS))""")

# The ten names after all unpackings, as the script reads its clock for the second time.
UNPACK_SEQUENCE = _one("""
    (lambda seen, frame: (
        globals().update(pyperf=type('Clock', (), {'perf_counter': staticmethod(
            lambda: (seen.append(list(map(frame(1).f_locals.get, 'abcdefghij'))), 0.0)[1])})),
        do_unpacking(300, tuple(range(10))), do_unpacking(300, list('klmnopqrst')), seen)[3])([], __import__('sys')._getframe)""")

SQLITE_SYNTH = _one("""
    (lambda conn: (
        conn.execute('create table cos (x, y, z);'), conn.create_function('cos', 1, math.cos),
        conn.create_aggregate('avglength', 1, AvgLength),
        [conn.execute('insert into cos values (?, ?, ?)', [i, math.cos(i), str(i)]) and None for i in range(200)],
        [(x, round(y, 12), y == z) for x, y, z in conn.execute('select x, cos(x), y from cos')],
        conn.execute('select avglength(z) from cos;').fetchall(), conn.close())[3:])(sqlite3.connect(':memory:'))""")

# Parsers drop what they found: it is written down.
ARGPARSE = _one("""
    (lambda seen, parse: (setattr(argparse.ArgumentParser, 'parse_args', lambda self, arguments:
        seen.append(sorted(vars(parse(self, arguments)).items()))), BENCHMARKS[args.benchmark](), seen)[2])
    ([], argparse.ArgumentParser.parse_args)""")

LIBRARIES = {
    "sphinx": SPHINX,
    "regex_effbot": "[m and m.span() for m in [re.search(x, s) for x, s in init_benchmarks((0, 5, 50))]]",
    "regex_compile": "[(p.groups, sorted(p.groupindex.items())) for p in [re.compile(r, f) for r, f in regexes]]",
    "regex_v8": "[(m and (m.span(), m.groups()), r.sub('<>', s, count=n)) for r, n in zip(regexs, subcount) for s in strings[:40]"
                " for m in [r.search(s)]]",
    "tomli_loads": "repr(tomli.loads(DATA_FILE.read_text('utf-8')))",
    "genshi": "[t(s).generate(table=[dict(a=1, b='<')] * 3).render() for _, (t, s) in sorted(BENCHMARKS.items())]",
    "sympy": "str(expand((1 + symbols('x') + symbols('y')) ** 8)) + str(bench_integrate())",
    "xdsl": "(lambda c, m: (c.load_dialect(Arith), c.load_dialect(Builtin), TestConstantFoldingPass().apply(c, m), str(m))[3])"
            "(Context(allow_unregistered=True), get_constant_folding_module(200).clone())",
    "base64": BASE64,
    "pathlib": "[sorted((p.name, p.suffixes, p.stat().st_size) for p in found(pathlib.Path(tmp_path)))"
               " for found in (pathlib.Path.iterdir, lambda base: base.glob('*.py'))]",
    "deepcopy": DEEPCOPY,
    "coverage": COVERAGE,
    "docutils": DOCUTILS,
    "xml_etree": XML_ETREE,
    "telco": TELCO,
    "typing_runtime_protocols": TYPING_RUNTIME_PROTOCOLS,
    "logging": "set(stream.getvalue().splitlines())",
    "gc_collect": GC_COLLECT,
    "gc_traversal": GC_TRAVERSAL,
    "unpack_sequence": UNPACK_SEQUENCE,
    "sqlite_synth": SQLITE_SYNTH,
    "sqlalchemy_declarative": "[(a.id, a.post_code, a.person.id, a.person.name)"
                              " for a in session.query(Address).order_by(Address.id)]",
    "sqlalchemy_imperative": "[[tuple(row) for row in table.select().execute()] for table in (Person, Address)]",
    "yaml": "[yaml.load(text, Loader=yaml.Loader) for text in objs]",
    "json_loads": "[json.loads(text) for text in objs]",
    "json_dumps": "[json.dumps(data) for data, _ in (EMPTY, SIMPLE, NESTED, HUGE)]",
    "html5lib": "html5lib.serialize(html5lib.parse(html_file.getvalue()[:30000]))",
    "dulwich_log": "[(entry.commit.id, entry.commit.message) for entry in repo.get_walker(head)]",
    "concurrent_imap": "[(list(pool.imap(f, range(200), 10)), pool.terminate())[0]"
                       " for pool in (Pool(num_core), ThreadPool(num_core))]",
    "decimal_pi": "[(setattr(decimal.getcontext(), 'prec', digits), str(pi_decimal()))[1] for digits in (9, 19, 60)]",
    "decimal_factorial": "str(factorial(decimal.Decimal(700), 0))",
}

SQLGLOT = {
    "parse": "repr(parse_one(SQL))",
    "transpile": "transpile(SQL, write='spark')",
    "normalize": "normalize.normalize(parse_one('(A AND B) OR (C AND D) OR (E AND F) OR (G AND H)')).sql()",
    "optimize": "optimize(parse_one(SQL), TPCH_SCHEMA).sql(pretty=True)",
}
NETWORKX = {
    "shortest_path": "sum(distance * len(node) for node, distance in networkx.shortest_path_length(graph, '0').items())",
    "connected_components": "networkx.number_connected_components(graph)",
    "k_core": "(lambda core: (len(core), core.size(), sorted(core)[:50]))(networkx.k_core(graph))",
}
PICKLE = "[pickle.loads(pickle.dumps(x, p)) == x for x in (DICT, TUPLE, LIST, MICRO_DICT) for p in (0, 2, 4)]"

# What the leaves gave, in a tree of fewer levels: how many, which, and what was kept of them for the others.
ASYNC_TREE = _one("""
    (lambda tree, seen: (
        globals().update(NUM_RECURSE_LEVELS=4), setattr(tree, 'workload_func', pyperf.watched(tree.workload_func, seen)),
        asyncio.run(tree.run()), sorted(__import__('collections').Counter(map(str, seen)).items()), sorted(tree.cache))[3:])
    (async_tree_class(use_task_groups=args.task_groups), [])""")

# What came through the socket, with chunks that differ.
ASYNCIO_TCP = _one("""
    (lambda seen, read, watched: (
        globals().update(CHUNK_SIZE=3000), setattr(asyncio.StreamReader, 'read', watched(read, seen)),
        asyncio.run(main(args.ssl)), b''.join(seen))[3])([], asyncio.StreamReader.read, __import__('pyperf').watched)""")
ASYNCIO_WEBSOCKETS = _one("""
    (lambda seen, protocol: (
        globals().update(DATA=bytes(range(256)) * 9), setattr(protocol, 'recv', pyperf.watched(protocol.recv, seen)),
        asyncio.run(main()), len(seen), b''.join(seen))[3:])([], websockets.server.WebSocketServerProtocol)""")
TORNADO_HTTP = _one("""
    (lambda seen, fetch: (
        globals().update(CONCURRENCY=9), setattr(AsyncHTTPClient, 'fetch', lambda self, url: (seen.append(fetch(self, url)),
        seen[-1])[1]), bench_tornado(1), [(one.result().code, one.result().reason, one.result().body) for one in seen])[3])
    ([], AsyncHTTPClient.fetch)""")

ASYNC = {
    "async_generators": "pyperf.drained(tree(range(3000)))",
    "asyncio_tcp": ASYNCIO_TCP,
    "asyncio_websockets": ASYNCIO_WEBSOCKETS,
    "tornado_http": TORNADO_HTTP,
}

STARTED = _one("""
    (lambda sys: (__name__, sys.argv, sys.flags.no_site, sys.flags.hash_randomization, 'site' in sys.modules,
        hasattr(__import__('builtins'), 'exit'), sys.stdout.encoding, sys.getrecursionlimit()))(__import__('sys'))""")
STARTUP = {
    "python_startup": STARTED,
    "startup_imports": _one("""
        (json.dumps({'a': [1, None]}), str(pathlib.Path('/a') / 'b'), re.sub('b+', '-', 'abba'), typing.get_args(dict[str, int]),
         sorted(collections.Counter('hello').items()), vars(argparse.ArgumentParser().parse_args([])), subprocess.PIPE,
         [field.name for field in dataclasses.fields(dataclasses.make_dataclass('C', ['x', 'y']))])"""),
}

# Scripts of pyperformance whose functions return what they compute, which is compared.
RETURNING = {"richards", "richards_super", "float", "fannkuch", "go", "pidigits", "django_template", "chameleon", "mako", "pprint"}

# Scripts that end with an error, or print it, when what they computed is wrong.
ASSERTING = {
    "deltablue": "prints which of its tests failed, and printed text is compared",
    "hexiom": "compares the solved board with the one it expects",
    "pyflate": "compares the digest of what it unpacked",
    "meteor_contest": "compares all solutions with those it expects",
    "comprehensions": "asserts the length of what each round built",
    "mdp": "compares the probability it arrives at with the one it expects",
    "crypto_pyaes": "compares the decrypted text with the clear one",
    "regex_dna": "compares the counts of all patterns with those it expects",
    "2to3": "prints the changes to its sources, and printed text is compared",
}
