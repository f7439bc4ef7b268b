"""Start-up with what a usual command-line tool imports."""

import sys

import pyperf

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.bench_command("startup_imports", [
        sys.executable, "-c", "import argparse, collections, dataclasses, json, pathlib, re, subprocess, typing"])
