//! Arithmetic on magnitudes: little-endian slices of 64-bit limbs.
//!
//! Everything up to a few dozen limbs is done here, schoolbook and straight from the caller's slices, because at those
//! sizes copying into another representation costs as much as the arithmetic. Above the thresholds the work goes to
//! `dashu-int`, whose multiplication, division and radix conversion are sub-quadratic.
//!
//! Invariants: an input is *normalised* (its highest limb is not zero; zero is the empty slice) unless a function says
//! otherwise; every returned [`Limbs`] is normalised.

use dashu_int::UBig;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Limbs of a result: up to six (384 bits) lie inline.
pub type Limbs = SmallVec<[u64; INLINE]>;

/// Scratch space for the working copies that division needs.
type Scratch = SmallVec<[u64; 64]>;

/// From this many limbs in the smaller operand on, Karatsuba and better beat schoolbook multiplication.
const MUL_THRESHOLD: usize = 32;
/// From this many limbs in divisor and quotient on, divide-and-conquer beats schoolbook division.
const DIV_THRESHOLD: usize = 64;

const _: () = assert!(dashu_int::Word::BITS == 64, "limbs are exchanged with dashu-int word by word");

/// The slice without its high zero limbs.
#[inline]
pub fn trimmed(limbs: &[u64]) -> &[u64] {
    let mut len = limbs.len();
    while len > 0 && limbs[len - 1] == 0 {
        len -= 1;
    }
    &limbs[..len]
}

/// Drops high zero limbs.
#[inline]
pub fn trim(limbs: &mut Limbs) {
    let len = trimmed(limbs).len();
    limbs.truncate(len);
}

#[inline]
fn zeroed(len: usize) -> Limbs {
    SmallVec::from_elem(0, len)
}

/// Number of limbs that lie inline in [`Limbs`].
const INLINE: usize = 6;

/// The first `len` limbs of a buffer, without high zero limbs.
#[inline]
fn inline(buffer: [u64; INLINE], mut len: usize) -> Limbs {
    while len > 0 && buffer[len - 1] == 0 {
        len -= 1;
    }
    Limbs::from_buf_and_len(buffer, len)
}

/// The magnitude of one machine word.
#[inline]
pub fn from_u64(value: u64) -> Limbs {
    Limbs::from_buf_and_len([value, 0, 0, 0, 0, 0], usize::from(value != 0))
}

/// The magnitude of a double word.
#[inline]
pub fn from_u128(value: u128) -> Limbs {
    inline([value as u64, (value >> 64) as u64, 0, 0, 0, 0], 2)
}

/// The value as a `u128`, if it fits.
#[inline]
pub fn to_u128(limbs: &[u64]) -> Option<u128> {
    match *limbs {
        [] => Some(0),
        [low] => Some(low as u128),
        [low, high] => Some(low as u128 | (high as u128) << 64),
        _ => None,
    }
}

/// The lowest two limbs.
#[inline]
fn low_u128(limbs: &[u64]) -> u128 {
    match *limbs {
        [] => 0,
        [low] => u128::from(low),
        [low, high, ..] => u128::from(low) | u128::from(high) << 64,
    }
}

/// Hands a magnitude to `dashu-int`.
#[inline]
pub(crate) fn to_ubig(limbs: &[u64]) -> UBig {
    UBig::from_words(limbs)
}

/// Takes a magnitude back from `dashu-int`.
#[inline]
pub(crate) fn from_ubig(value: &UBig) -> Limbs {
    Limbs::from_slice(value.as_words())
}

/// Number of bits of the magnitude: 0 for zero, else `floor(log2) + 1`.
#[inline]
pub fn bit_length(limbs: &[u64]) -> u64 {
    match limbs.last() {
        None => 0,
        Some(high) => limbs.len() as u64 * 64 - u64::from(high.leading_zeros()),
    }
}

/// Number of zero bits below the lowest set bit; 0 for zero.
pub fn trailing_zeros(limbs: &[u64]) -> u64 {
    match limbs.iter().position(|&limb| limb != 0) {
        None => 0,
        Some(index) => index as u64 * 64 + u64::from(limbs[index].trailing_zeros()),
    }
}

/// Bit `index`, as 0 or 1.
#[inline]
pub fn bit(limbs: &[u64], index: u64) -> bool {
    let limb = (index / 64) as usize;
    limb < limbs.len() && limbs[limb] >> (index % 64) & 1 != 0
}

/// Whether any of the lowest `count` bits is set.
pub fn any_low_bits(limbs: &[u64], count: u64) -> bool {
    let whole = (count / 64) as usize;
    if whole >= limbs.len() {
        return !limbs.is_empty();
    }
    limbs[..whole].iter().any(|&limb| limb != 0) || limbs[whole] & ((1 << (count % 64)) - 1) != 0
}

/// Compares two magnitudes.
#[inline]
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// `a + b`.
pub fn add(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if long.len() < INLINE {
        let (mut out, mut carry) = ([0; INLINE], false);
        for (index, x) in out[..long.len()].iter_mut().enumerate() {
            (*x, carry) = long[index].carrying_add(short.get(index).copied().unwrap_or(0), carry);
        }
        out[long.len()] = u64::from(carry);
        return inline(out, long.len() + 1);
    }
    let mut out = Limbs::with_capacity(long.len() + 1);
    out.extend_from_slice(long);
    if add_assign(&mut out, short) {
        out.push(1);
    }
    out
}

/// `acc += b` over `acc`'s length, which must be at least `b`'s; returns the carry out.
#[inline]
pub fn add_assign(acc: &mut [u64], b: &[u64]) -> bool {
    let (low, high) = acc.split_at_mut(b.len());
    let mut carry = false;
    for (x, &y) in low.iter_mut().zip(b) {
        (*x, carry) = x.carrying_add(y, carry);
    }
    for x in high {
        if !carry {
            return false;
        }
        (*x, carry) = x.overflowing_add(1);
    }
    carry
}

/// `a - b`, for `a >= b`.
pub fn sub(a: &[u64], b: &[u64]) -> Limbs {
    debug_assert!(compare(a, b) != Ordering::Less);
    if a.len() <= INLINE {
        let (mut out, mut borrow) = ([0; INLINE], false);
        for (index, x) in out[..a.len()].iter_mut().enumerate() {
            (*x, borrow) = a[index].borrowing_sub(b.get(index).copied().unwrap_or(0), borrow);
        }
        debug_assert!(!borrow);
        return inline(out, a.len());
    }
    let mut out = Limbs::from_slice(a);
    let borrow = sub_assign(&mut out, b);
    debug_assert!(!borrow);
    trim(&mut out);
    out
}

/// `acc -= b` over `acc`'s length, which must be at least `b`'s; returns the borrow out.
#[inline]
pub fn sub_assign(acc: &mut [u64], b: &[u64]) -> bool {
    let (low, high) = acc.split_at_mut(b.len());
    let mut borrow = false;
    for (x, &y) in low.iter_mut().zip(b) {
        (*x, borrow) = x.borrowing_sub(y, borrow);
    }
    for x in high {
        if !borrow {
            return false;
        }
        (*x, borrow) = x.overflowing_sub(1);
    }
    borrow
}

/// `a + 1`.
pub fn increment(a: &[u64]) -> Limbs {
    add(a, &[1])
}

/// Writes `a + b` to `out`, of one limb more than the longer of them.
pub fn add_to(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (low, high) = long.split_at(short.len());
    let (out_low, out_high) = out.split_at_mut(short.len());
    let mut carry = false;
    for ((x, &y), &z) in out_low.iter_mut().zip(low).zip(short) {
        (*x, carry) = y.carrying_add(z, carry);
    }
    for (x, &y) in out_high.iter_mut().zip(high) {
        (*x, carry) = y.overflowing_add(u64::from(carry));
    }
    out_high[high.len()] = u64::from(carry);
}

/// Writes `a - b`, for `a >= b`, to `out`, of as many limbs as `a`.
pub fn sub_to(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (low, high) = a.split_at(b.len());
    let (out_low, out_high) = out.split_at_mut(b.len());
    let mut borrow = false;
    for ((x, &y), &z) in out_low.iter_mut().zip(low).zip(b) {
        (*x, borrow) = y.borrowing_sub(z, borrow);
    }
    for (x, &y) in out_high.iter_mut().zip(high) {
        (*x, borrow) = y.overflowing_sub(u64::from(borrow));
    }
    debug_assert!(!borrow);
}

/// Whether the product of magnitudes is written limb by limb, by [`mul_to`].
pub fn is_short_product(a: &[u64], b: &[u64]) -> bool {
    a.len().min(b.len()) < MUL_THRESHOLD
}

/// Writes `a * b` to `out`, zeroed limbs, as many as both have.
pub fn mul_to(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    match *short {
        [factor] => {
            let mut carry = 0;
            for (x, &limb) in out.iter_mut().zip(long) {
                (*x, carry) = limb.carrying_mul(factor, carry);
            }
            out[long.len()] = carry;
        }
        _ => mul_into(out, long, short),
    }
}

/// `|a - b|` and how `a` compares with `b`.
pub fn difference(a: &[u64], b: &[u64]) -> (Limbs, Ordering) {
    match compare(a, b) {
        Ordering::Equal => (Limbs::new(), Ordering::Equal),
        Ordering::Greater => (sub(a, b), Ordering::Greater),
        Ordering::Less => (sub(b, a), Ordering::Less),
    }
}

/// `a * b`.
pub fn mul(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    match *short {
        [] => Limbs::new(),
        [factor] => mul_word(long, factor, 0),
        _ if short.len() >= MUL_THRESHOLD => {
            let product = if std::ptr::eq(a, b) || a == b { to_ubig(a).sqr() } else { to_ubig(a) * to_ubig(b) };
            from_ubig(&product)
        }
        _ if long.len() + short.len() <= INLINE => {
            let mut out = [0; INLINE];
            mul_into(&mut out, long, short);
            inline(out, long.len() + short.len())
        }
        _ => {
            let mut out = zeroed(long.len() + short.len());
            mul_into(&mut out, long, short);
            trim(&mut out);
            out
        }
    }
}

/// `a * factor + carry`.
pub fn mul_word(a: &[u64], factor: u64, mut carry: u64) -> Limbs {
    if a.len() < INLINE {
        let mut out = [0; INLINE];
        for (x, &limb) in out.iter_mut().zip(a) {
            (*x, carry) = limb.carrying_mul(factor, carry);
        }
        out[a.len()] = carry;
        return inline(out, a.len() + 1);
    }
    let mut out = Limbs::with_capacity(a.len() + 1);
    out.extend_from_slice(a);
    for limb in out.as_mut_slice() {
        (*limb, carry) = limb.carrying_mul(factor, carry);
    }
    if carry != 0 {
        out.push(carry);
    }
    trim(&mut out);
    out
}

/// Adds `a * b` to `out`, which must be zero at least up to `a.len() + b.len()` limbs.
fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    for (shift, &factor) in b.iter().enumerate() {
        let carry = mul_add_row(&mut out[shift..shift + a.len()], a, factor);
        out[shift + a.len()] = carry;
    }
}

/// `row += a * factor` for rows of `a`'s length; returns the carry out.
#[inline]
fn mul_add_row(row: &mut [u64], a: &[u64], factor: u64) -> u64 {
    let mut carry = 0;
    for (x, &limb) in row.iter_mut().zip(a) {
        (*x, carry) = limb.carrying_mul_add(factor, *x, carry);
    }
    carry
}

/// `row -= a * factor` for rows of `a`'s length; returns the borrow out.
#[inline]
fn mul_sub_row(row: &mut [u64], a: &[u64], factor: u64) -> u64 {
    let mut carry = 0;
    for (x, &limb) in row.iter_mut().zip(a) {
        let low;
        (low, carry) = limb.carrying_mul(factor, carry);
        let borrow;
        (*x, borrow) = x.overflowing_sub(low);
        carry += u64::from(borrow);
    }
    carry
}

/// A divisor word prepared for repeated division by multiplication (Möller and Granlund, "Improved division by
/// invariant integers", 2011).
#[derive(Clone, Copy)]
pub struct Reciprocal {
    /// The divisor shifted left until its top bit is set.
    divisor: u64,
    /// `floor((2^128 - 1) / divisor) - 2^64`.
    inverse: u64,
    shift: u32,
}

impl Reciprocal {
    /// Prepares the division by `divisor`, which must not be zero.
    #[inline]
    pub const fn new(divisor: u64) -> Self {
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        Reciprocal { divisor, inverse: (u128::MAX / divisor as u128) as u64, shift }
    }

    /// Quotient and remainder of `high * 2^64 + low` by the normalised divisor, for `high < divisor`.
    #[inline]
    fn divide_normalised(&self, high: u64, low: u64) -> (u64, u64) {
        let estimate = u128::from(self.inverse) * u128::from(high) + (u128::from(high) << 64 | u128::from(low));
        let mut quotient = ((estimate >> 64) as u64).wrapping_add(1);
        let mut remainder = low.wrapping_sub(quotient.wrapping_mul(self.divisor));
        if remainder > estimate as u64 {
            quotient = quotient.wrapping_sub(1);
            remainder = remainder.wrapping_add(self.divisor);
        }
        if remainder >= self.divisor {
            quotient = quotient.wrapping_add(1);
            remainder -= self.divisor;
        }
        (quotient, remainder)
    }

    /// Quotient and remainder of a double word whose high word is less than the divisor.
    #[inline]
    pub fn divide(&self, high: u64, low: u64) -> (u64, u64) {
        let (high, low) = shift_pair(high, low, self.shift);
        let (quotient, remainder) = self.divide_normalised(high, low);
        (quotient, remainder >> self.shift)
    }

    /// `a * b` modulo the divisor, for reduced `a` and `b`.
    #[inline]
    pub fn mul_mod(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        self.divide((product >> 64) as u64, product as u64).1
    }

    /// Divides `limbs` in place (high zero limbs stay) and returns the remainder.
    pub fn divide_in_place(&self, limbs: &mut [u64]) -> u64 {
        let mut remainder = 0;
        for limb in limbs.iter_mut().rev() {
            (*limb, remainder) = self.divide(remainder, *limb);
        }
        remainder
    }

    /// `limbs` modulo the divisor.
    pub fn remainder(&self, limbs: &[u64]) -> u64 {
        limbs.iter().rev().fold(0, |remainder, &limb| self.divide(remainder, limb).1)
    }
}

/// The pair shifted left by `shift < 64`.
#[inline]
fn shift_pair(high: u64, low: u64, shift: u32) -> (u64, u64) {
    (high << shift | (low >> 1) >> (63 - shift), low << shift)
}

/// Quotient and remainder of `a` by `b`, which must not be zero.
pub fn div_rem(a: &[u64], b: &[u64]) -> (Limbs, Limbs) {
    if a.len() <= 2 && b.len() <= 2 {
        let (a, b) = (low_u128(a), low_u128(b));
        return (from_u128(a / b), from_u128(a % b));
    }
    if compare(a, b) == Ordering::Less {
        return (Limbs::new(), Limbs::from_slice(a));
    }
    match *b {
        [] => unreachable!("the caller has checked for a zero divisor"),
        [divisor] => {
            let mut quotient = Limbs::from_slice(a);
            let remainder = Reciprocal::new(divisor).divide_in_place(&mut quotient);
            trim(&mut quotient);
            (quotient, from_u64(remainder))
        }
        _ if b.len() >= DIV_THRESHOLD && a.len() - b.len() >= DIV_THRESHOLD => {
            use dashu_int::ops::DivRem;
            let (quotient, remainder) = to_ubig(a).div_rem(to_ubig(b));
            (from_ubig(&quotient), from_ubig(&remainder))
        }
        _ => {
            let mut remainder = Limbs::from_slice(a);
            let mut quotient = zeroed(a.len() - b.len() + 1);
            divide_schoolbook(&mut remainder, b, &mut quotient);
            remainder.truncate(b.len());
            trim(&mut remainder);
            trim(&mut quotient);
            (quotient, remainder)
        }
    }
}

/// The remainder of `a` by `b`, which must not be zero.
pub fn rem(a: &[u64], b: &[u64]) -> Limbs {
    match *b {
        _ if a.len() <= 2 && b.len() <= 2 => from_u128(low_u128(a) % low_u128(b)),
        [divisor] => from_u64(Reciprocal::new(divisor).remainder(a)),
        _ => div_rem(a, b).1,
    }
}

/// The quotient of `a` by `b`, which must not be zero.
pub fn div(a: &[u64], b: &[u64]) -> Limbs {
    if a.len() <= 2 && b.len() <= 2 {
        return from_u128(low_u128(a) / low_u128(b));
    }
    if b.len() >= 2 && a.len() >= b.len() && (b.len() < DIV_THRESHOLD || a.len() - b.len() < DIV_THRESHOLD) {
        let mut scratch = Scratch::from_slice(a);
        let mut quotient = zeroed(a.len() - b.len() + 1);
        divide_schoolbook(&mut scratch, b, &mut quotient);
        trim(&mut quotient);
        quotient
    } else {
        div_rem(a, b).0
    }
}

/// Knuth's algorithm D with a two-word reciprocal. `num` becomes the remainder, `quotient` (of
/// `num.len() - den.len() + 1` limbs) receives the quotient; `den` has at least two limbs.
///
/// Neither operand is shifted to normalise the divisor: only the top words that decide a quotient digit are, on the
/// fly, so that a short quotient costs one pass over the operands.
fn divide_schoolbook(num: &mut [u64], den: &[u64], quotient: &mut [u64]) {
    let n = den.len();
    let shift = den[n - 1].leading_zeros();
    let below = if n > 2 { den[n - 3] } else { 0 };
    let (d1, mid) = shift_pair(den[n - 1], den[n - 2], shift);
    let d0 = mid | (below >> 1) >> (63 - shift);
    let inverse = reciprocal_3by2(d1, d0);
    for j in (0..quotient.len()).rev() {
        // The four words that reach into the divisor's top two, shifted as it is.
        let top = if j + n < num.len() { num[j + n] } else { 0 };
        let (next, low) = (num[j + n - 1], num[j + n - 2]);
        let beneath = if j + n >= 3 { num[j + n - 3] } else { 0 };
        let (n2, _) = shift_pair(top, next, shift);
        let (n1, _) = shift_pair(next, low, shift);
        let (n0, _) = shift_pair(low, beneath, shift);
        let (mut digit, exact) = divide_3by2(n2, n1, n0, d1, d0, inverse);
        if digit == 0 {
            quotient[j] = 0;
            continue;
        }
        let window = &mut num[j..];
        let borrow = mul_sub_row(&mut window[..n], den, digit);
        // With a two-word divisor the estimate is exact; else it may be one too large.
        debug_assert!(!exact || n > 2 || borrow <= top);
        let carry_in_top = top.wrapping_sub(borrow);
        if borrow > top {
            digit -= 1;
            add_assign(&mut window[..n], den);
        } else {
            debug_assert!(carry_in_top == 0);
        }
        if let Some(high) = window.get_mut(n) {
            *high = 0;
        }
        quotient[j] = digit;
    }
}

/// `floor((2^192 - 1) / (d1 * 2^64 + d0)) - 2^64` for `d1` with its top bit set.
fn reciprocal_3by2(d1: u64, d0: u64) -> u64 {
    let mut inverse = (u128::MAX / u128::from(d1)) as u64;
    let mut p = d1.wrapping_mul(inverse).wrapping_add(d0);
    if p < d0 {
        inverse -= 1;
        if p >= d1 {
            inverse -= 1;
            p -= d1;
        }
        p = p.wrapping_sub(d1);
    }
    let t = u128::from(d0) * u128::from(inverse);
    let (t1, t0) = ((t >> 64) as u64, t as u64);
    p = p.wrapping_add(t1);
    if p < t1 {
        inverse -= 1;
        if p > d1 || (p == d1 && t0 >= d0) {
            inverse -= 1;
        }
    }
    inverse
}

/// Quotient digit of three words by two, saturated to one word when the top two words equal the divisor; the flag says
/// that it was not.
#[inline]
fn divide_3by2(n2: u64, n1: u64, n0: u64, d1: u64, d0: u64, inverse: u64) -> (u64, bool) {
    if n2 > d1 || (n2 == d1 && n1 >= d0) {
        return (u64::MAX, false);
    }
    let d = u128::from(d1) << 64 | u128::from(d0);
    let q = u128::from(n2) * u128::from(inverse) + (u128::from(n2) << 64 | u128::from(n1));
    let (mut q1, q0) = ((q >> 64) as u64, q as u64);
    let r1 = n1.wrapping_sub(q1.wrapping_mul(d1));
    let mut r = (u128::from(r1) << 64 | u128::from(n0)).wrapping_sub(u128::from(d0) * u128::from(q1)).wrapping_sub(d);
    q1 = q1.wrapping_add(1);
    if (r >> 64) as u64 >= q0 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(d);
    }
    if r >= d {
        q1 = q1.wrapping_add(1);
    }
    (q1, true)
}

/// `a << bits`.
pub fn shl(a: &[u64], bits: u64) -> Limbs {
    if a.is_empty() {
        return Limbs::new();
    }
    if a.len() <= 2 && bits + bit_length(a) <= 128 {
        return from_u128(low_u128(a) << bits);
    }
    let (whole, shift) = ((bits / 64) as usize, (bits % 64) as u32);
    let mut out = Limbs::with_capacity(a.len() + whole + 1);
    out.resize(whole, 0);
    out.extend_from_slice(a);
    if shift == 0 {
        return out;
    }
    let mut carry = 0;
    for limb in &mut out[whole..] {
        (*limb, carry) = (*limb << shift | carry, *limb >> (64 - shift));
    }
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `floor(a / 2^bits)`.
pub fn shr(a: &[u64], bits: u64) -> Limbs {
    let whole = bits / 64;
    if whole >= a.len() as u64 {
        return Limbs::new();
    }
    if a.len() <= 2 {
        return from_u128(low_u128(a) >> bits);
    }
    let (a, shift) = (&a[whole as usize..], (bits % 64) as u32);
    if shift == 0 {
        return Limbs::from_slice(a);
    }
    let mut out = Limbs::from_slice(a);
    let mut above = 0;
    for limb in out.iter_mut().rev() {
        (*limb, above) = (*limb >> shift | above, *limb << (64 - shift));
    }
    trim(&mut out);
    out
}

/// The value as `top * 2^exponent`, where `top` has its highest bit set (but for zero), and a flag whether bits below
/// were dropped.
#[inline]
pub fn top_bits(limbs: &[u64]) -> (u64, i64, bool) {
    let length = bit_length(limbs);
    match *limbs {
        [] => (0, 0, false),
        [word] => (word << word.leading_zeros(), length as i64 - 64, false),
        [.., low, high] => {
            let shift = high.leading_zeros();
            let (top, rest) = shift_pair(high, low, shift);
            (top, length as i64 - 64, rest != 0 || limbs[..limbs.len() - 2].iter().any(|&limb| limb != 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Rng;

    #[test]
    fn division_identity_at_all_sizes() {
        let mut rng = Rng::new(1);
        for round in 0..4000 {
            let a = rng.limbs(if round % 50 == 0 { 200 } else { 12 });
            let b = rng.limbs(if round % 50 == 0 { 150 } else { 7 });
            if b.is_empty() {
                continue;
            }
            let (q, r) = div_rem(&a, &b);
            assert_eq!(compare(&r, &b), Ordering::Less);
            assert_eq!(add(&mul(&q, &b), &r), a);
            assert_eq!(div(&a, &b), q);
            assert_eq!(rem(&a, &b), r);
        }
    }

    #[test]
    fn multiplication_agrees_with_the_library() {
        let mut rng = Rng::new(2);
        for _ in 0..500 {
            let (a, b) = (rng.limbs(80), rng.limbs(80));
            assert_eq!(mul(&a, &b), from_ubig(&(to_ubig(&a) * to_ubig(&b))));
            assert_eq!(mul(&a, &a), from_ubig(&to_ubig(&a).sqr()));
        }
    }

    #[test]
    fn shifts_round_trip() {
        let mut rng = Rng::new(3);
        for _ in 0..500 {
            let a = rng.limbs(8);
            let bits = rng.next() % 300;
            assert_eq!(shr(&shl(&a, bits), bits), a);
            assert_eq!(any_low_bits(&a, bits), shl(&shr(&a, bits), bits) != a);
        }
    }

    #[test]
    fn saturated_quotient_digits() {
        // Divisors with a top word of all ones and dividends just below a multiple provoke the rare corrections.
        let words = [0, 1, 2, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1];
        for &b2 in &words[1..] {
            for &b1 in &words {
                for &b0 in &words {
                    let b = [b0, b1, b2];
                    for &a4 in &words[1..] {
                        for &a3 in &words {
                            for &a2 in &words {
                                let a = [u64::MAX, 0, a2, a3, a4];
                                let (q, r) = div_rem(&a, &b);
                                assert_eq!(compare(&r, &b), Ordering::Less);
                                assert_eq!(add(&mul(&q, &b), &r).as_slice(), a);
                            }
                        }
                    }
                }
            }
        }
    }
}
