# exit: 1
# Uncaught exception group.
def fail(kind, message):
    raise kind(message)
def collect():
    out = []
    for kind in (ValueError, KeyError):
        try:
            fail(kind, "msg")
        except Exception as e:
            out.append(e)
    try:
        raise ExceptionGroup("inner", [TypeError("t")])
    except ExceptionGroup as e:
        e.add_note("note on inner")
        out.append(e)
    return out
raise ExceptionGroup("outer", collect())
