//! `_locale`: the C library's locale.

use crate::posix::decode_fs;
use crate::system::exception_class;
use std::ffi::{CStr, CString};
use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct LocaleModule;

fn error_class(t: &Thread) -> Result<Ref<Class>> {
    exception_class(t, "locale", "Error", &[ex::class(ex::Kind::Exception).value()], None)
}

fn c_text(t: &Thread, s: Ref<Str>) -> Result<CString> {
    CString::new(crate::posix::encode_fs(t, s)?).map_err(|_| t.value_error("embedded null character"))
}

/// A text of the C library, in the locale's encoding, which is taken for UTF-8.
fn text(t: &Thread, p: *const libc::c_char) -> Result<Value> {
    if p.is_null() {
        return Str::from_str(t, "").map(Ref::value);
    }
    // SAFETY: the C library's texts are NUL-terminated.
    decode_fs(t, unsafe { CStr::from_ptr(p) }.to_bytes()).map(Ref::value)
}

/// Sizes of groups of digits; the list ends at CHAR_MAX or 0, which it contains.
fn grouping(t: &Thread, p: *const libc::c_char) -> Result<Value> {
    let out = List::new(t)?;
    // SAFETY: a NUL-terminated list.
    let groups = unsafe { CStr::from_ptr(p) }.to_bytes();
    for g in groups {
        out.append(t, Value::small_int(i64::from(*g)))?;
        if *g == 127 {
            return Ok(out.value());
        }
    }
    if !groups.is_empty() {
        out.append(t, Value::small_int(0))?;
    }
    Ok(out.value())
}

const NUMBERS: &[(&str, i64)] = &[
    ("LC_CTYPE", 0),
    ("LC_NUMERIC", 1),
    ("LC_TIME", 2),
    ("LC_COLLATE", 3),
    ("LC_MONETARY", 4),
    ("LC_MESSAGES", 5),
    ("LC_ALL", 6),
    ("CHAR_MAX", 127),
    ("RADIXCHAR", 65536),
    ("THOUSEP", 65537),
    ("CRNCYSTR", 262_159),
    ("D_T_FMT", 131_112),
    ("D_FMT", 131_113),
    ("T_FMT", 131_114),
    ("AM_STR", 131_110),
    ("PM_STR", 131_111),
    ("CODESET", 14),
    ("T_FMT_AMPM", 131_115),
    ("ERA", 131_116),
    ("ERA_D_FMT", 131_118),
    ("ERA_D_T_FMT", 131_120),
    ("ERA_T_FMT", 131_121),
    ("ALT_DIGITS", 131_119),
    ("YESEXPR", 327_680),
    ("NOEXPR", 327_681),
    ("_DATE_FMT", 131_180),
];

/// Families of numbered items: prefix, first number, how many.
const SERIES: &[(&str, i64, i64)] = &[("ABDAY_", 131_072, 7), ("DAY_", 131_079, 7), ("ABMON_", 131_086, 12), ("MON_", 131_098, 12)];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    for (n, v) in NUMBERS {
        m.set(t, n, Value::small_int(*v))?;
    }
    for (prefix, first, n) in SERIES {
        for i in 0..*n {
            m.set(t, &format!("{prefix}{}", i + 1), Value::small_int(first + i))?;
        }
    }
    m.set(t, "Error", error_class(t)?.value())
}

fn is_item(key: i64) -> bool {
    NUMBERS.iter().skip(8).any(|(_, v)| *v == key) || SERIES.iter().any(|(_, first, n)| (*first..first + n).contains(&key))
}

unsafe extern "C" {
    fn gettext(text: *const libc::c_char) -> *mut libc::c_char;
    fn dcgettext(domain: *const libc::c_char, text: *const libc::c_char, category: i32) -> *mut libc::c_char;
    fn textdomain(domain: *const libc::c_char) -> *mut libc::c_char;
    fn bindtextdomain(domain: *const libc::c_char, directory: *const libc::c_char) -> *mut libc::c_char;
    fn bind_textdomain_codeset(domain: *const libc::c_char, codeset: *const libc::c_char) -> *mut libc::c_char;
}

fn optional(t: &Thread, v: Value, function: &str) -> Result<Option<CString>> {
    if v.is_none() {
        return Ok(None);
    }
    match v.downcast::<Str>() {
        Some(s) => c_text(t, s).map(Some),
        None => crate::posix::fs_path(t, v, function, false)?.c(t).map(Some),
    }
}

fn pointer(c: &Option<CString>) -> *const libc::c_char {
    c.as_ref().map_or(std::ptr::null(), |c| c.as_ptr())
}

/// Support for POSIX locales.
#[pymodule(name = "_locale", init = init)]
impl LocaleModule {
    /// Choose the locale of a category, or with None ask for it.
    #[py("($module, category, locale=None, /)")]
    fn setlocale(t: &Thread, category: i32, locale: OrNone<Ref<Str>>) -> Result<Value> {
        let fail = |text: &str| match error_class(t) {
            Ok(c) => t.new_error(c, text),
            Err(e) => e,
        };
        let c = locale.0.map(|s| c_text(t, s)).transpose()?;
        // SAFETY: a NUL-terminated text, or null; the answer is read at once.
        let r = unsafe { libc::setlocale(category, pointer(&c)) };
        if r.is_null() {
            return Err(fail(if locale.0.is_some() { "unsupported locale setting" } else { "locale query failed" }));
        }
        text(t, r)
    }
    /// How numbers and sums of money are written.
    #[py("($module, /)")]
    fn localeconv(t: &Thread) -> Result<Ref<Dict>> {
        // SAFETY: the C library's own structure, read before it is asked for anything else.
        let l = unsafe { &*libc::localeconv() };
        let d = Dict::new(t)?;
        let texts = [
            ("decimal_point", l.decimal_point),
            ("thousands_sep", l.thousands_sep),
            ("int_curr_symbol", l.int_curr_symbol),
            ("currency_symbol", l.currency_symbol),
            ("mon_decimal_point", l.mon_decimal_point),
            ("mon_thousands_sep", l.mon_thousands_sep),
            ("positive_sign", l.positive_sign),
            ("negative_sign", l.negative_sign),
        ];
        for (k, v) in texts {
            d.set(t, Str::intern_str(t, k)?.value(), text(t, v)?)?;
        }
        d.set(t, Str::intern_str(t, "grouping")?.value(), grouping(t, l.grouping)?)?;
        d.set(t, Str::intern_str(t, "mon_grouping")?.value(), grouping(t, l.mon_grouping)?)?;
        let numbers = [
            ("int_frac_digits", l.int_frac_digits),
            ("frac_digits", l.frac_digits),
            ("p_cs_precedes", l.p_cs_precedes),
            ("p_sep_by_space", l.p_sep_by_space),
            ("n_cs_precedes", l.n_cs_precedes),
            ("n_sep_by_space", l.n_sep_by_space),
            ("p_sign_posn", l.p_sign_posn),
            ("n_sign_posn", l.n_sign_posn),
        ];
        for (k, v) in numbers {
            d.set(t, Str::intern_str(t, k)?.value(), Value::small_int(i64::from(v)))?;
        }
        Ok(d)
    }
    /// Compare two texts in the locale's order: negative, 0 or positive.
    #[py("($module, os1, os2, /)")]
    fn strcoll(t: &Thread, os1: Ref<Str>, os2: Ref<Str>) -> Result<i32> {
        let (a, b) = (c_text(t, os1)?, c_text(t, os2)?);
        // SAFETY: NUL-terminated.
        Ok(unsafe { libc::strcoll(a.as_ptr(), b.as_ptr()) })
    }
    /// A text whose plain order is the locale's order of the given one.
    #[py("($module, string, /)")]
    fn strxfrm(t: &Thread, string: Ref<Str>) -> Result<Ref<Str>> {
        let s = c_text(t, string)?;
        // SAFETY: NUL-terminated; nothing is written for a size of 0.
        let n = unsafe { libc::strxfrm(std::ptr::null_mut(), s.as_ptr(), 0) };
        let mut buffer = vec![0u8; n + 1];
        // SAFETY: room as the first call asked for.
        unsafe { libc::strxfrm(buffer.as_mut_ptr().cast(), s.as_ptr(), n + 1) };
        decode_fs(t, &buffer[..n])
    }
    /// An item of the locale's information.
    #[py("($module, key, /)")]
    fn nl_langinfo(t: &Thread, key: i32) -> Result<Value> {
        if !is_item(key.into()) {
            return Err(t.value_error("unsupported langinfo constant"));
        }
        // SAFETY: the C library's own text, read at once.
        text(t, unsafe { libc::nl_langinfo(key) })
    }
    /// The encoding of the locale's texts.
    #[py("($module, /)")]
    fn getencoding(_t: &Thread) -> &'static str {
        crate::io::locale_encoding()
    }
    /// A message in the locale's language.
    #[py("($module, msg, /)", name = "gettext")]
    fn translate(t: &Thread, msg: Ref<Str>) -> Result<Value> {
        let m = c_text(t, msg)?;
        // SAFETY: NUL-terminated; the answer is read at once.
        text(t, unsafe { gettext(m.as_ptr()) })
    }
    /// A message of a domain in the locale's language.
    #[py("($module, domain, msg, /)")]
    fn dgettext(t: &Thread, domain: Value, msg: Ref<Str>) -> Result<Value> {
        let (d, m) = (optional(t, domain, "dgettext")?, c_text(t, msg)?);
        // SAFETY: as above.
        text(t, unsafe { dcgettext(pointer(&d), m.as_ptr(), libc::LC_MESSAGES) })
    }
    /// A message of a domain in the language of a category.
    #[py("($module, domain, msg, category, /)", name = "dcgettext")]
    fn translate_in(t: &Thread, domain: Value, msg: Ref<Str>, category: i32) -> Result<Value> {
        let (d, m) = (optional(t, domain, "dcgettext")?, c_text(t, msg)?);
        // SAFETY: as above.
        text(t, unsafe { dcgettext(pointer(&d), m.as_ptr(), category) })
    }
    /// Choose the domain of messages, or with None ask for it.
    #[py("($module, domain, /)", name = "textdomain")]
    fn set_domain(t: &Thread, domain: Value) -> Result<Value> {
        let d = optional(t, domain, "textdomain")?;
        // SAFETY: as above.
        let r = unsafe { textdomain(pointer(&d)) };
        if r.is_null() { Err(crate::system::last_error(t)) } else { text(t, r) }
    }
    /// Say where the messages of a domain are, or with None ask for it.
    #[py("($module, domain, dir, /)", name = "bindtextdomain")]
    fn bind_domain(t: &Thread, domain: Ref<Str>, dir: Value) -> Result<Value> {
        if domain.is_empty() {
            return Err(match error_class(t) {
                Ok(c) => t.new_error(c, "domain must be a non-empty string"),
                Err(e) => e,
            });
        }
        let (d, place) = (c_text(t, domain)?, optional(t, dir, "bindtextdomain")?);
        // SAFETY: as above.
        let r = unsafe { bindtextdomain(d.as_ptr(), pointer(&place)) };
        if r.is_null() { Err(crate::system::last_error(t)) } else { text(t, r) }
    }
    /// Say which encoding the messages of a domain are to have, or with None ask for it.
    #[py("($module, domain, codeset, /)", name = "bind_textdomain_codeset")]
    fn bind_codeset(t: &Thread, domain: Ref<Str>, codeset: Value) -> Result<Value> {
        let (d, c) = (c_text(t, domain)?, optional(t, codeset, "bind_textdomain_codeset")?);
        // SAFETY: as above.
        let r = unsafe { bind_textdomain_codeset(d.as_ptr(), pointer(&c)) };
        if r.is_null() { Ok(Value::NONE) } else { text(t, r) }
    }
}
