//! Errors in the escapes of string literals, as the codecs that decode them word them.

/// What is wrong with the body of a string literal, if anything.
pub fn error(body: &str, is_bytes: bool) -> Option<String> {
    if is_bytes { bytes_error(body) } else { str_error(body) }
}

fn bytes_error(body: &str) -> Option<String> {
    let b = body.as_bytes();
    let mut i = 0;
    // Positions count the decoded text before the escape's end, as the codec does.
    while i < b.len() {
        if b[i] == b'\\' {
            if b.get(i + 1) == Some(&b'x') {
                let digits = b[i + 2..].iter().take(2).take_while(|c| c.is_ascii_hexdigit()).count();
                if digits < 2 {
                    return Some(format!("(value error) invalid \\x escape at position {i}"));
                }
            }
            i += 2;
        } else {
            i += 1;
        }
    }
    None
}

fn str_error(body: &str) -> Option<String> {
    let chars: Vec<char> = body.chars().collect();
    // Characters outside ASCII are ten bytes long in the text that the codec sees.
    let width = |c: char| if c.is_ascii() { 1 } else { 10 };
    let fail = |start: usize, end: usize, reason: &str| {
        Some(format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{}: {reason}",
            end.max(start + 1) - 1
        ))
    };
    let mut i = 0;
    let mut at = 0;
    while i < chars.len() {
        if chars[i] != '\\' || i + 1 >= chars.len() {
            at += width(chars[i]);
            i += 1;
            continue;
        }
        let start = at;
        let e = chars[i + 1];
        at += 1 + width(e);
        i += 2;
        let (count, reason) = match e {
            'x' => (2, "truncated \\xXX escape"),
            'u' => (4, "truncated \\uXXXX escape"),
            'U' => (8, "truncated \\UXXXXXXXX escape"),
            'N' => {
                if chars.get(i) != Some(&'{') {
                    return fail(start, at, "malformed \\N character escape");
                }
                let close = chars[i..].iter().position(|c| *c == '}').map(|k| i + k);
                let end = close.unwrap_or(chars.len());
                let name: String = chars[i + 1..end.max(i + 1)].iter().collect();
                let len: usize = chars[i..end].iter().map(|c| width(*c)).sum();
                if close.is_none() || name.is_empty() {
                    return fail(start, at + len, "malformed \\N character escape");
                }
                if unicode_names2::character(&name).is_none() {
                    return fail(start, at + len + 1, "unknown Unicode character name");
                }
                at += len + 1;
                i = end + 1;
                continue;
            }
            _ => continue,
        };
        let digits = chars[i..].iter().take(count).take_while(|c| c.is_ascii_hexdigit()).count();
        at += digits;
        if digits < count {
            return fail(start, at, reason);
        }
        let value: String = chars[i..i + count].iter().collect();
        if u32::from_str_radix(&value, 16).is_ok_and(|v| v > 0x10_ffff) {
            return fail(start, at, "illegal Unicode character");
        }
        i += digits;
    }
    None
}
