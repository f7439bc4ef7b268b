class C(Base, metaclass=M):
    """Doc."""

    x: int = 1

    def __init__(self, v, *, w=2):
        super().__init__(v)
        self.v = v
        self.__w = w
# ---
# code <module> (line 1, 13 registers)
#    1     0 LOAD_BUILD_CLASS   r1
#          1 LOAD_EMPTY         r9
#          2 LOAD_EMPTY         r10
#          3 LOAD_EMPTY         r11
#          4 LOAD_EMPTY         r12
#          5 MAKE_FUNCTION      r8, <code C>, r9
#          6 LOADK              r9, "C"
#          7 MOVE               r10, r9
#          8 MOVE               r9, r8
#          9 LOAD_EMPTY         r8
#         10 LOAD_NAME          r11, Base
#         12 LOAD_NAME          r12, M
#         14 LOADK              r0, ("metaclass")
#         15 CALL_KW            r0, r0, 5
#         17 STORE_NAME         r0, C
#         19 LOAD_NONE          r0
#         20 RETURN             r0
#
# code C (line 1, 8 registers)
#   cells: __class__=r0, __classdict__=r1
#          0 MAKE_CELL          r0
#          1 MAKE_CELL          r1
#    1     2 LOAD_NAME          r2, __name__
#          4 STORE_NAME         r2, __module__
#          6 LOADK              r2, "C"
#          7 STORE_NAME         r2, __qualname__
#          9 LOADI              r2, #1
#         10 STORE_NAME         r2, __firstlineno__
#         12 LOAD_LOCALS        r2
#         13 STORE_CELL         r1, r2
#    2    14 LOADK              r2, "Doc."
#         15 STORE_NAME         r2, __doc__
#    4    17 LOADI              r2, #1
#         18 STORE_NAME         r2, x
#    6    20 LOAD_EMPTY         r2
#         21 LOADK              r6, "w"
#         22 LOADI              r7, #2
#         23 BUILD_MAP          r3, r6, 1
#         24 LOAD_EMPTY         r4
#         25 MOVE               r6, r0
#         26 BUILD_TUPLE        r5, r6, 1
#         27 MAKE_FUNCTION      r2, <code C.__init__>, r2
#         28 STORE_NAME         r2, __init__
#    1    30 LOAD_EMPTY         r3
#         31 LOAD_EMPTY         r4
#         32 LOAD_EMPTY         r5
#         33 MOVE               r7, r1
#         34 BUILD_TUPLE        r6, r7, 1
#         35 MAKE_FUNCTION      r2, <code C.__annotate__>, r3
#         36 STORE_NAME         r2, __annotate_func__
#         38 LOADK              r2, ("v", "__w")
#         39 STORE_NAME         r2, __static_attributes__
#         41 MOVE               r2, r1
#         42 STORE_NAME         r2, __classdictcell__
#         44 MOVE               r2, r0
#         45 STORE_NAME         r2, __classcell__
#         47 RETURN             r2
#
# code C.__init__ (line 6, 16 registers)
#   locals: self, v, w
#   free from r3: __class__
#          0 COPY_FREE          r3, 1
#    7     1 LOAD_GLOBAL        r13, super
#          3 LOAD_CELL          r14, r3, __class__
#          4 MOVE               r15, r0
#          5 LOAD_SUPER_METHOD  r4, r13, __init__
#          6 MOVE               r13, r1
#          7 CALL_METHOD        r4, r4, 2
#    8     9 STORE_ATTR         r0, v, r1
#    9    11 STORE_ATTR         r0, _C__w, r2
#         13 LOAD_NONE          r4
#         14 RETURN             r4
#
# code C.__annotate__ (line 1, 5 registers)
#   locals: format
#   free from r1: __classdict__
#          0 COPY_FREE          r1, 1
#    1     1 JNGTI              r0, #2, -> 5
#          2 LOAD_GLOBAL        r2, NotImplementedError
#          4 RAISE              r2, 0, r2
#      >   5 BUILD_MAP          r2, r3, 0
#    4     6 LOADK              r3, "x"
#          7 LOAD_CELL          r4, r1, __classdict__
#          8 LOAD_FROM_DICT_OR_GLOBALS r4, int, r4
#          9 MAP_ADD            r2, r3, r4
#         10 RETURN             r2
