x = 2 * 3 + 1 << 4, -1.5, "a" * 3, (1, 2)[1], 10**20
if x in [1, 2, 3] or x not in {4, 5}:
    y = [1, 2, 3]
if __debug__ and not 0:
    z = f"{x!r:>{y}} and {x=}"
# ---
# code <module> (line 1, 3 registers)
#    1     0 LOADK              r0, (112, -1.5, "aaa", 2, 0x56bc75e2d63100000)
#          1 STORE_NAME         r0, x
#    2     3 LOAD_NAME          r0, x
#          5 LOADK              r1, (1, 2, 3)
#          6 JIN                r0, r1, -> 11
#          7 LOAD_NAME          r0, x
#          9 LOADK              r1, frozenset({4, 5})
#         10 JIN                r0, r1, -> 14
#    3 >  11 BUILD_CONST_LIST   r0, (1, 2, 3)
#         12 STORE_NAME         r0, y
#    5 >  14 LOAD_NAME          r0, x
#         16 CONVERT            r0, r0, 2
#         17 LOADK              r1, ">"
#         18 LOAD_NAME          r2, y
#         20 FORMAT_SIMPLE      r2, r2
#         21 BUILD_STRING       r1, r1, 2
#         22 FORMAT             r0, r0, r1
#         23 LOADK              r1, " and x="
#         24 LOAD_NAME          r2, x
#         26 CONVERT            r2, r2, 2
#         27 FORMAT_SIMPLE      r2, r2
#         28 BUILD_STRING       r0, r0, 3
#         29 STORE_NAME         r0, z
#         31 LOAD_NONE          r0
#         32 RETURN             r0
