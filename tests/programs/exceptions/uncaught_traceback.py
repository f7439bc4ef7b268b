# exit: 1
# An uncaught exception: traceback text with carets, causes and notes on standard error.
def inner(x):
    return 1 / x

def middle(y):
    value = inner(y) + inner(
        y + 1
    )
    return value

class C:
    def method(self, d):
        return d["a"]["b"].c(middle(0))

def top():
    try:
        C().method({"a": {"b": C()}})
    except AttributeError as e:
        try:
            middle(0)
        except ZeroDivisionError as z:
            z.add_note("a note")
            z.add_note("two\nlines")
            raise ValueError("final") from z

print("before")
top()
