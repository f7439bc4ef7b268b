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
#          4 YIELD_FROM         r4, r5, 6
#          5 MOVE               r1, r4
#    3     6 GET_AITER          r4, r1
#      >   7 GET_ANEXT          r6, r4
#          8 LOAD_NONE          r5
#          9 YIELD_FROM         r5, r6, 7
#         10 MOVE               r2, r5
#    4    11 GET_AWAITABLE      r6, r2, 0
#         12 LOAD_NONE          r5
#         13 YIELD_FROM         r5, r6, 7
#         14 INTRINSIC1         r6, AsyncGenWrap, r5
#         15 YIELD              r5, r6, 5
#    3    16 JUMP_BACK          0, -> 7
#      >  18 END_ASYNC_FOR      r5
#    2    19 WITH_EXIT          r4, r3
#         20 GET_AWAITABLE      r5, r4, 2
#         21 LOAD_NONE          r4
#         22 CLEAR              r3, 1
#         23 YIELD_FROM         r4, r5, 6
#         24 JUMP               -> 38
#      >  25 PUSH_EXC           r5, r4
#         26 WITH_EXIT_EXC      r6, r3, r4
#         27 GET_AWAITABLE      r7, r6, 2
#         28 LOAD_NONE          r6
#         29 CLEAR              r3, 1
#         30 YIELD_FROM         r6, r7, 8
#         31 JT                 r6, -> 34
#         32 POP_EXC            r5
#         33 RERAISE            r4
#      >  34 POP_EXC            r5
#         35 JUMP               -> 38
#      >  36 POP_EXC            r5
#         37 RERAISE            r6
#    5 >  38 LOAD_NONE          r3
#         39 RETURN             r3
#      >  40 INTRINSIC1         r3, StopIterationError, r3
#         41 RERAISE            r3
#   1..5 -> 40 r3
#   5..7 -> 25 r4
#   7..10 -> 18 r5
#   10..19 -> 25 r4
#   19..26 -> 40 r3
#   26..32 -> 36 r6
#   32..40 -> 40 r3
