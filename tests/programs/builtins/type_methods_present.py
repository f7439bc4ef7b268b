# Every public method of the built-in types exists.
import sys
def gen(): yield
async def coro(): pass
async def agen(): yield
c = coro()
values = {"object": object, "int": int, "float": float, "complex": complex, "bool": bool, "str": str, "bytes": bytes, "bytearray": bytearray, "memoryview": memoryview, "list": list, "tuple": tuple,
          "dict": dict, "set": set, "frozenset": frozenset, "range": range, "slice": slice, "property": property, "classmethod": classmethod, "staticmethod": staticmethod, "super": super, "type": type,
          "BaseException": BaseException, "function": type(gen), "generator": type(gen()), "coroutine": type(c), "async_generator": type(agen()), "code": type(gen.__code__), "method": type([].append),
          "cell": type((lambda x: lambda: x)(1).__closure__[0]), "module": type(sys), "NoneType": type(None), "ellipsis": type(...), "NotImplementedType": type(NotImplemented), "mappingproxy": type(int.__dict__),
          "dict_keys": type({}.keys()), "dict_items": type({}.items()), "dict_values": type({}.values()), "enumerate": enumerate, "zip": zip, "map": map, "filter": filter, "reversed": reversed,
          "bound": type(gen.__get__(1)), "GenericAlias": type(list[int]), "Union": type(int | str), "list_iterator": type(iter([])), "ExceptionGroup": ExceptionGroup, "OSError": OSError, "SyntaxError": SyntaxError,
          "traceback": type(None), "frame": type(sys._getframe()), "StopIteration": StopIteration, "UnicodeDecodeError": UnicodeDecodeError, "ImportError": ImportError, "NameError": NameError, "AttributeError": AttributeError}
c.close()
common = set(dir(object))
for name, kind in values.items():
    print(name, kind.__name__, " ".join(n for n in sorted(dir(kind)) if n not in common or kind is object))
