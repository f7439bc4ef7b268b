//! `unicodedata`: the character database, in its current version and in version 3.2.

use taipan_text::unicode::normalize::{Form, is_normalized, normalize};
use taipan_text::unicode::{self, names, v3_2};
use taipan_vm::native::*;
use taipan_vm::ops::text_of;

pub struct UnicodeData;

/// An older version of the database.
#[derive(HeapType)]
#[repr(C)]
pub struct Ucd {
    header: Header,
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "unidata_version", Str::intern_str(t, unicode::VERSION)?.value())?;
    m.set(t, "ucd_3_2_0", t.create(Ucd { header: Header::NEW })?.value())
}

fn character(t: &Thread, v: Value, function: &str, position: &str) -> Result<u32> {
    match v.downcast::<Str>() {
        Some(s) if s.len() == 1 => Ok(s.units().at(0)),
        Some(s) => Err(
            t.type_error(format!("{function}: argument {position}must be a unicode character, not a string of length {}", s.len()))
        ),
        None => {
            let name = class_of(v).name_string();
            Err(t.type_error(format!("{function}() argument {position}must be a unicode character, not {name}")))
        }
    }
}

fn one(t: &Thread, v: Value, function: &str) -> Result<u32> {
    match v.downcast::<Str>() {
        Some(s) if s.len() != 1 => {
            Err(t.type_error(format!("{function}(): argument must be a unicode character, not a string of length {}", s.len())))
        }
        _ => character(t, v, function, ""),
    }
}

fn first(t: &Thread, v: Value, function: &str) -> Result<u32> {
    match v.downcast::<Str>() {
        Some(s) if s.len() != 1 => {
            Err(t.type_error(format!("{function}(): argument 1 must be a unicode character, not a string of length {}", s.len())))
        }
        _ => character(t, v, function, "1 "),
    }
}

fn form(t: &Thread, s: Ref<Str>) -> Result<Form> {
    s.as_ascii().and_then(Form::from_name).ok_or_else(|| t.value_error("invalid normalization form"))
}

fn or_default(t: &Thread, found: Option<Value>, default: Option<Value>, message: &str) -> Result<Value> {
    found.or(default).ok_or_else(|| t.value_error(message))
}

fn number(t: &Thread, n: Option<u8>) -> Result<Option<Value>> {
    n.map(|n| t.int(i64::from(n))).transpose()
}

fn find(t: &Thread, name: Ref<Str>) -> Result<Value> {
    let text = name.to_string_lossy();
    if text.len() > 256 {
        return Err(t.key_error(Str::from_str(t, "name too long")?.value()));
    }
    if let Some(c) = names::lookup(&text) {
        return Str::from_char(t, c).map(Ref::value);
    }
    match names::lookup_sequence(&text) {
        Some(points) => Str::from_code_points(t, &points).map(Ref::value),
        None => Err(t.key_error(Str::from_str(t, &format!("undefined character name '{text}'"))?.value())),
    }
}

fn string_value(t: &Thread, s: Option<String>) -> Result<Option<Value>> {
    s.map(|s| Str::from_str(t, &s).map(Ref::value)).transpose()
}

/// This module provides access to the Unicode Character Database.
///
/// The database holds the properties of all characters, as the files of
/// the Unicode Standard 16.0 define them.
#[pymodule(name = "unicodedata", classes(Ucd), init = init)]
impl UnicodeData {
    /// Converts a Unicode character into its equivalent decimal value.
    ///
    /// Returns the decimal value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[py("($module, chr, default=<unrepresentable>, /)")]
    fn decimal(t: &Thread, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "decimal")?;
        or_default(t, number(t, unicode::decimal(c))?, default, "not a decimal")
    }
    /// Converts a Unicode character into its equivalent digit value.
    ///
    /// Returns the digit value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[py("($module, chr, default=<unrepresentable>, /)")]
    fn digit(t: &Thread, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "digit")?;
        or_default(t, number(t, unicode::digit(c))?, default, "not a digit")
    }
    /// Converts a Unicode character into its equivalent numeric value.
    ///
    /// Returns the numeric value assigned to the character chr as float.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[py("($module, chr, default=<unrepresentable>, /)")]
    fn numeric(t: &Thread, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "numeric")?;
        let found = unicode::numeric(c).map(|x| t.float(x)).transpose()?;
        or_default(t, found, default, "not a numeric character")
    }
    /// Returns the general category assigned to the character chr as string.
    #[py("($module, chr, /)")]
    fn category(t: &Thread, chr: Value) -> Result<&'static str> {
        Ok(unicode::category(one(t, chr, "category")?))
    }
    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[py("($module, chr, /)")]
    fn bidirectional(t: &Thread, chr: Value) -> Result<&'static str> {
        Ok(unicode::bidirectional(one(t, chr, "bidirectional")?))
    }
    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[py("($module, chr, /)")]
    fn combining(t: &Thread, chr: Value) -> Result<i64> {
        Ok(i64::from(unicode::combining(one(t, chr, "combining")?)))
    }
    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[py("($module, chr, /)")]
    fn mirrored(t: &Thread, chr: Value) -> Result<i64> {
        Ok(i64::from(unicode::is_mirrored(one(t, chr, "mirrored")?)))
    }
    /// Returns the east asian width assigned to the character chr as string.
    #[py("($module, chr, /)")]
    fn east_asian_width(t: &Thread, chr: Value) -> Result<&'static str> {
        Ok(unicode::east_asian_width(one(t, chr, "east_asian_width")?))
    }
    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[py("($module, chr, /)")]
    fn decomposition(t: &Thread, chr: Value) -> Result<String> {
        Ok(unicode::normalize::decomposition(one(t, chr, "decomposition")?))
    }
    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[py("($module, form, unistr, /)")]
    fn is_normalized(t: &Thread, form: Ref<Str>, unistr: Ref<Str>) -> Result<bool> {
        Ok(is_normalized(text_of(&unistr), self::form(t, form)?))
    }
    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[py("($module, form, unistr, /)")]
    fn normalize(t: &Thread, form: Ref<Str>, unistr: Ref<Str>) -> Result<Value> {
        let form = self::form(t, form)?;
        if unistr.is_ascii() || is_normalized(text_of(&unistr), form) {
            return Str::substring(t, unistr, 0..unistr.len()).map(Ref::value);
        }
        t.str_from_text(&normalize(text_of(&unistr), form)).map(Ref::value)
    }
    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[py("($module, chr, default=<unrepresentable>, /)")]
    fn name(t: &Thread, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "name")?;
        or_default(t, string_value(t, names::name(c))?, default, "no such name")
    }
    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[py("($module, name, /)")]
    fn lookup(t: &Thread, name: Ref<Str>) -> Result<Value> {
        find(t, name)
    }
}

#[pyclass(name = "UCD", module = "unicodedata", flags(NO_NEW))]
impl Ucd {
    #[py(member)]
    fn unidata_version(_t: &Thread, _this: Ref<Ucd>) -> &'static str {
        v3_2::VERSION
    }
    /// Converts a Unicode character into its equivalent decimal value.
    #[py("($self, chr, default=<unrepresentable>, /)")]
    fn decimal(t: &Thread, _this: Ref<Ucd>, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "decimal")?;
        or_default(t, number(t, v3_2::decimal(c))?, default, "not a decimal")
    }
    /// Converts a Unicode character into its equivalent digit value.
    #[py("($self, chr, default=<unrepresentable>, /)")]
    fn digit(t: &Thread, _this: Ref<Ucd>, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "digit")?;
        or_default(t, number(t, unicode::digit(c).filter(|_| v3_2::is_assigned(c)))?, default, "not a digit")
    }
    /// Converts a Unicode character into its equivalent numeric value.
    #[py("($self, chr, default=<unrepresentable>, /)")]
    fn numeric(t: &Thread, _this: Ref<Ucd>, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "numeric")?;
        let found = v3_2::numeric(c).map(|x| t.float(x)).transpose()?;
        or_default(t, found, default, "not a numeric character")
    }
    /// Returns the general category assigned to the character chr as string.
    #[py("($self, chr, /)")]
    fn category(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<&'static str> {
        Ok(v3_2::category(one(t, chr, "category")?))
    }
    /// Returns the bidirectional class assigned to the character chr as string.
    #[py("($self, chr, /)")]
    fn bidirectional(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<&'static str> {
        Ok(v3_2::bidirectional(one(t, chr, "bidirectional")?))
    }
    /// Returns the canonical combining class assigned to the character chr as integer.
    #[py("($self, chr, /)")]
    fn combining(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<i64> {
        Ok(i64::from(v3_2::combining(one(t, chr, "combining")?)))
    }
    /// Returns the mirrored property assigned to the character chr as integer.
    #[py("($self, chr, /)")]
    fn mirrored(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<i64> {
        Ok(i64::from(v3_2::is_mirrored(one(t, chr, "mirrored")?)))
    }
    /// Returns the east asian width assigned to the character chr as string.
    #[py("($self, chr, /)")]
    fn east_asian_width(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<&'static str> {
        Ok(v3_2::east_asian_width(one(t, chr, "east_asian_width")?))
    }
    /// Returns the character decomposition mapping assigned to the character chr as string.
    #[py("($self, chr, /)")]
    fn decomposition(t: &Thread, _this: Ref<Ucd>, chr: Value) -> Result<String> {
        Ok(v3_2::decomposition(one(t, chr, "decomposition")?))
    }
    /// Return whether the Unicode string unistr is in the normal form 'form'.
    #[py("($self, form, unistr, /)")]
    fn is_normalized(t: &Thread, _this: Ref<Ucd>, form: Ref<Str>, unistr: Ref<Str>) -> Result<bool> {
        let made = v3_2::normalize(text_of(&unistr), self::form(t, form)?);
        Ok(made.as_text().iter().eq(text_of(&unistr).iter()))
    }
    /// Return the normal form 'form' for the Unicode string unistr.
    #[py("($self, form, unistr, /)")]
    fn normalize(t: &Thread, _this: Ref<Ucd>, form: Ref<Str>, unistr: Ref<Str>) -> Result<Value> {
        t.str_from_text(&v3_2::normalize(text_of(&unistr), self::form(t, form)?)).map(Ref::value)
    }
    /// Returns the name assigned to the character chr as a string.
    #[py("($self, chr, default=<unrepresentable>, /)")]
    fn name(t: &Thread, _this: Ref<Ucd>, chr: Value, default: Option<Value>) -> Result<Value> {
        let c = first(t, chr, "name")?;
        or_default(t, string_value(t, v3_2::name(c))?, default, "no such name")
    }
    /// Look up character by name.
    #[py("($self, name, /)")]
    fn lookup(t: &Thread, _this: Ref<Ucd>, name: Ref<Str>) -> Result<Value> {
        let found = find(t, name)?;
        let known = found.downcast::<Str>().is_some_and(|s| s.len() == 1 && v3_2::is_assigned(s.units().at(0)));
        if known {
            return Ok(found);
        }
        Err(t.key_error(Str::from_str(t, &format!("undefined character name '{name}'"))?.value()))
    }
}
