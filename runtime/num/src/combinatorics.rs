//! Factorials and the numbers of combinations and permutations.

use crate::mag;
use crate::{Big, BigRef, Limbs, MAX_BITS, NumError, SmallBuf, int};

/// Factorials that fit a word.
static SMALL_FACTORIALS: [u64; 21] = {
    let mut table = [1; 21];
    let mut n = 1;
    while n < 21 {
        table[n] = table[n - 1] * n as u64;
        n += 1;
    }
    table
};

/// `factorial(n)`.
pub fn factorial(n: BigRef) -> Result<Big, NumError> {
    if n.negative {
        return Err(NumError::FactorialOfNegative);
    }
    let n = n.to_u64().filter(|&n| n <= i64::MAX as u64).ok_or(NumError::FactorialTooLarge)?;
    if let Some(&value) = SMALL_FACTORIALS.get(n as usize) {
        return Ok(Big::from(value));
    }
    // Stirling: n! > (n / e)^n.
    check_size(n as f64, n as f64 / std::f64::consts::E)?;
    Ok(Big::new(false, factorial_magnitude(n)))
}

/// An error if `base ** exponent` is beyond what may be computed.
fn check_size(exponent: f64, base: f64) -> Result<(), NumError> {
    if exponent * base.log2() > MAX_BITS as f64 { Err(NumError::OutOfMemory) } else { Ok(()) }
}

/// The odd part by runs of odd numbers that occur once more with each halving of `n`; the twos by one shift.
fn factorial_magnitude(n: u64) -> Limbs {
    let (mut run, mut odd_part) = (mag::from_u64(1), mag::from_u64(1));
    for halvings in (0..=n.ilog2()).rev() {
        let upper = n >> halvings;
        if upper < 3 {
            continue;
        }
        // The odd numbers above the half of `upper`, up to `upper`.
        let first = ((upper >> 1) + 1) | 1;
        let count = if upper >= first { (upper - first) / 2 + 1 } else { 0 };
        run = mag::mul(&run, &product(first, 2, count));
        odd_part = mag::mul(&odd_part, &run);
    }
    mag::shl(&odd_part, n - u64::from(n.count_ones()))
}

/// The product of `count` numbers from `first` on in steps of `step`, as a balanced tree.
fn product(first: u64, step: u64, count: u64) -> Limbs {
    if count == 0 {
        return mag::from_u64(1);
    }
    let last = first + (count - 1) * step;
    let bits = u64::from(u64::BITS - last.leading_zeros());
    if count * bits <= 64 {
        return mag::from_u64((0..count).map(|i| first + i * step).product());
    }
    let half = count / 2;
    if half == 0 {
        return mag::from_u64(first);
    }
    mag::mul(&product(first, step, half), &product(first + half * step, step, count - half))
}

/// `n * (n - 1) * ...` of `count` factors, for any `n`.
fn falling_product(n: &[u64], count: u64) -> Limbs {
    if let [n] = *n {
        return product(n - (count - 1), 1, count);
    }
    if count == 1 {
        return Limbs::from_slice(n);
    }
    let half = count / 2;
    let lower = mag::sub(n, &[half]);
    mag::mul(&falling_product(n, half), &falling_product(&lower, count - half))
}

/// `perm(n, k)`.
pub fn perm(n: BigRef, k: BigRef) -> Result<Big, NumError> {
    if n.negative {
        return Err(NumError::NegativeN);
    }
    if k.negative {
        return Err(NumError::NegativeK);
    }
    if int::compare(k, n).is_gt() {
        return Ok(Big::zero());
    }
    let k = k.to_u64().filter(|&k| k <= i64::MAX as u64).ok_or(NumError::PermTooLarge)?;
    if k == 0 {
        return Ok(Big::from(1i64));
    }
    if k > MAX_BITS {
        return Err(NumError::OutOfMemory);
    }
    if mag::bit_length(n.limbs) > 64 {
        check_size(k as f64, 2f64.powi(63))?;
    } else {
        // The product of the k largest numbers up to n is at least k!.
        check_size(k as f64, k as f64 / std::f64::consts::E)?;
    }
    Ok(Big::new(false, falling_product(n.limbs, k)))
}

/// `comb(n, k)`.
pub fn comb(n: BigRef, k: BigRef) -> Result<Big, NumError> {
    if n.negative {
        return Err(NumError::NegativeN);
    }
    if k.negative {
        return Err(NumError::NegativeK);
    }
    if int::compare(k, n).is_gt() {
        return Ok(Big::zero());
    }
    let rest = int::sub(n, k);
    let k = if int::compare(rest.as_ref(), k).is_lt() { rest.as_ref() } else { k };
    let k = k.to_u64().filter(|&k| k <= i64::MAX as u64).ok_or(NumError::CombTooLarge)?;
    if k == 0 {
        return Ok(Big::from(1i64));
    }
    // comb(n, k) >= (n / k)^k >= 2^k.
    if k > MAX_BITS {
        return Err(NumError::OutOfMemory);
    }
    match n.to_u64() {
        Some(n) => {
            check_size(k as f64, n as f64 / k as f64)?;
            Ok(Big::new(false, comb_word(n, k)))
        }
        None => {
            check_size(k as f64, 2f64.powi(64) / k as f64)?;
            Ok(Big::new(false, comb_by_division(n.limbs, k)))
        }
    }
}

/// `n` of one word, `0 < k <= n / 2`.
fn comb_word(n: u64, k: u64) -> Limbs {
    // Multiply and divide by turns while the products fit two words; the partial results are binomials themselves.
    let mut value = 1u128;
    let mut done = 0;
    while done < k {
        let Some(next) = value.checked_mul(u128::from(n - done)) else {
            break;
        };
        done += 1;
        value = match u64::try_from(next) {
            Ok(next) => u128::from(next / done),
            Err(_) => next / u128::from(done),
        };
    }
    if done == k {
        return mag::from_u128(value);
    }
    /// Up to this `n` the sieve is quickly made.
    const SIEVE_LIMIT: u64 = 1 << 26;
    if n <= SIEVE_LIMIT && n / k < 64 { comb_by_primes(n, k) } else { comb_by_division(&[n], k) }
}

/// `perm(n, k) / k!`.
fn comb_by_division(n: &[u64], k: u64) -> Limbs {
    mag::div(&falling_product(n, k), &factorial_magnitude(k))
}

/// Kummer: the power of a prime in `comb(n, k)` is the number of carries when `k` and `n - k` are added in its base.
fn comb_by_primes(n: u64, k: u64) -> Limbs {
    let mut factors = Vec::new();
    for prime in primes_up_to(n) {
        let (mut power, mut rest, mut left) = (1, k, n);
        let mut borrow = false;
        while left > 0 {
            let needs = rest % prime + u64::from(borrow);
            borrow = needs > left % prime;
            if borrow {
                power *= prime;
            }
            rest /= prime;
            left /= prime;
        }
        if power > 1 {
            factors.push(power);
        }
    }
    product_of(&factors)
}

/// The product of words, as a balanced tree.
fn product_of(factors: &[u64]) -> Limbs {
    match *factors {
        [] => mag::from_u64(1),
        [factor] => mag::from_u64(factor),
        _ if factors.len() <= 8 => {
            factors[1..].iter().fold(mag::from_u64(factors[0]), |product, &factor| mag::mul_word(&product, factor, 0))
        }
        _ => {
            let (low, high) = factors.split_at(factors.len() / 2);
            mag::mul(&product_of(low), &product_of(high))
        }
    }
}

/// The sieve of Eratosthenes over odd numbers.
fn primes_up_to(limit: u64) -> impl Iterator<Item = u64> {
    let mut composite = vec![false; (limit as usize).div_ceil(2).max(1)];
    let mut index = 1;
    while (2 * index + 1) * (2 * index + 1) <= limit as usize {
        if !composite[index] {
            let prime = 2 * index + 1;
            for multiple in (prime * prime / 2..composite.len()).step_by(prime) {
                composite[multiple] = true;
            }
        }
        index += 1;
    }
    let odd = (1u64..).zip(composite.into_iter().skip(1)).filter(|&(_, composite)| !composite);
    (limit >= 2).then_some(2).into_iter().chain(odd.map(|(index, _)| 2 * index + 1)).take_while(move |&p| p <= limit)
}

/// `perm(n)`, which is `factorial(n)` with the words of `perm`.
pub fn perm_all(n: BigRef) -> Result<Big, NumError> {
    perm(n, n)
}

/// `factorial(n)` of a machine integer.
pub fn factorial_i64(n: i64) -> Result<Big, NumError> {
    factorial(SmallBuf::new(n).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power;
    use crate::testing::{big, text};

    fn check_comb(n: i64, k: i64) -> Big {
        comb(SmallBuf::new(n).as_ref(), SmallBuf::new(k).as_ref()).unwrap()
    }

    #[test]
    fn factorials() {
        let mut expected = Big::from(1i64);
        for n in 0..300 {
            if n > 0 {
                expected = int::mul(expected.as_ref(), SmallBuf::new(n).as_ref());
            }
            assert_eq!(factorial_i64(n).unwrap(), expected, "{n}");
        }
        assert_eq!(factorial_i64(-1), Err(NumError::FactorialOfNegative));
        assert_eq!(factorial_i64(i64::MAX), Err(NumError::OutOfMemory));
        assert_eq!(factorial(big("100000000000000000000").as_ref()), Err(NumError::FactorialTooLarge));
    }

    #[test]
    fn combinations() {
        // Pascal's triangle, and rows that take each of the ways.
        for n in 1..120 {
            for k in 1..n {
                let sum = int::add(check_comb(n - 1, k - 1).as_ref(), check_comb(n - 1, k).as_ref());
                assert_eq!(check_comb(n, k), sum);
            }
        }
        for (n, k) in [(1000u64, 500u64), (5000, 2000), (100_000, 90), (1 << 40, 7), (3000, 50)] {
            let value = comb(Big::from(n).as_ref(), Big::from(k).as_ref()).unwrap();
            assert_eq!(value.limbs, comb_by_division(&[n], k));
            if n < 1 << 20 {
                assert_eq!(value.limbs, comb_by_primes(n, k));
            }
        }
        let ten_to_twenty = big("100000000000000000000");
        let three = SmallBuf::new(3);
        assert_eq!(
            text(&comb(ten_to_twenty.as_ref(), three.as_ref()).unwrap()),
            "166666666666666666661666666666666666666700000000000000000000"
        );
        assert_eq!(
            text(&perm(ten_to_twenty.as_ref(), three.as_ref()).unwrap()),
            "999999999999999999970000000000000000000200000000000000000000"
        );
        let ten = SmallBuf::new(10);
        let (n, k) = (power::pow(ten.as_ref(), 30).unwrap(), power::pow(ten.as_ref(), 25).unwrap());
        assert_eq!(comb(n.as_ref(), k.as_ref()), Err(NumError::CombTooLarge));
        assert_eq!(perm(n.as_ref(), k.as_ref()), Err(NumError::PermTooLarge));
        assert_eq!(check_comb(5, 7), Big::zero());
        let minus = SmallBuf::new(-1);
        assert_eq!(comb(minus.as_ref(), ten.as_ref()), Err(NumError::NegativeN));
        assert_eq!(comb(ten.as_ref(), minus.as_ref()), Err(NumError::NegativeK));
        assert_eq!(perm_all(ten.as_ref()), Ok(Big::from(3_628_800i64)));
    }

    #[test]
    fn primes() {
        assert_eq!(primes_up_to(30).collect::<Vec<_>>(), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes_up_to(29).last(), Some(29));
        assert_eq!(primes_up_to(2).collect::<Vec<_>>(), [2]);
        assert_eq!(primes_up_to(1).count(), 0);
    }
}
