# A negative default of length_hint, null characters in paths that are only looked at, instances as referrers of their class.
import gc
import operator
import os.path
import posixpath


class Hinted:
    def __length_hint__(self):
        return NotImplemented


print(operator.length_hint(None, -1), operator.length_hint(Hinted(), -5), operator.length_hint([1], -1), operator.length_hint(1))
for f in os.path.normpath, posixpath.splitroot, os.path.abspath:
    print(ascii(f("/a/../b\0c")), ascii(f(b"//b\0c")))
print(os.path.exists("a\0b"))


class C:
    pass


kept = [C(), C()]
print(sorted(map(kept.index, (o for o in gc.get_referrers(C) if isinstance(o, C)))))
