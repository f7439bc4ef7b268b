async def f(a):
    async with a as b:
        async for i in b:
            yield await i
    return
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
# code f (line 1, 8 registers)
#   locals: a, b, i
#    1     0 RETURN_GENERATOR   
#    2     1 ASYNC_WITH_ENTER   r3, r0
#          2 GET_AWAITABLE      r5, r4, 1
#          3 LOAD_NONE          r4
#          4 YIELD_FROM         r4, r5, 1
#          5 MOVE               r1, r4
#    3     6 GET_AITER          r4, r1
#      >   7 GET_ANEXT          r6, r4
#          8 LOAD_NONE          r5
#          9 YIELD_FROM         r5, r6, 1
#         10 MOVE               r2, r5
#    4    11 GET_AWAITABLE      r6, r2, 0
#         12 LOAD_NONE          r5
#         13 YIELD_FROM         r5, r6, 1
#         14 INTRINSIC1         r6, AsyncGenWrap, r5
#         15 YIELD              r5, r6
#    3    16 JUMP_BACK          0, -> 7
#      >  18 END_ASYNC_FOR      r5
#    2    19 WITH_EXIT          r4, r3
#         20 GET_AWAITABLE      r5, r4, 2
#         21 LOAD_NONE          r4
#         22 YIELD_FROM         r4, r5, 1
#         23 JUMP               -> 36
#      >  24 PUSH_EXC           r5, r4
#         25 WITH_EXIT_EXC      r6, r3, r4
#         26 GET_AWAITABLE      r7, r6, 2
#         27 LOAD_NONE          r6
#         28 YIELD_FROM         r6, r7, 1
#         29 JT                 r6, -> 32
#         30 POP_EXC            r5
#         31 RERAISE            r4
#      >  32 POP_EXC            r5
#         33 JUMP               -> 36
#      >  34 POP_EXC            r5
#         35 RERAISE            r6
#    5 >  36 LOAD_NONE          r3
#         37 RETURN             r3
#      >  38 INTRINSIC1         r3, StopIterationError, r3
#         39 RERAISE            r3
#   1..5 -> 38 r3
#   5..7 -> 24 r4
#   7..10 -> 18 r5
#   10..19 -> 24 r4
#   19..25 -> 38 r3
#   25..30 -> 34 r6
#   30..38 -> 38 r3
