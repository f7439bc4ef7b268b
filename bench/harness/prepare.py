"""Fetches what the lines need into `target/bench`: the pyperformance scripts and the pure-Python packages they use.

Nothing fetched is ever changed or committed. Packages are taken as pure-Python wheels or, where there is none, as the Python
files of the source distribution: every interpreter runs the same files, and no compiled speed-up helps one of them.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

from support.interpreters import ROOT, target_folder

PYPERFORMANCE = "pyperformance==1.14.0"
STANDIN = ROOT / "bench" / "pyperf_standin"

# What pip resolves for pyperformance beyond the pinned requirements of the scripts; same rule, versions of the same time.
EXTRA = {
    "sphinx": ["alabaster==0.7.16", "babel==2.14.0", "docutils==0.20.1", "imagesize==1.4.1", "jinja2==3.1.3",
               "markupsafe==2.1.5", "packaging==24.0", "pygments==2.17.2", "requests==2.31.0", "certifi==2024.2.2",
               "charset-normalizer==3.3.2", "idna==3.7", "urllib3==2.2.1", "snowballstemmer==2.2.0",
               "sphinxcontrib-applehelp==1.0.8", "sphinxcontrib-devhelp==1.0.6", "sphinxcontrib-htmlhelp==2.0.5",
               "sphinxcontrib-jsmath==1.0.1", "sphinxcontrib-qthelp==1.0.7", "sphinxcontrib-serializinghtml==1.1.10"],
    "xdsl": ["immutabledict==4.2.1", "ordered-set==4.1.0", "typing-extensions==4.15.0"],
    "django_template": ["distutils"],
    "sympy": ["distutils"],
}
LEFT_OUT = {"greenlet"}


class Unavailable(Exception):
    """What a line needs cannot be had."""


def folder():
    """Where everything fetched lies."""
    path = target_folder() / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def _pip(arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode != 0:
        last = [line for line in answer.stderr.splitlines() if line.strip()][-1:] or ["no message"]
        raise Unavailable(last[0].strip())


def install(requirement, place):
    """Install a package with what it needs, compiled parts included, into a folder for the interpreter that runs this."""
    partial = place.with_name(place.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    _pip(["install", "--quiet", "--only-binary=:all:", "--root-user-action=ignore", "--target", str(partial), requirement])
    partial.rename(place)


def scripts():
    """The folder of the benchmark scripts, fetched once."""
    place = folder() / "pyperformance"
    found = place / "pyperformance" / "data-files" / "benchmarks"
    if not found.is_dir():
        wheels = folder() / "wheels"
        _pip(["download", "--quiet", "--no-deps", "--only-binary=:all:", "-d", str(wheels), PYPERFORMANCE])
        wheel = next(wheels.glob("pyperformance-*.whl"))
        partial = place.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        shutil.rmtree(place, ignore_errors=True)
        partial.rename(place)
    return found


def _extract_source(archive, destination):
    """Copy the importable packages and modules of a source distribution."""
    unpacked = destination.with_suffix(".source")
    shutil.rmtree(unpacked, ignore_errors=True)
    if archive.name.endswith(".zip"):
        with zipfile.ZipFile(archive) as source:
            source.extractall(unpacked)
    else:
        with tarfile.open(archive) as source:
            source.extractall(unpacked, filter="data") if hasattr(tarfile, "data_filter") else source.extractall(unpacked)
    top = next(path for path in unpacked.iterdir() if path.is_dir())
    for base in [top / "src", top / "lib", top]:
        packages = [path for path in base.iterdir() if (path / "__init__.py").is_file()
                    and path.name not in ("tests", "test", "docs", "doc", "examples")] if base.is_dir() else []
        modules = [path for path in base.glob("*.py") if path.stem not in ("setup", "conftest")] if base.is_dir() else []
        if packages or (modules and base != top):
            for package in packages:
                shutil.copytree(package, destination / package.name, dirs_exist_ok=True)
            for module in modules:
                if base != top:
                    shutil.copy(module, destination / module.name)
            break
    shutil.rmtree(unpacked, ignore_errors=True)


def _distutils():
    """`distutils` left the standard library with 3.12; setuptools carries it on."""
    place = folder() / "packages" / "distutils"
    if not place.is_dir():
        source = package("setuptools==75.1.0") / "setuptools" / "_distutils"
        shutil.copytree(source, place / "distutils")
    return place


def package(requirement):
    """The folder that holds one pinned package, fetched once."""
    if requirement == "distutils":
        return _distutils()
    name = re.split(r"[\[=<>]", requirement)[0].strip().lower()
    version = requirement.split("==")[1] if "==" in requirement else "any"
    place = folder() / "packages" / f"{name}-{version}"
    if place.is_dir():
        return place
    failed = place.with_name(place.name + ".failed")
    if failed.exists():
        raise Unavailable(failed.read_text())
    downloads = folder() / "wheels" / f"{name}-{version}"
    partial = place.with_name(place.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        try:
            _pip(["download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.14", "--implementation",
                  "py", "--abi", "none", "--platform", "any", "-d", str(downloads), requirement])
        except Unavailable:
            _pip(["download", "--quiet", "--no-deps", f"--no-binary={name}", "-d", str(downloads), requirement])
    except Unavailable as error:
        failed.parent.mkdir(parents=True, exist_ok=True)
        failed.write_text(f"{requirement}: {error}")
        raise Unavailable(f"{requirement}: {error}") from None
    for archive in downloads.iterdir():
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(partial)
        else:
            _extract_source(archive, partial)
    partial.rename(place)
    return place


def requirements(script):
    """The pinned packages of one script."""
    listed = scripts() / f"bm_{script}" / "requirements.txt"
    found = []
    if listed.is_file():
        for line in listed.read_text().splitlines():
            line = line.split("#")[0].strip()
            if line and re.split(r"[\[=<>]", line)[0] not in LEFT_OUT:
                found.append(line)
    return found + EXTRA.get(script, [])


def extra_options(script, name):
    """The options that pyperformance itself gives the script for this line, from its .toml file."""
    for path in (scripts() / f"bm_{script}").glob("*.toml"):
        table = tomllib.loads(path.read_text()).get("tool", {}).get("pyperformance", {})
        if table.get("name") == name:
            return list(table.get("extra_opts", []))
    return []


def prepare(line):
    """What running a line takes: (script path, folders for the module search path). Raises Unavailable."""
    if line.own:
        path = ROOT / "bench" / "programs" / line.script
        if not path.is_file():
            raise Unavailable(f"there is no {path.relative_to(ROOT)}")
        return path, [STANDIN]
    script = scripts() / f"bm_{line.script}" / "run_benchmark.py"
    if not script.is_file():
        raise Unavailable(f"pyperformance has no {line.script}")
    paths = [STANDIN] + [package(requirement) for requirement in requirements(line.script)]
    vendor = script.parent / "vendor" / "src"
    if vendor.is_dir():
        paths.append(vendor)
    # A young interpreter may not read PYTHONPATH yet; the script's own folder is always searched.
    beside = script.parent / "pyperf.py"
    source = STANDIN / "pyperf.py"
    if not beside.exists() or beside.read_bytes() != source.read_bytes():
        shutil.copy(source, beside)
    return script, paths
