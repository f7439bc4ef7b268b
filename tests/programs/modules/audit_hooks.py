# Audit hooks are told of events, in order, and may refuse them.
import sys

seen = []
watching = True


def hook(event, args):
    if watching and event in ("import", "compile", "exec", "open", "test.event", "sys.addaudithook"):
        seen.append((event, args))


sys.addaudithook(hook)
sys.audit("test.event", 1, "two")
sys.audit("test.event")
try:
    import no_such_module_at_all
except ImportError as e:
    print(e)
code = compile("x = 1", "<text>", "exec")
exec(code)
try:
    open("/no/such/file", "rb")
except OSError as e:
    print(type(e).__name__)
watching = False
for event, args in seen:
    if event == "import":
        print(event, args[0], args[2] is sys.path, args[3] is sys.meta_path, args[4] is sys.path_hooks)
    elif event == "open":
        print(event, args[0], args[1])
    elif event == "exec":
        print(event, args[0] is code)
    else:
        print(event, args)


def refuse(event, args):
    if event == "test.refused":
        raise ValueError(f"refused: {args}")
    if event == "sys.addaudithook":
        raise RuntimeError("no more hooks")


sys.addaudithook(refuse)
try:
    sys.audit("test.refused", 5)
except ValueError as e:
    print(e)
print(sys.addaudithook(lambda event, args: print("never", event)))
sys.audit("test.other")
try:
    sys.audit(5)
except TypeError as e:
    print(e)
