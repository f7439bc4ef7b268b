def f(c):
    if c:
        x = 1
    print(x)
    print(x)
    del x
    for y in c:
        pass
    return y
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
#   locals: c, x, y
#    2     0 JF                 r0, -> 2
#    3     1 LOADI              r1, #1
#    4 >   2 LOAD_GLOBAL        r4, print
#          4 CHECK_BOUND        r1, x
#          5 MOVE               r11, r1
#          6 CALL               r3, r3, 1
#    5     8 LOAD_GLOBAL        r4, print
#         10 MOVE               r11, r1
#         11 CALL               r3, r3, 1
#    6    13 LOAD_EMPTY         r1
#    7    14 GET_ITER           r3, r0
#      >  15 FOR_ITER           r2, r3, -> 20
#    8    17 NOP                
#    7    18 JUMP_BACK          0, -> 15
#    9 >  20 CHECK_BOUND        r2, y
#         21 RETURN             r2
