//! Expected results are CPython 3.14's.

use super::*;
use crate::TextBuf;

fn int(value: i64, spec: &str) -> Result<String, String> {
    let text = TextBuf::from(spec);
    let parsed = Spec::parse(text.as_text(), "int", Some(b'd'), Align::Right).map_err(|e| e.message)?;
    let digits = |radix: u32| {
        let (mut n, mut s) = (value.unsigned_abs(), Vec::new());
        while n > 0 || s.is_empty() {
            s.push(char::from_digit((n % u64::from(radix)) as u32, radix).unwrap_or('?'));
            n /= u64::from(radix);
        }
        s.iter().rev().collect::<String>()
    };
    let out = match parsed.int_kind("int").map_err(|e| e.message)? {
        IntKind::Radix(radix) => Ok(format_int(&parsed, value < 0, &digits(radix), &Locale::C)),
        IntKind::Char => format_char(&parsed, Some(value)),
        IntKind::Float => format_float(&parsed, value as f64, "int", &Locale::C),
    };
    out.map(|t| t.to_string_lossy()).map_err(|e| e.message)
}

fn float(x: f64, spec: &str) -> Result<String, String> {
    let text = TextBuf::from(spec);
    let parsed = Spec::parse(text.as_text(), "float", None, Align::Right).map_err(|e| e.message)?;
    format_float(&parsed, x, "float", &Locale::C).map(|t| t.to_string_lossy()).map_err(|e| e.message)
}

fn string(s: &str, spec: &str) -> Result<String, String> {
    let text = TextBuf::from(spec);
    let parsed = Spec::parse(text.as_text(), "str", Some(b's'), Align::Left).map_err(|e| e.message)?;
    format_str(&parsed, TextBuf::from(s).as_text(), "str").map(|t| t.to_string_lossy()).map_err(|e| e.message)
}

fn complex(re: f64, im: f64, spec: &str) -> Result<String, String> {
    let text = TextBuf::from(spec);
    let parsed = Spec::parse(text.as_text(), "complex", None, Align::Right).map_err(|e| e.message)?;
    format_complex(&parsed, re, im, "complex", &Locale::C).map(|t| t.to_string_lossy()).map_err(|e| e.message)
}

fn ok(s: &str) -> Result<String, String> {
    Ok(s.to_owned())
}

fn err(s: &str) -> Result<String, String> {
    Err(s.to_owned())
}

#[test]
fn integers() {
    assert_eq!(int(42, "d"), ok("42"));
    assert_eq!(int(-42, "=8"), ok("-     42"));
    assert_eq!(int(255, "#010x"), ok("0x000000ff"));
    assert_eq!(int(255, "#X"), ok("0XFF"));
    assert_eq!(int(1234567, ","), ok("1,234,567"));
    assert_eq!(int(1234, "010,"), ok("00,001,234"));
    assert_eq!(int(1234, "08,"), ok("0,001,234"));
    assert_eq!(int(3, "010_b"), ok("0_0000_0011"));
    assert_eq!(int(1234567, "_x"), ok("12_d687"));
    assert_eq!(int(5, "+"), ok("+5"));
    assert_eq!(int(5, "*^7"), ok("***5***"));
    assert_eq!(int(0x20AC, "c"), ok("€"));
    assert_eq!(int(1234, "n"), ok("1234"));
    assert_eq!(int(2, "%"), ok("200.000000%"));
    assert_eq!(int(5, ".3d"), err("Precision not allowed in integer format specifier"));
    assert_eq!(int(5, "zd"), err("Negative zero coercion (z) not allowed in integer format specifier"));
    assert_eq!(int(5, "+c"), err("Sign not allowed with integer format specifier 'c'"));
    assert_eq!(int(5, "q"), err("Unknown format code 'q' for object of type 'int'"));
    assert_eq!(int(5, "é"), err("Unknown format code '\\xe9' for object of type 'int'"));
    assert_eq!(int(5, ",_"), err("Cannot specify both ',' and '_'."));
    assert_eq!(int(5, ",x"), err("Cannot specify ',' with 'x'."));
    assert_eq!(int(5, "#'<"), err("Invalid format specifier '#'<' for object of type 'int'"));
    assert_eq!(int(5, "99999999999999999999"), err("Too many decimal digits in format string"));
    assert_eq!(int(5, "."), err("Format specifier missing precision"));
    assert_eq!(int(-1, "c"), err("%c arg not in range(0x110000)"));
}

#[test]
fn floats() {
    assert_eq!(float(3.0, ""), ok("3.0"));
    assert_eq!(float(6.12789, ".2f"), ok("6.13"));
    assert_eq!(float(1234.5, "020,.3_f"), ok("0,000,000,001,234.500"));
    assert_eq!(float(1234567.891, ",.4_f"), ok("1,234,567.891_0"));
    assert_eq!(float(0.1234567, ".,"), ok("0.123,456,7"));
    assert_eq!(float(12345.678901, ".,e"), ok("1.234,568e+04"));
    assert_eq!(float(f64::INFINITY, "010,"), ok("0000000inf"));
    assert_eq!(float(f64::NAN, "+"), ok("+nan"));
    assert_eq!(float(-0.0, "z.1f"), ok("0.0"));
    assert_eq!(float(0.5, ".0%"), ok("50%"));
    assert_eq!(float(1e16, ""), ok("1e+16"));
    assert_eq!(float(123456789.0, ".3"), ok("1.23e+08"));
    assert_eq!(float(1.0, "#g"), ok("1.00000"));
    assert_eq!(float(-1.5, "<8"), ok("-1.5    "));
    assert_eq!(float(1.5, "d"), err("Unknown format code 'd' for object of type 'float'"));
    assert_eq!(float(1.5, ".2147483648f"), err("precision too big"));
}

#[test]
fn strings_and_complex() {
    assert_eq!(string("abc", "é>5.2"), ok("éééab"));
    assert_eq!(string("abc", "^6"), ok(" abc  "));
    assert_eq!(string("abc", "05"), ok("abc00"));
    assert_eq!(string("abc", "=5"), err("'=' alignment not allowed in string format specifier"));
    assert_eq!(string("abc", "+"), err("Sign not allowed in string format specifier"));
    assert_eq!(string("abc", " "), err("Space not allowed in string format specifier"));
    assert_eq!(string("abc", ","), err("Cannot specify ',' with 's'."));
    assert_eq!(string("abc", "d"), err("Unknown format code 'd' for object of type 'str'"));
    assert_eq!(complex(1.0, -2.0, ""), ok("(1-2j)"));
    assert_eq!(complex(0.0, 2.0, ">8"), ok("      2j"));
    assert_eq!(complex(1.5, 2.0, ".2f"), ok("1.50+2.00j"));
    assert_eq!(complex(1.0, 1.0, "010"), err("Zero padding is not allowed in complex format specifier"));
    assert_eq!(complex(1.0, 1.0, "%"), err("Unknown format code '%' for object of type 'complex'"));
}
