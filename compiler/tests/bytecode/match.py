def f(v):
    match v:
        case 0 | 1:
            return "small"
        case [x, *rest] if rest:
            return x
        case {"k": k, **others}:
            return k, others
        case P(x=y) as z:
            return y, z
        case _:
            return None
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
# code f (line 1, 12 registers)
#   locals: v, x, rest, k, others, y, z
#    2     0 MOVE               r7, r0
#    3     1 JEQI               r7, #0, -> 3
#          2 JNEQI              r7, #1, -> 5
#    4 >   3 LOADK              r8, "small"
#          4 RETURN             r8
#    5 >   5 MATCH_SEQUENCE     r8, r7
#          6 JF                 r8, -> 14
#          7 GET_LEN            r8, r7
#          8 JNGEI              r8, #1, -> 14
#          9 UNPACK_EX          r7, r8, 1
#         10 MOVE               r1, r8
#         11 MOVE               r2, r9
#         12 JF                 r2, -> 14
#    6    13 RETURN             r1
#    7 >  14 MATCH_MAPPING      r8, r7
#         15 JF                 r8, -> 31
#         16 GET_LEN            r8, r7
#         17 JNGEI              r8, #1, -> 31
#         18 LOADK              r9, "k"
#         19 BUILD_TUPLE        r8, r9, 1
#         20 MATCH_KEYS         r9, r7, r8
#         21 JNONE              r9, -> 31
#         22 UNPACK             r9, r10, 1
#         24 COPY_WITHOUT_KEYS  r11, r7, r8
#         25 MOVE               r3, r10
#         26 MOVE               r4, r11
#    8    27 MOVE               r8, r3
#         28 MOVE               r9, r4
#         29 BUILD_TUPLE        r8, r8, 2
#         30 RETURN             r8
#    9 >  31 MOVE               r9, r7
#         32 LOAD_GLOBAL        r10, P
#         34 LOADK              r11, ("x")
#         35 MATCH_CLASS        r8, r9, 0
#         36 JNONE              r8, -> 45
#         37 UNPACK             r8, r9, 1
#         39 MOVE               r5, r9
#         40 MOVE               r6, r7
#   10    41 MOVE               r8, r5
#         42 MOVE               r9, r6
#         43 BUILD_TUPLE        r8, r8, 2
#         44 RETURN             r8
#   11 >  45 NOP                
#   12    46 LOAD_NONE          r8
#         47 RETURN             r8
