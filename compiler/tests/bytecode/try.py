def f(x):
    try:
        return g(x)
    except (A, B) as e:
        if e:
            raise
    finally:
        x = None
    with h(x) as y:
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
#   locals: x, e, y
#    2     0 NOP                
#          1 NOP                
#    3     2 LOAD_GLOBAL        r4, g
#          4 MOVE               r11, r0
#          5 CALL               r3, r3, 1
#    8     7 LOAD_NONE          r0
#    3     8 RETURN             r3
#      >   9 PUSH_EXC           r4, r3
#    4    10 LOAD_GLOBAL        r5, A
#         12 LOAD_GLOBAL        r6, B
#         14 BUILD_TUPLE        r5, r5, 2
#         15 MATCH_EXC          r5, r3, r5
#         16 JF                 r5, -> 26
#         17 MOVE               r1, r3
#    5    18 JF                 r1, -> 20
#    6    19 RAISE              r5, 2, r5
#      >  20 LOAD_EMPTY         r1
#         21 JUMP               -> 24
#      >  22 LOAD_EMPTY         r1
#         23 RERAISE            r5
#      >  24 POP_EXC            r4
#         25 JUMP               -> 30
#      >  26 POP_EXC            r4
#         27 RERAISE            r3
#      >  28 POP_EXC            r4
#         29 RERAISE            r5
#    8 >  30 LOAD_NONE          r0
#         31 JUMP               -> 38
#      >  32 PUSH_EXC           r4, r3
#         33 LOAD_NONE          r0
#         34 POP_EXC            r4
#         35 RERAISE            r3
#      >  36 POP_EXC            r4
#         37 RERAISE            r5
#    9 >  38 LOAD_GLOBAL        r4, h
#         40 MOVE               r11, r0
#         41 CALL               r3, r3, 1
#         43 WITH_ENTER         r3, r3
#         44 MOVE               r2, r4
#         45 WITH_EXIT          r4, r3
#   10    46 RETURN             r2
#    9 >  47 PUSH_EXC           r5, r4
#         48 WITH_EXIT_EXC      r6, r3, r4
#         49 JT                 r6, -> 52
#         50 POP_EXC            r5
#         51 RERAISE            r4
#      >  52 POP_EXC            r5
#         53 JUMP               -> 56
#      >  54 POP_EXC            r5
#         55 RERAISE            r6
#      >  56 LOAD_NONE          r3
#         57 RETURN             r3
#   1..2 -> 32 r3
#   2..7 -> 9 r3
#   9..10 -> 32 r3
#   10..18 -> 28 r5
#   18..20 -> 22 r5
#   20..24 -> 28 r5
#   24..30 -> 32 r3
#   33..34 -> 36 r5
#   44..45 -> 47 r4
#   48..50 -> 54 r6
