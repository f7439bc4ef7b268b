//! Reading ISO 8601 text, as `fromisoformat` accepts it.

use super::calendar::{Day, from_iso_week};

/// What may be wrong with the text.
pub enum Fault {
    /// It is not of the format.
    Format,
    /// A number in it is out of range.
    Value(String),
}

impl From<String> for Fault {
    fn from(text: String) -> Fault {
        Fault::Value(text)
    }
}

/// A time of day with its offset from UTC in microseconds. The numbers are not checked.
pub struct TimeText {
    pub fields: [i64; 4],
    pub offset: Option<i64>,
}

fn digits(s: &[u8], at: usize, n: usize) -> Result<i64, Fault> {
    let part = s.get(at..at + n).ok_or(Fault::Format)?;
    part.iter().try_fold(0, |sum, c| if c.is_ascii_digit() { Ok(sum * 10 + i64::from(c - b'0')) } else { Err(Fault::Format) })
}

/// A date of 7, 8 or 10 characters. The year, month and day are not checked.
pub fn date(s: &[u8]) -> Result<(i64, i64, i64), Fault> {
    if !matches!(s.len(), 7 | 8 | 10) {
        return Err(Fault::Format);
    }
    let year = digits(s, 0, 4)?;
    let separated = s[4] == b'-';
    let mut at = 4 + usize::from(separated);
    if s.get(at) == Some(&b'W') {
        let week = digits(s, at + 1, 2)?;
        at += 3;
        let mut weekday = 1;
        if at < s.len() {
            if separated {
                if s[at] != b'-' {
                    return Err(Fault::Format);
                }
                at += 1;
            }
            weekday = digits(s, at, 1)?;
        }
        let (year, month, day) = super::calendar::split_ordinal(from_iso_week(year, week, weekday).map_err(|_| Fault::Format)?);
        return Ok((year, month, day));
    }
    let month = digits(s, at, 2)?;
    at += 2;
    if separated {
        if s.get(at) != Some(&b'-') {
            return Err(Fault::Format);
        }
        at += 1;
    }
    let day = digits(s, at, 2)?;
    Ok((year, month, day))
}

/// Where the date ends in a text of a date and a time. An ISO week may be written so that a digit or a hyphen after it belongs to
/// either; the weekday wins then.
fn date_end(s: &[u8]) -> Result<usize, Fault> {
    if s.len() == 7 {
        return Ok(7);
    }
    if s[4] == b'-' {
        if s[5] != b'W' {
            return Ok(10);
        }
        if s.len() > 8 && s[8] == b'-' {
            if s.len() == 9 {
                return Err(Fault::Format);
            }
            return Ok(if s.len() > 10 && s[10].is_ascii_digit() { 8 } else { 10 });
        }
        return Ok(8);
    }
    if s[4] != b'W' {
        return Ok(8);
    }
    let mut end = 7;
    while end < s.len() && s[end].is_ascii_digit() {
        end += 1;
    }
    if end < 9 {
        return Ok(end);
    }
    Ok(if end % 2 == 0 { 7 } else { 8 })
}

/// `HH[:?MM[:?SS[{.,}f+]]]`: the four numbers.
fn clock(s: &[u8]) -> Result<[i64; 4], Fault> {
    let mut fields = [0; 4];
    let mut at = 0;
    let mut separated = true;
    for i in 0..3 {
        fields[i] = digits(s, at, 2)?;
        at += 2;
        let Some(&next) = s.get(at) else { return Ok(fields) };
        if i == 0 {
            separated = next == b':';
        }
        if next == b':' && separated {
            if i == 2 {
                return Err(Fault::Format);
            }
            at += 1;
        } else if matches!(next, b'.' | b',') {
            if i < 2 {
                return Err(Fault::Format);
            }
            break;
        } else if separated || i == 2 {
            return Err(Fault::Format);
        }
    }
    let fraction = s.get(at + 1..).unwrap_or(&[]);
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return Err(Fault::Format);
    }
    let kept = &fraction[..fraction.len().min(6)];
    fields[3] = digits(kept, 0, kept.len())? * 10i64.pow(6 - kept.len() as u32);
    Ok(fields)
}

/// A time with an optional offset.
pub fn time(s: &[u8]) -> Result<TimeText, Fault> {
    let Some(sign) = s.iter().position(|c| matches!(c, b'+' | b'-' | b'Z')) else {
        return Ok(TimeText { fields: clock(s)?, offset: None });
    };
    let fields = clock(&s[..sign])?;
    let rest = &s[sign + 1..];
    if s[sign] == b'Z' {
        return if rest.is_empty() { Ok(TimeText { fields, offset: Some(0) }) } else { Err(Fault::Format) };
    }
    let [hour, minute, second, micro] = clock(rest)?;
    let offset = ((hour * 60 + minute) * 60 + second) * super::calendar::SECOND + micro;
    Ok(TimeText { fields, offset: Some(if s[sign] == b'-' { -offset } else { offset }) })
}

/// A date and, after one separator of any kind, a time.
pub fn datetime(points: &[u32]) -> Result<((i64, i64, i64), Option<TimeText>), Fault> {
    if points.len() < 7 {
        return Err(Fault::Format);
    }
    // Only the separator may be beyond ASCII.
    let bytes: Vec<u8> = points.iter().map(|&c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(0)).collect();
    let end = date_end(&bytes)?.min(bytes.len());
    let day = date(&bytes[..end])?;
    let rest = bytes.get(end + 1..).unwrap_or(&[]);
    if rest.is_empty() && end + 1 >= bytes.len() && bytes.len() == end {
        return Ok((day, None));
    }
    Ok((day, Some(time(rest)?)))
}

/// At the end of a day that is written as 24:00: the first moment of the next.
pub fn next_day((year, month, day): (i64, i64, i64)) -> Result<(i64, i64, i64), Fault> {
    let day = Day::new(year, month, day)?;
    Ok(super::calendar::split_ordinal(day.ordinal() + 1))
}
