# Stacks as text: on demand, on signals, later, and of a crash.
import faulthandler
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time


def collect(write):
    with tempfile.TemporaryFile("w+") as f:
        write(f)
        f.seek(0)
        text = f.read()
    text = re.sub(r"0x[0-9a-f]+( \[[^\]]*\])?", "ID", text)
    text = re.sub(r'File "[^"]*[/\\]', 'File "', text)
    return text


def inner(f, **options):
    faulthandler.dump_traceback(f, **options)


def outer(f, **options):
    inner(f, **options)


print(collect(lambda f: outer(f, all_threads=False)))
print(collect(outer))

entered, leave = threading.Event(), threading.Event()


def waiting():
    entered.set()
    leave.wait()


thread = threading.Thread(target=waiting)
thread.start()
entered.wait()
time.sleep(0.05)
text = collect(outer)
print(text.count("Thread ID"), "in waiting" in text, text.count("Current thread ID"))


def later(f):
    faulthandler.dump_traceback_later(0.05, file=f)
    time.sleep(0.3)
    faulthandler.cancel_dump_traceback_later()


text = collect(later)
print(text.splitlines()[0], "in later" in text, "in waiting" in text)


def cancelled(f):
    faulthandler.dump_traceback_later(0.2, file=f)
    faulthandler.cancel_dump_traceback_later()
    time.sleep(0.4)


print(repr(collect(cancelled)))
leave.set()
thread.join()


def interrupted(f):
    faulthandler.register(signal.SIGUSR1, file=f, all_threads=False)
    os.kill(os.getpid(), signal.SIGUSR1)
    print(faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))


print(collect(interrupted).splitlines()[:2])

for f in (
    lambda: faulthandler.register(signal.SIGSEGV),
    lambda: faulthandler.register(1000),
    lambda: faulthandler.dump_traceback_later(0),
    lambda: faulthandler.dump_traceback_later("x"),
    lambda: faulthandler.dump_traceback_later(1e30),
    lambda: faulthandler.enable(-1),
):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)

print(faulthandler.is_enabled(), faulthandler.enable(), faulthandler.is_enabled(), faulthandler.disable(), faulthandler.disable())

for crash, number in (("_sigsegv()", signal.SIGSEGV), ("_sigabrt()", signal.SIGABRT), ("_sigfpe()", signal.SIGFPE)):
    code = f"import faulthandler, sys\ndef f():\n    faulthandler.{crash}\nf()\n"
    done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", code], stderr=subprocess.PIPE, text=True)
    lines = [re.sub(r"0x[0-9a-f]+( \[[^\]]*\])?", "ID", line) for line in done.stderr.splitlines()]
    print(done.returncode == -number, lines[:5])
