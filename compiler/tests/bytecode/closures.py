def outer(a):
    b = 1

    def inner(c):
        nonlocal b
        b += a
        return [a * i for i in c if i], lambda: b

    del a
    return inner
# ---
# code <module> (line 1, 4 registers)
#    1     0 LOAD_EMPTY         r0
#          1 LOAD_EMPTY         r1
#          2 LOAD_EMPTY         r2
#          3 LOAD_EMPTY         r3
#          4 MAKE_FUNCTION      r0, <code outer>, r0
#          5 STORE_NAME         r0, outer
#          7 LOAD_NONE          r0
#          8 RETURN             r0
#
# code outer (line 1, 9 registers)
#   locals: a, inner
#   cells: a=r0, b=r2
#          0 MAKE_CELL          r0
#          1 MAKE_CELL          r2
#    2     2 LOADI              r3, #1
#          3 STORE_CELL         r2, r3
#    4     4 LOAD_EMPTY         r3
#          5 LOAD_EMPTY         r4
#          6 LOAD_EMPTY         r5
#          7 MOVE               r7, r0
#          8 MOVE               r8, r2
#          9 BUILD_TUPLE        r6, r7, 2
#         10 MAKE_FUNCTION      r1, <code outer.<locals>.inner>, r3
#    9    11 DELETE_CELL        r0, a
#   10    12 RETURN             r1
#
# code outer.<locals>.inner (line 4, 10 registers)
#   locals: c, i
#   free from r2: a, b
#          0 COPY_FREE          r2, 2
#    6     1 LOAD_CELL          r4, r3, b
#          2 LOAD_CELL          r5, r2, a
#          3 IADD               r4, r4, r5
#          5 STORE_CELL         r3, r4
#    7     6 GET_ITER           r5, r0
#          7 BUILD_LIST         r4, r6, 0
#      >   8 FOR_ITER           r1, r5, -> 17
#         10 JF                 r1, -> 15
#         11 LOAD_CELL          r6, r2, a
#         12 MUL                r6, r6, r1
#         14 LIST_APPEND        r4, r6
#      >  15 JUMP_BACK          0, -> 8
#      >  17 LOAD_EMPTY         r1
#         18 LOAD_EMPTY         r5
#         19 LOAD_EMPTY         r6
#         20 LOAD_EMPTY         r7
#         21 MOVE               r9, r3
#         22 BUILD_TUPLE        r8, r9, 1
#         23 MAKE_FUNCTION      r5, <code outer.<locals>.inner.<locals>.<lambda>>, r5
#         24 BUILD_TUPLE        r4, r4, 2
#         25 RETURN             r4
#
# code outer.<locals>.inner.<locals>.<lambda> (line 7, 2 registers)
#   free from r0: b
#          0 COPY_FREE          r0, 1
#    7     1 LOAD_CELL          r1, r0, b
#          2 RETURN             r1
