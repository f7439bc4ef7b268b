//! The platform's C mathematics library, for what the standard library lacks or computes otherwise.
//!
//! CPython calls the same functions, so results agree with it to the last bit on the same platform. The standard
//! library's `sin`, `exp`, `powf`, `hypot` ... call them too and are used directly.

/// Declares C functions of floats and wraps them.
macro_rules! c_functions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),+);)+) => {
        mod c {
            // SAFETY: these are functions of the C standard (C99, 7.12) with exactly these types; they have no
            // preconditions and touch no memory of ours.
            unsafe extern "C" {
                $(pub safe fn $name($($arg: $type),+) -> f64;)+
            }
        }
        $($(#[$doc])* #[inline] pub fn $name($($arg: $type),+) -> f64 { c::$name($($arg),+) })+
    };
}

c_functions! {
    /// The inverse hyperbolic cosine.
    acosh(x: f64);
    /// The inverse hyperbolic sine.
    asinh(x: f64);
    /// The inverse hyperbolic tangent.
    atanh(x: f64);
    /// The error function.
    erf(x: f64);
    /// One less the error function.
    erfc(x: f64);
    /// IEEE 754 remainder: exact, of the quotient rounded to nearest, ties to even.
    remainder(x: f64, y: f64);
    /// `x * 2^exponent`, rounded once.
    ldexp(x: f64, exponent: i32);
}
