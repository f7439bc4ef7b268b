def f(n, rows):
    total = 0
    for k, v in rows:
        if k < 5 and not v:
            continue
        total += v
    while n > 0:
        n -= 1
        if n == 3:
            break
    else:
        return None
    return total
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
# code f (line 1, 7 registers)
#   locals: n, rows, total, k, v
#    2     0 LOADI              r2, #0
#    3     1 GET_ITER           r5, r1
#      >   2 FOR_ITER           r6, r5, -> 14
#          4 UNPACK_ITEM        r6, r3, 2
#    4     6 JNLTI              r3, #5, -> 10
#          7 JT                 r4, -> 10
#    5     8 JUMP_BACK          0, -> 2
#    6 >  10 IADD               r2, r2, r4
#    3    12 JUMP_BACK          0, -> 2
#    7 >  14 JNGTI              r0, #0, -> 22
#    8    15 ISUBI              r0, r0, #1
#    9    17 JNEQI              r0, #3, -> 20
#   10    18 NOP                
#         19 JUMP               -> 24
#    7 >  20 JUMP_BACK          1, -> 14
#   12 >  22 LOAD_NONE          r5
#         23 RETURN             r5
#   13 >  24 RETURN             r2
