//! Times operations on integers of 20 to 100,000 decimal digits, as nanoseconds a call. `digits.py` beside it prints the
//! same table for a Python to compare with.

use std::hint::black_box;
use std::time::{Duration, Instant};
use taipan_num::{Big, convert, format, int, mag, mt19937::Mt19937, parse, power};

/// The best of five runs, each of at least 10 ms.
fn time<T>(mut operation: impl FnMut() -> T) -> f64 {
    let mut rounds = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(operation());
        }
        if start.elapsed() > Duration::from_millis(10) {
            break;
        }
        rounds *= 2;
    }
    let run = |_| {
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(operation());
        }
        start.elapsed().as_nanos() as f64 / f64::from(rounds)
    };
    (0..5).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let mut random = Mt19937::from_key(&[1]);
    let names = ["add", "mul", "mul1", "sqr", "div", "div2n", "div1", "str", "int", "mod", "gcd", "powmod", "truediv"];
    println!("{:>7} {}", "digits", names.map(|name| format!("{name:>10}")).join(" "));
    for digits in [20u64, 40, 100, 300, 1000, 3000, 10_000, 100_000] {
        let bits = digits * 33_219 / 10_000;
        let mut number = |bits: u64| {
            let low = random.bits(bits);
            int::bit_or(low.as_ref(), int::shl_bits(Big::from(1i64).as_ref(), bits - 1).unwrap().as_ref())
        };
        let (a, b, wide) = (number(bits), number(bits - 7), number(2 * bits));
        let odd = int::bit_or(b.as_ref(), Big::from(1i64).as_ref());
        let small = Big::from(1_234_567i64);
        let (a, b, c, wide) = (a.as_ref(), b.as_ref(), small.as_ref(), wide.as_ref());
        let text = format::decimal(a);
        let exponent = if digits <= 1000 { a } else { c };
        let times = [
            time(|| int::add(a, b)),
            time(|| int::mul(a, b)),
            time(|| int::mul(a, c)),
            time(|| int::square(a)),
            time(|| int::floor_div(a, b)),
            time(|| int::floor_div(wide, b)),
            time(|| int::floor_div(a, c)),
            time(|| format::decimal(a)),
            time(|| parse::parse_ascii(text.as_bytes(), 10)),
            time(|| int::floor_mod(wide, b)),
            time(|| power::gcd(a, b)),
            time(|| power::pow_mod(a, exponent, odd.as_ref())),
            time(|| convert::true_div(a, b)),
        ];
        println!("{digits:>7} {}", times.map(|time| format!("{time:>10.0}")).join(" "));
        assert!(mag::bit_length(a.limbs) == bits);
    }
}
