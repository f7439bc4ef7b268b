//! Functions of floats and complex numbers against what CPython gives, from `vectors.txt` (written by `vectors.py`).
//!
//! What is exact by definition must agree to the last bit. The C libraries differ in the last digits of the others, so
//! those have a tolerance; special values, signs of zero and errors must agree everywhere.

use taipan_num::complex::{self, Complex};
use taipan_num::sums::{CompensatedSum, DotProduct, ExactSum, hypot};
use taipan_num::{NumError, cmath, float, math};

type Outcome = Result<Vec<f64>, NumError>;

fn one(value: Result<f64, NumError>) -> Outcome {
    value.map(|value| vec![value])
}

fn two(value: Result<(f64, f64), NumError>) -> Outcome {
    value.map(|(a, b)| vec![a, b])
}

fn parts(value: Result<Complex, NumError>) -> Outcome {
    value.map(|z| vec![z.re, z.im])
}

fn call(name: &str, a: &[f64]) -> Outcome {
    let z = || Complex::new(a[0], a[1]);
    let w = || Complex::new(a[a.len() - 2], a[a.len() - 1]);
    match name {
        "acos" => one(math::acos(a[0])),
        "acosh" => one(math::acosh(a[0])),
        "asin" => one(math::asin(a[0])),
        "asinh" => one(Ok(math::asinh(a[0]))),
        "atan" => one(Ok(math::atan(a[0]))),
        "atanh" => one(math::atanh(a[0])),
        "cbrt" => one(Ok(math::cbrt(a[0]))),
        "cos" => one(math::cos(a[0])),
        "cosh" => one(math::cosh(a[0])),
        "exp" => one(math::exp(a[0])),
        "exp2" => one(math::exp2(a[0])),
        "expm1" => one(math::expm1(a[0])),
        "log" => one(math::log(a[0])),
        "log1p" => one(math::log1p(a[0])),
        "log2" => one(math::log2(a[0])),
        "log10" => one(math::log10(a[0])),
        "sin" => one(math::sin(a[0])),
        "sinh" => one(math::sinh(a[0])),
        "sqrt" => one(math::sqrt(a[0])),
        "tan" => one(math::tan(a[0])),
        "tanh" => one(Ok(math::tanh(a[0]))),
        "gamma" => one(math::gamma(a[0])),
        "lgamma" => one(math::lgamma(a[0])),
        "erf" => one(Ok(math::erf(a[0]))),
        "erfc" => one(Ok(math::erfc(a[0]))),
        "ulp" => one(Ok(float::ulp(a[0]))),
        "frexp" => {
            let (mantissa, exponent) = float::frexp(a[0]);
            Ok(vec![mantissa, f64::from(exponent)])
        }
        "modf" => two(Ok(float::modf(a[0]))),
        "atan2" => one(Ok(math::atan2(a[0], a[1]))),
        "fmod" => one(math::fmod(a[0], a[1])),
        "remainder" => one(math::remainder(a[0], a[1])),
        "pow" => one(math::pow(a[0], a[1])),
        "nextafter" => one(Ok(float::nextafter(a[0], a[1], 1))),
        "hypot" | "hypot4" => one(Ok(hypot(&mut a.to_vec()))),
        "float_mod" => one(float::floor_mod(a[0], a[1])),
        "float_divmod" => two(float::divmod(a[0], a[1])),
        "float_pow" => one(float::pow(a[0], a[1]).map(|power| power.expect("a real power"))),
        "fma" => one(math::fma(a[0], a[1], a[2])),
        "fsum4" => {
            let mut sum = ExactSum::new();
            one(a.iter().try_for_each(|&x| sum.add(x)).and_then(|()| sum.finish()))
        }
        "sum4" => {
            let mut sum = CompensatedSum::new(0.0);
            a.iter().for_each(|&x| sum.add(x));
            one(Ok(sum.value()))
        }
        "sumprod4" => {
            let mut sum = DotProduct::new();
            assert!(sum.add(a[0], a[2]) && sum.add(a[1], a[3]));
            one(Ok(sum.value()))
        }
        "round" => one(float::round(a[0], a[1] as i64)),
        "cacos" => parts(Ok(cmath::acos(z()))),
        "cacosh" => parts(Ok(cmath::acosh(z()))),
        "casin" => parts(Ok(cmath::asin(z()))),
        "casinh" => parts(Ok(cmath::asinh(z()))),
        "catan" => parts(cmath::atan(z())),
        "catanh" => parts(cmath::atanh(z())),
        "ccos" => parts(cmath::cos(z())),
        "ccosh" => parts(cmath::cosh(z())),
        "cexp" => parts(cmath::exp(z())),
        "clog" => parts(cmath::log(z())),
        "clog10" => parts(cmath::log10(z())),
        "csin" => parts(cmath::sin(z())),
        "csinh" => parts(cmath::sinh(z())),
        "csqrt" => parts(Ok(cmath::sqrt(z()))),
        "ctan" => parts(cmath::tan(z())),
        "ctanh" => parts(cmath::tanh(z())),
        "rect" => parts(cmath::rect(a[0], a[1])),
        "polar" => two(cmath::polar(z())),
        "cabs" => one(complex::abs(z())),
        "cmul" => parts(Ok(complex::mul(z(), w()))),
        "cdiv" => parts(complex::div(z(), w())),
        "cpow" => parts(complex::pow(z(), w())),
        "cadd" => parts(Ok(complex::add(z(), w()))),
        "csub" => parts(Ok(complex::sub(z(), w()))),
        "cmul_real" => parts(Ok(complex::mul_real(z(), a[2]))),
        "cdiv_real" => parts(complex::div_real(z(), a[2])),
        "cpow_real" => parts(complex::pow(z(), Complex::new(a[2], 0.0))),
        "cadd_real" => parts(Ok(complex::add_real(z(), a[2]))),
        "csub_real" => parts(Ok(complex::sub_real(z(), a[2]))),
        "real_cmul" => parts(Ok(complex::mul_real(w(), a[0]))),
        "real_cdiv" => parts(complex::real_div(a[0], w())),
        "real_cpow" => parts(complex::pow(Complex::new(a[0], 0.0), w())),
        "real_cadd" => parts(Ok(complex::add_real(w(), a[0]))),
        "real_csub" => parts(Ok(complex::real_sub(a[0], w()))),
        _ => panic!("no function {name}"),
    }
}

/// Functions whose values come from the C library, so that the last digits may differ.
fn is_inexact(name: &str) -> bool {
    !matches!(
        name,
        "sqrt"
            | "ulp"
            | "frexp"
            | "modf"
            | "fmod"
            | "remainder"
            | "nextafter"
            | "hypot"
            | "hypot4"
            | "float_mod"
            | "float_divmod"
            | "fma"
            | "fsum4"
            | "sum4"
            | "sumprod4"
            | "round"
            | "cmul"
            | "cdiv"
            | "cadd"
            | "csub"
            | "cmul_real"
            | "cdiv_real"
            | "cadd_real"
            | "csub_real"
            | "real_cmul"
            | "real_cdiv"
            | "real_cadd"
            | "real_csub"
    )
}

fn agree(name: &str, got: f64, expected: f64) -> bool {
    if got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan() {
        return true;
    }
    let close = (got - expected).abs() <= 1e-13 * expected.abs() + 1e-300;
    is_inexact(name) && close && expected != 0.0 && got.is_sign_negative() == expected.is_sign_negative()
}

#[test]
fn agrees_with_cpython() {
    let file = std::env::var("TAIPAN_NUM_VECTORS");
    let text = match &file {
        Ok(path) => std::fs::read_to_string(path).expect("readable vectors"),
        Err(_) => include_str!("vectors.txt").to_owned(),
    };
    let number = |word: &str| match word {
        "nan" => f64::NAN,
        _ => f64::from_bits(u64::from_str_radix(word, 16).expect("hexadecimal bits")),
    };
    let mut wrong = 0;
    for line in text.lines() {
        let (call_text, expected) = line.split_once(" = ").or_else(|| line.split_once(" ! ")).expect("an outcome");
        let mut words = call_text.split(' ');
        let name = words.next().expect("a name");
        let arguments: Vec<f64> = words.map(number).collect();
        let got = call(name, &arguments);
        let right = match &got {
            Ok(values) if line.contains(" = ") => {
                let expected: Vec<f64> = expected.split(' ').map(number).collect();
                values.len() == expected.len() && values.iter().zip(expected).all(|(&got, x)| agree(name, got, x))
            }
            Err(error) if line.contains(" ! ") => error.message() == expected,
            _ => false,
        };
        if !right {
            wrong += 1;
            let expected: Vec<String> = match line.contains(" = ") {
                true => expected.split(' ').map(|word| number(word).to_string()).collect(),
                false => vec![expected.to_owned()],
            };
            eprintln!("{name}{arguments:?}: {got:?}, CPython {expected:?}");
        }
    }
    assert_eq!(wrong, 0, "wrong results");
}
