//! What can go wrong, with the exception class and the words that CPython uses.

/// Which exception an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    ZeroDivision,
    Overflow,
    Value,
    Memory,
}

/// A failed number operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumError {
    DivisionByZero,
    /// `0 ** -1`, also of floats.
    ZeroToNegativePower,
    ZeroToNegativeOrComplexPower,
    NegativeShiftCount,
    TooManyDigits,
    OutOfMemory,
    ZeroModulus,
    NotInvertible,
    /// `/` of two integers.
    QuotientTooLargeForFloat,
    IntTooLargeForFloat,
    InfinityToInteger,
    NanToInteger,
    InfinityToRatio,
    NanToRatio,
    TooBigToConvert,
    NegativeToUnsigned,
    IsqrtOfNegative,
    FactorialOfNegative,
    FactorialTooLarge,
    /// `n` of `comb` or `perm`.
    NegativeN,
    /// `k` of `comb` or `perm`.
    NegativeK,
    PermTooLarge,
    CombTooLarge,
    /// The plain "math domain error".
    Domain,
    /// The plain "math range error".
    Range,
    NegativeBitCount,
    FsumOverflow,
    FsumInvalid,
    FmaInvalid,
    FmaOverflow,
    ComplexOverflow,
    /// An argument outside a function's domain: the message is these words, `, got ` and the argument's repr. (For an
    /// integer the words stand alone.)
    Expected(&'static str),
    /// `float ** float`: the exception's arguments are `(34, message)`.
    PowOverflow,
    RoundOverflow,
    AbsoluteTooLarge,
}

impl NumError {
    pub fn kind(self) -> ErrorKind {
        use NumError::*;
        match self {
            DivisionByZero | ZeroToNegativePower | ZeroToNegativeOrComplexPower => ErrorKind::ZeroDivision,
            TooManyDigits
            | QuotientTooLargeForFloat
            | IntTooLargeForFloat
            | InfinityToInteger
            | InfinityToRatio
            | TooBigToConvert
            | NegativeToUnsigned
            | FactorialTooLarge
            | PermTooLarge
            | CombTooLarge
            | Range
            | FsumOverflow
            | FmaOverflow
            | ComplexOverflow
            | PowOverflow
            | RoundOverflow
            | AbsoluteTooLarge => ErrorKind::Overflow,
            OutOfMemory => ErrorKind::Memory,
            NegativeShiftCount | ZeroModulus | NotInvertible | NanToInteger | NanToRatio | IsqrtOfNegative
            | FactorialOfNegative | NegativeN | NegativeK | Domain | NegativeBitCount | FsumInvalid | FmaInvalid | Expected(_) => {
                ErrorKind::Value
            }
        }
    }

    pub fn message(self) -> &'static str {
        use NumError::*;
        match self {
            DivisionByZero => "division by zero",
            ZeroToNegativePower => "zero to a negative power",
            ZeroToNegativeOrComplexPower => "zero to a negative or complex power",
            NegativeShiftCount => "negative shift count",
            TooManyDigits => "too many digits in integer",
            OutOfMemory => "",
            ZeroModulus => "pow() 3rd argument cannot be 0",
            NotInvertible => "base is not invertible for the given modulus",
            QuotientTooLargeForFloat => "integer division result too large for a float",
            IntTooLargeForFloat => "int too large to convert to float",
            InfinityToInteger => "cannot convert float infinity to integer",
            NanToInteger => "cannot convert float NaN to integer",
            InfinityToRatio => "cannot convert Infinity to integer ratio",
            NanToRatio => "cannot convert NaN to integer ratio",
            TooBigToConvert => "int too big to convert",
            NegativeToUnsigned => "can't convert negative int to unsigned",
            IsqrtOfNegative => "isqrt() argument must be nonnegative",
            FactorialOfNegative => "factorial() not defined for negative values",
            FactorialTooLarge => "factorial() argument should not exceed 9223372036854775807",
            NegativeN => "n must be a non-negative integer",
            NegativeK => "k must be a non-negative integer",
            PermTooLarge => "k must not exceed 9223372036854775807",
            CombTooLarge => "min(n - k, k) must not exceed 9223372036854775807",
            Domain => "math domain error",
            Range => "math range error",
            NegativeBitCount => "number of bits must be non-negative",
            FsumOverflow => "intermediate overflow in fsum",
            FsumInvalid => "-inf + inf in fsum",
            FmaInvalid => "invalid operation in fma",
            FmaOverflow => "overflow in fma",
            ComplexOverflow => "complex exponentiation",
            Expected(words) => words,
            PowOverflow => "Numerical result out of range",
            RoundOverflow => "rounded value too large to represent",
            AbsoluteTooLarge => "absolute value too large",
        }
    }
}

impl std::fmt::Display for NumError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for NumError {}
