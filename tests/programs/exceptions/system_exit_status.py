# exit: 7
# SystemExit gives the status and prints nothing; atexit-like finally blocks run.
def f():
    try:
        raise SystemExit(7)
    finally:
        print("finally runs")
try:
    f()
except Exception:
    print("not caught by Exception")
