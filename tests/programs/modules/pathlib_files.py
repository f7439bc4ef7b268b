# Files, os.path, pathlib, tempfile: contents only, nothing of the machine.
import os, pathlib, tempfile
P = pathlib.PurePosixPath
p = P("/a/b/c.tar.gz"); print(p.name, p.stem, p.suffix, p.suffixes, p.parent, p.parts, p / "d", p.with_name("x"), p.with_suffix(".zip"), p.relative_to("/a"), p.is_absolute(), list(p.parents)[:2], P("a") / "/b", p.match("*.gz"), P("a/./b//c"), repr(P("a")), P("a") < P("b"), p.as_uri(), P("a/../b"), p.is_relative_to("/a"), p.joinpath("x", "y"), p.full_match("/a/**/*.gz"))
print(os.path.join("a", "b", "/c"), os.path.split("/a/b"), os.path.splitext("x.tar.gz"), os.path.basename("/a/b/"), os.path.normpath("a/../b/./c"), os.path.commonpath(["/a/b", "/a/c"]), os.path.isabs("a"), os.path.relpath("/a/b", "/a/c"), os.path.dirname("x/y"))
with tempfile.TemporaryDirectory() as d:
    root = pathlib.Path(d); f = root / "one.txt"
    print(f.write_text("line 1\nline 2\nü\n", encoding="utf-8"), f.read_text(encoding="utf-8"), f.exists(), f.stat().st_size, f.is_file(), root.is_dir())
    with open(f, encoding="utf-8") as h: print(h.readline(), h.read(3), h.tell(), h.readlines(), h.closed, h.mode, h.encoding)
    print(h.closed)
    with open(f, "ab") as h: print(h.write(b"more\n"), h.tell())
    with open(f, "r+b") as h: h.seek(2); h.write(b"XX"); h.seek(0); print(h.read(6)); h.truncate(6)
    print(f.read_bytes())
    (root / "sub" / "deep").mkdir(parents=True); (root / "sub" / "b.py").touch(); (root / "sub" / "deep" / "c.py").write_text("x")
    print(sorted(x.name for x in root.iterdir()), sorted(x.relative_to(root).as_posix() for x in root.rglob("*.py")), sorted(x.name for x in root.glob("sub/*")), sorted(os.listdir(d)), [(os.path.relpath(a, d), sorted(b), sorted(c)) for a, b, c in os.walk(d)], sorted(e.name for e in os.scandir(d) if e.is_dir()))
    os.rename(f, root / "two.txt"); print(f.exists(), (root / "two.txt").exists()); (root / "two.txt").unlink(); os.makedirs(root / "m" / "n", exist_ok=True); os.removedirs(root / "m" / "n")
    for bad in (lambda: open(f), lambda: open(root), lambda: f.read_text(), lambda: (root / "sub").rmdir(), lambda: (root / "sub").mkdir(), lambda: open(f, "q"), lambda: os.listdir(f), lambda: open(f, "rw"), lambda: open(f, "wb", encoding="x"), lambda: open(root / "sub" / "b.py", "x")):
        try: bad()
        except Exception as e: print(type(e).__name__, str(e).replace(d, "DIR"))
    with open(root / "w", "w", newline="") as h: h.write("a\r\nb\n"); h.writelines(["c", "d"])
    print((root / "w").read_bytes(), open(root / "w").read(), [l for l in open(root / "w", newline="\n")])
    os.symlink(root / "w", root / "link"); print((root / "link").is_symlink(), (root / "link").resolve().name, os.readlink(root / "link") == str(root / "w"))
    fd = os.open(root / "w", os.O_RDONLY); print(os.read(fd, 3), os.fstat(fd).st_size); os.close(fd)
    import shutil
    shutil.copy(root / "w", root / "copy"); shutil.copytree(root / "sub", root / "tree"); print(sorted(x.name for x in (root / "tree").rglob("*"))); shutil.rmtree(root / "tree"); print((root / "tree").exists())
print(os.path.exists(d))
with tempfile.TemporaryFile("w+") as t: t.write("x"); t.seek(0); print(t.read())
