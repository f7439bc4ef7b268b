# Every way to write a number.
print(0, 00, 0_0, 1, 1_000, 0x1F, 0XfF, 0b101, 0B1, 0o17, 0O7, 0x_1_f, 0b_1, 0o_7)
print(1.0, 1., .5, 1e3, 1E-3, 1.5e+10, 1_0.0_1, 1e1_0, 0.0, -0.0, 00.5, 01.5, 0e0, 09.5, 1e400, 1e-400)
print(1j, 1.5J, 1e3j, .5j, 0j, 1_0j, 3 + 4j, -2j, 00j, 1.j)
print(123456789012345678901234567890, 0xffffffffffffffffffffffff, -1, --1, +-+1, ~-1, not 0)
print(1 .real, 1.0.real, 1..real, (1).real, 1if 1else 0, [1for x in range(2)], 5 .__add__(1), 0x1 .real)
print(1_2_3, 1_2.3_4e5_6, 0xdead_beef, int("1_2"), float("1_2.5"), complex("1_0j"))
print(0.1 + 0.2, 1e16, 1e15, 123456789.123456789, 1e22, 1.7976931348623157e308, 5e-324, 2.5e-8, 100000000000000000.0, 0.00001, 0.0001)
print(10 ** 18, 2 ** 62, 2 ** 63, 2 ** 64, -2 ** 63, 4611686018427387904, -4611686018427387905)
for bad in ("0777", "1__0", "1_", "_1 + 0", "0x", "0b", "0o8", "0b2", "1e", "1e+", "1.e", "0xg", "12a", "1.5x", "1_e5", "1e_5", "0_x1", "00001", "1._5", "0b1.5"):
    try: print(bad, eval(bad))
    except (SyntaxError, NameError) as e: print(bad, "->", type(e).__name__, getattr(e, "msg", e))
