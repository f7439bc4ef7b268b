//! Natural numbers in base 10^19, lowest limb first: what coefficients of more than 38 digits are made of. In this base shifting and
//! rounding by decimal digits, counting them and writing them down take linear time, which is most of what decimal arithmetic does;
//! products of many limbs are made by `transform`.
//!
//! Invariant: inputs and results have no zero limb at their high end, unless a function says otherwise; zero has no limbs.

use super::transform;
use std::cmp::Ordering;

/// 10^19, the largest power of ten that fits a machine word. Its highest bit is set, which division relies on.
pub const BASE: u64 = 10_000_000_000_000_000_000;
/// Decimal digits of a limb.
pub const WIDTH: usize = 19;
/// ⌊(2^128 - 1) / BASE⌋ - 2^64
const RECIPROCAL: u64 = 15_581_492_618_384_294_730;

/// From this many limbs in the smaller factor on, a transform beats the schoolbook.
const TRANSFORM: usize = 80;
/// From this many limbs in the divisor and the quotient on, recursive division beats the schoolbook.
const RECURSE: usize = 120;

pub static POWERS: [u64; 20] = {
    let mut table = [1; 20];
    let mut i = 1;
    while i < 20 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// `x` divided by [`BASE`]; the quotient fits a word, so `x / 2^64 < BASE` (Möller, Granlund: Improved division by invariant
/// integers, algorithm 4).
#[inline(always)]
fn divide_by_base(x: u128) -> (u64, u64) {
    let (high, low) = ((x >> 64) as u64, x as u64);
    let guess = u128::from(RECIPROCAL) * u128::from(high) + x;
    let mut quotient = ((guess >> 64) as u64).wrapping_add(1);
    let mut rest = low.wrapping_sub(quotient.wrapping_mul(BASE));
    if rest > guess as u64 {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(BASE);
    }
    if rest >= BASE {
        quotient = quotient.wrapping_add(1);
        rest -= BASE;
    }
    (quotient, rest)
}

/// `x` as (x / BASE², the limbs of what is left, lower first).
#[inline(always)]
pub fn split(x: u128) -> (u64, u64, u64) {
    let (top, rest) = if (x >> 64) as u64 >= BASE { (1, x - (u128::from(BASE) << 64)) } else { (0, x) };
    let (quotient, low) = divide_by_base(rest);
    // x / BASE = top * 2^64 + quotient, below 2^65.
    let (high, middle) = divide_by_base(u128::from(quotient) | u128::from(top as u64) << 64);
    (low, middle, high)
}

pub fn trim(a: &mut Vec<u64>) {
    while a.last() == Some(&0) {
        a.pop();
    }
}

pub fn trimmed(mut a: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = a {
        a = rest;
    }
    a
}

pub fn from_u128(x: u128) -> Vec<u64> {
    let (low, middle, high) = split(x);
    let mut out = vec![low, middle, high];
    trim(&mut out);
    out
}

/// The number, if it has at most two limbs.
pub fn to_u128(a: &[u64]) -> Option<u128> {
    match *a {
        [] => Some(0),
        [a] => Some(a.into()),
        [a, b] => Some(u128::from(b) * u128::from(BASE) + u128::from(a)),
        _ => None,
    }
}

/// Decimal digits of a word; 1 for zero.
#[inline(always)]
pub fn word_digits(x: u64) -> usize {
    let guess = ((64 - (x | 1).leading_zeros()) as usize * 1233) >> 12;
    guess + usize::from(x >= POWERS[guess]) + usize::from(x == 0)
}

/// Decimal digits; 1 for zero.
pub fn digits(a: &[u64]) -> usize {
    match a {
        [] => 1,
        [rest @ .., high] => rest.len() * WIDTH + word_digits(*high),
    }
}

pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

pub fn add(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut out = Vec::with_capacity(long.len() + 1);
    out.extend_from_slice(long);
    if add_assign(&mut out, short) {
        out.push(1);
    }
    out
}

/// `acc += b` within the limbs of `acc`, at least as many as `b` has; tells the carry.
pub fn add_assign(acc: &mut [u64], b: &[u64]) -> bool {
    let mut carry = false;
    for (i, x) in acc.iter_mut().enumerate() {
        let y = match b.get(i) {
            Some(y) => *y,
            None if !carry => return false,
            None => 0,
        };
        // Both are below BASE, so that the sum overflows a word only where it is at least BASE.
        let (sum, over) = x.overflowing_add(y + u64::from(carry));
        carry = over || sum >= BASE;
        *x = if carry { sum.wrapping_sub(BASE) } else { sum };
    }
    carry
}

/// `a - b`, for a >= b.
pub fn sub(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = a.to_vec();
    let borrow = sub_assign(&mut out, b);
    debug_assert!(!borrow);
    trim(&mut out);
    out
}

/// `acc -= b` within the limbs of `acc`, at least as many as `b` has; tells the borrow.
pub fn sub_assign(acc: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (i, x) in acc.iter_mut().enumerate() {
        let y = match b.get(i) {
            Some(y) => *y,
            None if !borrow => return false,
            None => 0,
        };
        let (difference, under) = x.overflowing_sub(y + u64::from(borrow));
        borrow = under;
        *x = if under { difference.wrapping_add(BASE) } else { difference };
    }
    borrow
}

pub fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    match *short {
        [] => Vec::new(),
        [factor] => mul_word(long, factor),
        _ if short.len() < TRANSFORM => {
            let mut out = vec![0; long.len() + short.len()];
            mul_columns(&mut out, long, short);
            trim(&mut out);
            out
        }
        // The longer one in pieces as long as the shorter one, or a transform would be mostly zeros.
        _ if long.len() > 2 * short.len() => {
            let mut out = vec![0; long.len() + short.len()];
            for (i, piece) in long.chunks(short.len()).enumerate() {
                let product = mul(trimmed(piece), short);
                add_assign(&mut out[i * short.len()..], &product);
            }
            trim(&mut out);
            out
        }
        _ => {
            let mut out = transform::multiply(long, short);
            trim(&mut out);
            out
        }
    }
}

/// `a * factor`, for a factor of one limb.
pub fn mul_word(a: &[u64], factor: u64) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + 1);
    let mut carry = 0;
    for &x in a {
        let (quotient, rest) = divide_by_base(u128::from(x) * u128::from(factor) + u128::from(carry));
        out.push(rest);
        carry = quotient;
    }
    out.push(carry);
    trim(&mut out);
    out
}

/// The schoolbook column by column: products are added up in three words, which are divided once a column.
fn mul_columns(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (mut low, mut high) = (0u128, 0u64);
    for column in 0..out.len() {
        let from = column.saturating_sub(b.len() - 1);
        let to = (column + 1).min(a.len());
        for (x, y) in a[from.min(to)..to].iter().zip(b[..(column + 1 - from).min(b.len())].iter().rev()) {
            let (sum, carry) = low.overflowing_add(u128::from(*x) * u128::from(*y));
            low = sum;
            high += u64::from(carry);
        }
        (out[column], low) = carry_out(low, high);
        high = 0;
    }
    debug_assert!(low == 0);
}

/// A limb and what is carried on, of a number of three words below BASE * 2^128.
#[inline(always)]
fn carry_out(low: u128, high: u64) -> (u64, u128) {
    let (top, rest) = divide_by_base(u128::from(high) << 64 | low >> 64);
    let (quotient, rest) = divide_by_base(u128::from(rest) << 64 | u128::from(low as u64));
    (rest, u128::from(top) << 64 | u128::from(quotient))
}

/// A limb and what is carried on, for the columns of a transform.
#[inline(always)]
pub fn carry_column(low: u128, high: u64) -> (u64, u128) {
    carry_out(low, high)
}

/// `a` divided by a word below [`BASE`]; the quotient takes the place of `a`.
pub fn div_word(a: &mut Vec<u64>, by: u64) -> u64 {
    let mut rest = 0;
    for x in a.iter_mut().rev() {
        let all = u128::from(rest) * u128::from(BASE) + u128::from(*x);
        (*x, rest) = if by == BASE { divide_by_base(all) } else { ((all / u128::from(by)) as u64, (all % u128::from(by)) as u64) };
    }
    trim(a);
    rest
}

/// Quotient and remainder; `b` is not zero.
pub fn divide(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    if compare(a, b) == Ordering::Less {
        return (Vec::new(), a.to_vec());
    }
    if let [word] = *b {
        let mut quotient = a.to_vec();
        let mut rest = vec![div_word(&mut quotient, word)];
        trim(&mut rest);
        return (quotient, rest);
    }
    // Both are multiplied such that the divisor's highest limb is at least half the base.
    let factor = BASE / (b[b.len() - 1] + 1);
    let (a, b) = (mul_word(a, factor), mul_word(b, factor));
    let (quotient, mut rest) =
        if b.len() < RECURSE || a.len() - b.len() < RECURSE { divide_schoolbook(a, &b) } else { divide_blocks(&a, &b) };
    div_word(&mut rest, factor);
    (quotient, rest)
}

/// Knuth's algorithm D; the divisor is normalised and has two limbs at least.
fn divide_schoolbook(mut a: Vec<u64>, b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let n = b.len();
    if compare(&a, b) == Ordering::Less {
        return (Vec::new(), a);
    }
    a.push(0);
    let (first, second) = (b[n - 1], b[n - 2]);
    let mut quotient = vec![0; a.len() - n];
    for j in (0..quotient.len()).rev() {
        let top = u128::from(a[j + n]) * u128::from(BASE) + u128::from(a[j + n - 1]);
        let (mut guess, mut rest) = if a[j + n] >= first {
            (BASE - 1, top - u128::from(BASE - 1) * u128::from(first))
        } else {
            ((top / u128::from(first)) as u64, top % u128::from(first))
        };
        while rest < u128::from(BASE) && u128::from(guess) * u128::from(second) > rest * u128::from(BASE) + u128::from(a[j + n - 2])
        {
            guess -= 1;
            rest += u128::from(first);
        }
        let mut carry = 0;
        let mut borrow = false;
        for (x, &y) in a[j..j + n].iter_mut().zip(b) {
            let (quotient, low) = divide_by_base(u128::from(guess) * u128::from(y) + u128::from(carry));
            carry = quotient;
            let (difference, under) = x.overflowing_sub(low + u64::from(borrow));
            borrow = under;
            *x = if under { difference.wrapping_add(BASE) } else { difference };
        }
        let (difference, under) = a[j + n].overflowing_sub(carry + u64::from(borrow));
        a[j + n] = difference;
        if under {
            guess -= 1;
            let (low, high) = a[j..].split_at_mut(n);
            let carry = add_assign(low, b);
            high[0] = high[0].wrapping_add(u64::from(carry));
        }
        quotient[j] = guess;
    }
    a.truncate(n);
    trim(&mut a);
    trim(&mut quotient);
    (quotient, a)
}

/// Division by blocks as long as the divisor, each by recursion (Burnikel, Ziegler: Fast recursive division). The divisor is
/// normalised.
fn divide_blocks(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    // The divisor is filled up at its low end to a length that can be halved until the schoolbook takes over.
    let mut step = 1;
    while b.len() / step >= RECURSE {
        step *= 2;
    }
    let n = b.len().next_multiple_of(step);
    let filled = n - b.len();
    let shifted = |x: &[u64]| {
        let mut out = vec![0; filled];
        out.extend_from_slice(x);
        out
    };
    let (a, b) = (shifted(a), shifted(b));
    let mut quotient = Vec::new();
    let mut rest = Vec::new();
    for block in a.chunks(n).rev() {
        let mut part = block.to_vec();
        if !rest.is_empty() {
            part.resize(n, 0);
            part.append(&mut rest);
        } else {
            trim(&mut part);
        }
        let (q, r) = divide_two_by_one(part, &b);
        if quotient.is_empty() {
            quotient = q;
        } else {
            let mut low = q;
            low.resize(n, 0);
            low.append(&mut quotient);
            quotient = low;
        }
        rest = r;
    }
    trim(&mut quotient);
    if !rest.is_empty() {
        rest.drain(..filled);
        trim(&mut rest);
    }
    (quotient, rest)
}

/// `a` of at most twice the limbs of `b`, below `b` times BASE^len, divided by `b`.
fn divide_two_by_one(a: Vec<u64>, b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let n = b.len();
    if compare(&a, b) == Ordering::Less {
        return (Vec::new(), a);
    }
    if n % 2 != 0 || n < RECURSE {
        return divide_schoolbook(a, b);
    }
    let half = n / 2;
    // The upper three quarters first, then what is left of them with the lowest quarter.
    let (low, high) = a.split_at(half);
    let (upper, rest) = divide_three_by_two(high.to_vec(), b, half);
    let mut part = low.to_vec();
    part.extend_from_slice(&rest);
    trim(&mut part);
    let (mut quotient, rest) = divide_three_by_two(part, b, half);
    if !upper.is_empty() {
        quotient.resize(half, 0);
        quotient.extend_from_slice(&upper);
    }
    (quotient, rest)
}

/// `a` of at most three halves divided by `b` of two, for a quotient of one.
fn divide_three_by_two(a: Vec<u64>, b: &[u64], half: usize) -> (Vec<u64>, Vec<u64>) {
    if compare(&a, b) == Ordering::Less {
        return (Vec::new(), a);
    }
    let (low, high) = b.split_at(half);
    let top = a[half..].to_vec();
    let (mut quotient, mut rest) = if compare(trimmed(&a[(2 * half).min(a.len())..]), high) == Ordering::Less {
        divide_two_by_one(top, high)
    } else {
        // The quotient would not fit: BASE^half - 1, the largest that does.
        let full = vec![BASE - 1; half];
        let mut shifted = vec![0; half];
        shifted.extend_from_slice(high);
        (full, add(&sub(&top, &shifted), high))
    };
    let product = mul(&quotient, trimmed(low));
    let mut lowest = a[..half].to_vec();
    lowest.append(&mut rest);
    trim(&mut lowest);
    while compare(&lowest, &product) == Ordering::Less {
        lowest = add(&lowest, b);
        sub_assign(&mut quotient, &[1]);
    }
    trim(&mut quotient);
    (quotient, sub(&lowest, &product))
}

/// `a * 10^n`
pub fn shift_left(a: &[u64], n: usize) -> Vec<u64> {
    if a.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(a.len() + n / WIDTH + 1);
    out.resize(n / WIDTH, 0);
    match n % WIDTH {
        0 => out.extend_from_slice(a),
        part => {
            let factor = POWERS[part];
            let mut carry = 0;
            for &x in a {
                let (quotient, rest) = divide_by_base(u128::from(x) * u128::from(factor));
                out.push(rest + carry);
                carry = quotient;
            }
            out.push(carry);
            trim(&mut out);
        }
    }
    out
}

/// `a / 10^n`, without what is lost.
pub fn shift_right(a: &[u64], n: usize) -> Vec<u64> {
    let (whole, part) = (n / WIDTH, n % WIDTH);
    if whole >= a.len() {
        return Vec::new();
    }
    let a = &a[whole..];
    if part == 0 {
        return a.to_vec();
    }
    let (low, high) = (POWERS[part], POWERS[WIDTH - part]);
    let mut out: Vec<u64> = a.iter().map(|x| x / low).collect();
    for (x, next) in out.iter_mut().zip(&a[1..]) {
        *x += next % low * high;
    }
    trim(&mut out);
    out
}

/// How many zeros the digits end with; 0 for zero.
pub fn trailing_zeros(a: &[u64]) -> usize {
    let Some(whole) = a.iter().position(|&x| x != 0) else { return 0 };
    let mut x = a[whole];
    let mut n = whole * WIDTH;
    while x % 10 == 0 {
        x /= 10;
        n += 1;
    }
    n
}

/// The digit that counts 10^i.
pub fn digit(a: &[u64], i: usize) -> u8 {
    match a.get(i / WIDTH) {
        Some(x) => (x / POWERS[i % WIDTH] % 10) as u8,
        None => 0,
    }
}

/// Whether one of the lowest `n` digits is not zero.
pub fn any_low_digit(a: &[u64], n: usize) -> bool {
    let (whole, part) = (n / WIDTH, n % WIDTH);
    if whole >= a.len() {
        return !a.is_empty();
    }
    a[..whole].iter().any(|&x| x != 0) || a[whole] % POWERS[part] != 0
}

/// The number that digits spell, of which each is a byte from 0 to 9, highest first.
pub fn from_digits(text: impl DoubleEndedIterator<Item = u8>) -> Vec<u64> {
    let mut out = Vec::new();
    let (mut limb, mut place) = (0, 0);
    for d in text.rev() {
        limb += u64::from(d) * POWERS[place];
        place += 1;
        if place == WIDTH {
            out.push(limb);
            (limb, place) = (0, 0);
        }
    }
    out.push(limb);
    trim(&mut out);
    out
}

/// Writes exactly `n` digits of a word, highest first, as text.
pub fn write_word(mut x: u64, out: &mut [u8]) {
    for c in out.iter_mut().rev() {
        *c = b'0' + (x % 10) as u8;
        x /= 10;
    }
}

/// The digits as text; "0" for zero.
pub fn text(a: &[u64], out: &mut Vec<u8>) {
    let Some((high, rest)) = a.split_last() else {
        out.push(b'0');
        return;
    };
    let mut place = out.len();
    let first = word_digits(*high);
    out.resize(place + first + rest.len() * WIDTH, 0);
    write_word(*high, &mut out[place..place + first]);
    place += first;
    for x in rest.iter().rev() {
        write_word(*x, &mut out[place..place + WIDTH]);
        place += WIDTH;
    }
}

/// ⌊√a⌋
pub fn square_root(a: &[u64]) -> Vec<u64> {
    if let Some(x) = to_u128(a) {
        return from_u128(x.isqrt());
    }
    // The root of the upper half of the digits, one too large, has half the digits of the result and one more; a step of Newton's
    // method doubles them, and errs to the larger side.
    let drop = (digits(a) / 4).saturating_sub(2) / WIDTH * 2;
    let start = if drop == 0 {
        let top = to_u128(&a[a.len() - 2..]).unwrap_or(0);
        // Two limbs or, so that their number is even, one.
        let (top, below) = if a.len() % 2 == 0 { (top, a.len() - 2) } else { (u128::from(a[a.len() - 1]), a.len() - 1) };
        let mut out = vec![0; below / 2];
        out.extend(from_u128(top.isqrt() + 1));
        out
    } else {
        let mut out = vec![0; drop / 2];
        out.extend(add(&square_root(&a[drop..]), &[1]));
        out
    };
    let mut root = start;
    loop {
        let mut next = add(&root, &divide(a, &root).0);
        div_word(&mut next, 2);
        if compare(&next, &root) != Ordering::Less {
            return root;
        }
        root = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Limbs that look random, with runs of the smallest and the largest.
    fn sample(n: usize, seed: u64) -> Vec<u64> {
        let mut x = seed;
        let mut out: Vec<u64> = (0..n)
            .map(|i| {
                x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                match x >> 60 {
                    0 | 1 => 0,
                    2 | 3 => BASE - 1,
                    _ if i + 1 == n => x % BASE + 1,
                    _ => x % BASE,
                }
            })
            .collect();
        trim(&mut out);
        out
    }

    #[test]
    fn transforms_agree_with_the_schoolbook() {
        for (n, m) in [(1, 1), (3, 2), (80, 80), (100, 300), (257, 255), (511, 513)] {
            let (a, b) = (sample(n, 1), sample(m, 2));
            let mut expected = vec![0; a.len() + b.len()];
            mul_columns(&mut expected, &a, &b);
            assert_eq!(transform::multiply(&a, &b), expected, "{n} by {m} limbs");
            assert_eq!(mul(&a, &b), trimmed(&expected));
        }
        let nines = vec![BASE - 1; 400];
        let mut expected = vec![0; 800];
        mul_columns(&mut expected, &nines, &nines);
        assert_eq!(transform::multiply(&nines, &nines), expected);
    }

    #[test]
    fn quotients_and_remainders_make_up_the_dividend() {
        for (n, m) in [(1, 1), (2, 1), (5, 3), (50, 20), (300, 130), (500, 250), (1000, 121), (777, 333)] {
            for seed in 0..8 {
                let (a, b) = (sample(n, seed), sample(m, seed + 100));
                if b.is_empty() {
                    continue;
                }
                let (quotient, rest) = divide(&a, &b);
                assert!(compare(&rest, &b).is_lt(), "{n} by {m} limbs, {seed}");
                assert_eq!(add(&mul(&quotient, &b), &rest), a, "{n} by {m} limbs, {seed}");
            }
        }
    }

    #[test]
    fn square_roots_are_rounded_down() {
        for n in [1, 2, 3, 4, 7, 30, 31, 200] {
            let a = sample(n, n as u64);
            let root = square_root(&a);
            let next = add(&root, &[1]);
            assert!(compare(&mul(&root, &root), &a).is_le() && compare(&mul(&next, &next), &a).is_gt(), "{n} limbs");
            let square = mul(&a, &a);
            assert_eq!(square_root(&square), a);
        }
    }

    #[test]
    fn shifts_and_text() {
        let a = from_digits(b"123456789012345678901234567890123456789".iter().map(|c| c - b'0'));
        let mut out = Vec::new();
        text(&shift_right(&shift_left(&a, 45), 50), &mut out);
        assert_eq!(out, b"1234567890123456789012345678901234");
        assert_eq!((digits(&a), trailing_zeros(&shift_left(&a, 45)), digit(&a, 1)), (39, 45, 8));
        assert!(any_low_digit(&a, 1) && !any_low_digit(&shift_left(&a, 3), 3));
        assert_eq!(split(u128::MAX), (3_374_607_431_768_211_455, 4_028_236_692_093_846_346, 3));
    }
}
