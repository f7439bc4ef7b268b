def f(a, b, **k):
    a.m(1).n(b, x=2)
    a(*b, c, **k)
    x, y = y0, x0 = b, a
    x, y = y, x
    return a and b or not k
# ---
# code <module> (line 1, 4 registers)
#    1     0 LOAD_EMPTY         r0
#          1 LOAD_EMPTY         r1
#          2 LOAD_EMPTY         r2
#          3 LOAD_EMPTY         r3
#          4 MAKE_FUNCTION      r0, <code f>, r0
#          5 STORE_NAME         r0, f
#          7 LOAD_NONE          r0
#          8 RETURN             r0
#
# code f (line 1, 18 registers)
#   locals: a, b, k, x, y, y0, x0
#    2     0 LOAD_METHOD        r7, r0, m
#          2 LOADI              r16, #1
#          3 CALL_METHOD        r15, r7, 2
#          5 LOAD_METHOD        r7, r15, n
#          7 MOVE               r16, r1
#          8 LOADI              r17, #2
#          9 LOADK              r7, ("x")
#         10 CALL_KW            r7, r7, 3
#    3    12 MOVE               r8, r0
#         13 BUILD_LIST         r15, r15, 0
#         14 LIST_EXTEND        r15, r1
#         15 LOAD_GLOBAL        r16, c
#         17 LIST_APPEND        r15, r16
#         18 LIST_TO_TUPLE      r15, r15
#         19 BUILD_MAP          r16, r17, 0
#         20 DICT_MERGE         r16, r2, r8
#         21 CALL_EX            r7, r7
#    4    22 MOVE               r7, r1
#         23 MOVE               r8, r0
#         24 BUILD_TUPLE        r7, r7, 2
#         25 UNPACK             r7, r3, 2
#         27 UNPACK             r7, r5, 2
#    5    29 MOVE               r7, r3
#         30 MOVE               r3, r4
#         31 MOVE               r4, r7
#    6    32 MOVE               r7, r0
#         33 JF                 r7, -> 36
#         34 MOVE               r7, r1
#         35 JT                 r7, -> 37
#      >  36 NOT                r7, r2
#      >  37 RETURN             r7
