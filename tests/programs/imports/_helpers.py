"""Helper doc."""
value = 42
counter = 0
_private = 1
def function(x): return x * value
def bump():
    global counter
    counter += 1
    return counter
