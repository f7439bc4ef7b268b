"""Runs one unit of CPython's tests in the interpreter under test and prints one line for each test.

Usage: unit_runner.py UNIT DONE_FILE [--tests-beside FOLDER]

UNIT is a module name below `test`; the tests named in DONE_FILE (one id a line) are not run again: the driver starts this
script anew after a crash or a hang, and goes on behind the test that caused it. The lines, on standard output:
    @start ID           about to run
    @passed ID, @failed ID TEXT, @error ID TEXT, @skipped ID TEXT, @xfail ID, @xpass ID
    @count N            tests found       @module-error TEXT     the unit cannot be loaded       @done     the end was reached
"""

import os
import sys

STANDINS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "standins")


def out(mark, name="", text=""):
    line = " ".join(part for part in ("@" + mark, name.replace(" ", "~").replace("\n", "~"), text) if part)
    sys.__stdout__.write("\n" + line.replace("\n", "\\n")[:600] + "\n")
    sys.__stdout__.flush()


def main():
    unit, done_file = sys.argv[1], sys.argv[2]
    if len(sys.argv) > 4 and sys.argv[3] == "--tests-beside":
        sys.path.insert(0, sys.argv[4])
    else:
        # The folder of this script is no place to import from.
        sys.path.pop(0)
    # What the interpreter has itself comes first.
    sys.path.append(STANDINS)
    try:
        with open(done_file) as listed:
            done = set(listed.read().split("\n"))
    except OSError:
        done = set()
    try:
        import unittest
        import test.support
        test.support.verbose = 0
        test.support.use_resources = []
        loader = unittest.TestLoader()
        module = __import__("test." + unit, fromlist=["*"])
        suite = loader.loadTestsFromModule(module)
    except BaseException as error:
        if type(error).__name__ == "SkipTest":
            out("module-skipped", text=str(error))
            out("done")
            return
        out("module-error", text=f"{type(error).__name__}: {error}")
        import traceback
        traceback.print_exc()
        return

    def identify(one):
        name = one.id()
        return name.removeprefix("test." + unit + ".").replace(" ", "~").replace("\n", "~")

    class Result(unittest.TestResult):
        def startTest(self, one):
            super().startTest(one)
            self.outcome = ("passed", "")
            out("start", identify(one))

        def stopTest(self, one):
            super().stopTest(one)
            out(self.outcome[0], identify(one), self.outcome[1])

        def note(self, one, outcome, text=""):
            if not hasattr(one, "_testMethodName") and not hasattr(one, "_dt_test") and type(one).__name__ == "_ErrorHolder":
                out("error" if outcome != "skipped" else "skipped", identify(one), text)
            elif self.outcome[0] in ("passed", "skipped", "xfail"):
                self.outcome = (outcome, text)

        def brief(self, error):
            try:
                return f"{error[0].__name__}: {str(error[1])[:300]}"
            except BaseException:
                return error[0].__name__

        def addError(self, one, error):
            self.note(one, "error", self.brief(error))

        def addFailure(self, one, error):
            self.note(one, "failed", self.brief(error))

        def addSkip(self, one, reason):
            self.note(one, "skipped", reason)

        def addExpectedFailure(self, one, error):
            self.note(one, "xfail")

        def addUnexpectedSuccess(self, one):
            self.note(one, "xpass")

        def addSubTest(self, one, subtest, error):
            if error is not None:
                failed = issubclass(error[0], one.failureException)
                self.note(one, "failed" if failed else "error", f"{subtest._subDescription()} {self.brief(error)}")

    def sift(suite):
        """The suite without what is done; suites keep their shape, for the fixtures of classes and modules."""
        kept = []
        for one in suite:
            if isinstance(one, unittest.TestSuite):
                sift(one)
                kept.append(one)
            elif identify(one) not in done:
                kept.append(one)
        suite._tests = kept
        return suite

    suite = sift(suite)
    out("count", text=str(suite.countTestCases()))
    suite.run(Result())
    out("done")


if __name__ == "__main__":
    main()
