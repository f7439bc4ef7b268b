names = "package body"
exported = "exported"
hidden = "hidden"
__all__ = ["exported"]
def __getattr__(name):
    if name == "lazy": return "lazy value"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
