//! `binascii`: bytes as text and back.

use taipan_vm::native::*;
use taipan_vm::objects::exceptions as ex;

pub struct Binascii;

fn exception(t: &Thread, name: &str, base: ex::Kind) -> Result<Ref<Class>> {
    let key = Str::intern_str(t, &format!("binascii.{name}"))?;
    let registry = t.registry();
    if let Some(c) = registry.get_interned(key).and_then(|c| c.downcast::<Class>()) {
        return Ok(c);
    }
    let namespace = Dict::new(t)?;
    namespace.set(t, names::__module__().value(), Str::intern_str(t, "binascii")?.value())?;
    let bases = Tuple::new(t, &[ex::class(base).value()])?;
    let new = t.call(Class::class().value(), &[Str::intern_str(t, name)?.value(), bases.value(), namespace.value()])?;
    let kept = registry.set_default(t, key.value(), new)?.unwrap_or(new);
    kept.downcast::<Class>().ok_or_else(|| t.type_error("not a class"))
}

#[cold]
fn error(t: &Thread, message: impl AsRef<str>) -> Exc {
    match exception(t, "Error", ex::Kind::ValueError) {
        Ok(c) => t.new_error(c, message.as_ref()),
        Err(e) => e,
    }
}

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    m.set(t, "Error", exception(t, "Error", ex::Kind::ValueError)?.value())?;
    m.set(t, "Incomplete", exception(t, "Incomplete", ex::Kind::Exception)?.value())
}

/// Binary data: the memory of a bytes-like object.
fn with_data<R>(t: &Thread, v: Value, f: impl FnOnce(&[u8]) -> R) -> Result<R> {
    t.bytes_like(v, f).ok_or_else(|| unusable(t, v, "a bytes-like object is required, not"))
}
/// Why `v` has no bytes: no buffer, or not one run of memory.
#[cold]
fn unusable(t: &Thread, v: Value, wanted: &str) -> Exc {
    if taipan_vm::objects::buffer::exports(t, v)
        && let Err(e) = t.buffer(v)
    {
        return e;
    }
    t.type_error(format!("{wanted} '{}'", class_of(v).name_string()))
}
fn data(t: &Thread, v: Value) -> Result<Vec<u8>> {
    with_data(t, v, <[u8]>::to_vec)
}

/// Encoded data: ASCII text or the memory of a bytes-like object.
fn with_ascii<R>(t: &Thread, v: Value, f: impl FnOnce(&[u8]) -> R) -> Result<R> {
    if let Some(s) = v.downcast::<Str>() {
        return match s.as_ascii() {
            Some(a) => Ok(f(a.as_bytes())),
            None => Err(t.value_error("string argument should contain only ASCII characters")),
        };
    }
    t.bytes_like(v, f).ok_or_else(|| unusable(t, v, "argument should be bytes, buffer or ASCII string, not"))
}
fn ascii(t: &Thread, v: Value) -> Result<Vec<u8>> {
    with_ascii(t, v, <[u8]>::to_vec)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const fn base64_values() -> [u8; 256] {
    let mut table = [255u8; 256];
    let mut i = 0;
    while i < 64 {
        table[BASE64[i] as usize] = i as u8;
        i += 1;
    }
    table
}
static BASE64_VALUES: [u8; 256] = base64_values();

/// Two digits for each twelve bits.
static BASE64_PAIRS: [[u8; 2]; 4096] = {
    let mut table = [[0; 2]; 4096];
    let mut i = 0;
    while i < 4096 {
        table[i] = [BASE64[i >> 6], BASE64[i & 63]];
        i += 1;
    }
    table
};

/// The value of each hexadecimal digit; 255 for all else.
static HEX_VALUES: [u8; 256] = {
    let mut table = [255; 256];
    let mut i = 0;
    while i < 16 {
        table[b"0123456789abcdef"[i] as usize] = i as u8;
        table[b"0123456789ABCDEF"[i] as usize] = i as u8;
        i += 1;
    }
    table
};

const fn crc_table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 != 0 { polynomial ^ (c >> 1) } else { c >> 1 };
            k += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
}
static CRC32: [u32; 256] = crc_table(0xedb8_8320);

/// The CRC-32 of zlib and PNG.
pub(crate) fn crc32(bytes: &[u8], start: u32) -> u32 {
    !bytes.iter().fold(!start, |c, &b| CRC32[((c ^ u32::from(b)) & 0xff) as usize] ^ (c >> 8))
}

fn decode_base64(t: &Thread, input: &[u8], strict: bool) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3 + 3);
    let (mut quad, mut left, mut pads) = (0, 0u8, 0);
    let mut next = 0;
    while next < input.len() {
        if quad == 0 && pads == 0 {
            next += decode_quads(&input[next..], &mut out);
        }
        let (i, Some(&c)) = (next, input.get(next)) else { break };
        next += 1;
        if c == b'=' {
            pads += 1;
            if strict {
                match quad {
                    0 if i == 0 => return Err(error(t, "Leading padding not allowed")),
                    1 => return Err(one_too_many(t, &out)),
                    _ if quad == 0 || quad + pads > 4 => return Err(error(t, "Excess padding not allowed")),
                    _ => {}
                }
            }
            continue;
        }
        let v = BASE64_VALUES[usize::from(c)];
        if v == 255 {
            if strict {
                return Err(error(t, "Only base64 data is allowed"));
            }
            continue;
        }
        if strict && pads > 0 {
            let complete = quad + pads == 4;
            return Err(error(t, if complete { "Excess data after padding" } else { "Discontinuous padding not allowed" }));
        }
        pads = 0;
        match quad {
            0 => left = v,
            1 => {
                out.push(left << 2 | v >> 4);
                left = v & 15;
            }
            2 => {
                out.push(left << 4 | v >> 2);
                left = v & 3;
            }
            _ => out.push(left << 6 | v),
        }
        quad = (quad + 1) % 4;
    }
    match quad {
        0 => Ok(out),
        1 => Err(one_too_many(t, &out)),
        _ if quad + pads < 4 => Err(error(t, "Incorrect padding")),
        _ => Ok(out),
    }
}

#[cold]
fn one_too_many(t: &Thread, decoded: &[u8]) -> Exc {
    let digits = decoded.len() / 3 * 4 + 1;
    error(t, format!("Invalid base64-encoded string: number of data characters ({digits}) cannot be 1 more than a multiple of 4"))
}

/// Decodes whole groups of four digits as far as there is nothing else; how many bytes they were.
fn decode_quads(input: &[u8], out: &mut Vec<u8>) -> usize {
    let mut taken = 0;
    for quad in input.as_chunks::<4>().0 {
        let [a, b, c, d] = quad.map(|c| BASE64_VALUES[usize::from(c)]);
        if (a | b | c | d) >= 64 {
            break;
        }
        out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        taken += 4;
    }
    taken
}

fn encode_base64(input: &[u8], newline: bool) -> Vec<u8> {
    let (whole, rest) = input.as_chunks::<3>();
    let mut out = vec![0; input.len().div_ceil(3) * 4];
    for (to, &[a, b, c]) in out.as_chunks_mut::<4>().0.iter_mut().zip(whole) {
        let bits = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let ([w, x], [y, z]) = (BASE64_PAIRS[bits >> 12], BASE64_PAIRS[bits & 4095]);
        *to = [w, x, y, z];
    }
    let at = |i: u8| BASE64[usize::from(i & 63)];
    let last = match *rest {
        [a] => [at(a >> 2), at(a << 4), b'=', b'='],
        [a, b] => [at(a >> 2), at(a << 4 | b >> 4), at(b << 2), b'='],
        _ => [0; 4],
    };
    if !rest.is_empty() {
        let from = whole.len() * 4;
        out[from..].copy_from_slice(&last);
    }
    if newline {
        out.push(b'\n');
    }
    out
}

fn hex_digit(c: u8) -> Option<u8> {
    Some(HEX_VALUES[usize::from(c)]).filter(|&d| d < 16)
}

fn decode_hex(t: &Thread, v: Value) -> Result<Ref<Bytes>> {
    let out = with_ascii(t, v, |text| {
        let (pairs, rest) = text.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(error(t, "Odd-length string"));
        }
        let mut all = 0;
        let decode = |&[a, b]: &[u8; 2]| {
            let (a, b) = (HEX_VALUES[usize::from(a)], HEX_VALUES[usize::from(b)]);
            all |= a | b;
            a << 4 | b
        };
        let out: Vec<u8> = pairs.iter().map(decode).collect();
        if all < 16 { Ok(out) } else { Err(error(t, "Non-hexadecimal digit found")) }
    })?;
    Bytes::new(t, &out?)
}

fn encode_hex(t: &Thread, v: Value, sep: Option<Value>, group: Option<i32>) -> Result<Ref<Bytes>> {
    let text = with_data(t, v, |bytes| taipan_vm::objects::bytes_shared::hex(t, bytes, sep, group))??;
    Bytes::new(t, text.as_ascii().unwrap_or("").as_bytes())
}

fn encode_quoted(input: &[u8], quote_tabs: bool, is_text: bool, header: bool) -> Vec<u8> {
    const LINE: usize = 76;
    let crlf = input.iter().position(|&b| b == b'\n').is_some_and(|i| i > 0 && input[i - 1] == b'\r');
    let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(input.len() * 2);
    let mut width = 0;
    let mut i = 0;
    while i < input.len() {
        let c = input[i];
        let next = input.get(i + 1).copied();
        let must = c > 126
            || c == b'='
            || (header && c == b'_')
            || (c == b'.' && width == 0 && (next.is_none() || matches!(next, Some(b'\n' | b'\r' | 0))))
            || (!is_text && (c == b'\r' || c == b'\n'))
            || ((c == b'\t' || c == b' ') && next.is_none())
            || (c < 33 && c != b'\r' && c != b'\n' && c != b'\t' && c != b' ')
            || (c < 33 && c != b'\r' && c != b'\n' && quote_tabs);
        if must {
            if width + 3 >= LINE {
                out.push(b'=');
                out.extend_from_slice(end);
                width = 0;
            }
            out.extend_from_slice(format!("={c:02X}").as_bytes());
            width += 3;
            i += 1;
            continue;
        }
        if is_text && (c == b'\n' || (c == b'\r' && next == Some(b'\n'))) {
            width = 0;
            // White space at the end of a line would be lost.
            if let Some(&last @ (b' ' | b'\t')) = out.last() {
                out.pop();
                out.extend_from_slice(format!("={last:02X}").as_bytes());
            }
            out.extend_from_slice(end);
            i += if c == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|n| n != b'\n') && width + 1 >= LINE {
            out.push(b'=');
            out.extend_from_slice(end);
            width = 0;
        }
        width += 1;
        out.push(if header && c == b' ' { b'_' } else { c });
        i += 1;
    }
    out
}

fn decode_quoted(input: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut i = 0;
    while i < input.len() {
        let c = input[i];
        if c == b'=' {
            i += 1;
            let Some(&next) = input.get(i) else { break };
            if next == b'\n' || next == b'\r' {
                // A soft line break.
                while i < input.len() && input[i] != b'\n' {
                    i += 1;
                }
                i += 1;
            } else if next == b'=' {
                out.push(b'=');
                i += 1;
            } else if let (Some(a), Some(b)) = (hex_digit(next), input.get(i + 1).and_then(|b| hex_digit(*b))) {
                out.push(a << 4 | b);
                i += 2;
            } else {
                out.push(b'=');
            }
        } else {
            out.push(if header && c == b'_' { b' ' } else { c });
            i += 1;
        }
    }
    out
}

/// Conversion between binary data and ASCII
#[pymodule(name = "binascii", init = init)]
impl Binascii {
    /// Decode a line of base64 data.
    ///
    ///   strict_mode
    ///     When set to True, bytes that are not in the base64 standard are not allowed.
    ///     The same applies to excess data after padding (= / ==).
    #[py("($module, data, /, *, strict_mode=False)")]
    fn a2b_base64(t: &Thread, data: Value, strict_mode: Option<bool>) -> Result<Ref<Bytes>> {
        let out = with_ascii(t, data, |input| decode_base64(t, input, strict_mode.unwrap_or(false)))?;
        Bytes::new(t, &out?)
    }
    /// Base64-code line of data.
    #[py("($module, data, /, *, newline=True)")]
    fn b2a_base64(t: &Thread, data: Value, newline: Option<bool>) -> Result<Ref<Bytes>> {
        let out = with_data(t, data, |input| encode_base64(input, newline.unwrap_or(true)))?;
        Bytes::new(t, &out)
    }
    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    /// This function is also available as "unhexlify()".
    #[py("($module, hexstr, /)")]
    fn a2b_hex(t: &Thread, hexstr: Value) -> Result<Ref<Bytes>> {
        decode_hex(t, hexstr)
    }
    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    #[py("($module, hexstr, /)")]
    fn unhexlify(t: &Thread, hexstr: Value) -> Result<Ref<Bytes>> {
        decode_hex(t, hexstr)
    }
    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    #[py("($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn b2a_hex(t: &Thread, data: Value, sep: Option<Value>, bytes_per_sep: Option<i32>) -> Result<Ref<Bytes>> {
        encode_hex(t, data, sep, bytes_per_sep)
    }
    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    #[py("($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hexlify(t: &Thread, data: Value, sep: Option<Value>, bytes_per_sep: Option<i32>) -> Result<Ref<Bytes>> {
        encode_hex(t, data, sep, bytes_per_sep)
    }
    /// Decode a line of uuencoded data.
    #[py("($module, data, /)")]
    fn a2b_uu(t: &Thread, data: Value) -> Result<Ref<Bytes>> {
        let input = ascii(t, data)?;
        let mut rest = input.iter().copied().peekable();
        let Some(length) = rest.next() else { return Err(error(t, "Missing length byte")) };
        let n = usize::from(length.wrapping_sub(b' ') & 63);
        let mut out = Vec::with_capacity(n);
        let (mut word, mut bits) = (0u32, 0);
        while out.len() < n {
            let v = match rest.next() {
                // Trailing blanks may have been cut off.
                None | Some(b'\n' | b'\r') => 0,
                Some(c) if !(b' '..=b' ' + 64).contains(&c) => return Err(error(t, "Illegal char")),
                Some(c) => u32::from(c - b' ') & 63,
            };
            word = word << 6 | v;
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                out.push((word >> bits) as u8);
                word &= (1 << bits) - 1;
            }
        }
        if rest.any(|c| !matches!(c, b' ' | b'`' | b'\n' | b'\r')) {
            return Err(error(t, "Trailing garbage"));
        }
        Bytes::new(t, &out)
    }
    /// Uuencode line of data.
    #[py("($module, data, /, *, backtick=False)")]
    fn b2a_uu(t: &Thread, data: Value, backtick: Option<bool>) -> Result<Ref<Bytes>> {
        let input = self::data(t, data)?;
        if input.len() > 45 {
            return Err(error(t, "At most 45 bytes at once"));
        }
        let shown = |v: u8| if v == 0 && backtick == Some(true) { b'`' } else { v + b' ' };
        let mut out = vec![shown(input.len() as u8)];
        for chunk in input.chunks(3) {
            let b = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
            out.extend([b[0] >> 2, (b[0] << 4 | b[1] >> 4) & 63, (b[1] << 2 | b[2] >> 6) & 63, b[2] & 63].map(shown));
        }
        out.push(b'\n');
        Bytes::new(t, &out)
    }
    /// Compute CRC-CCITT incrementally.
    #[py("($module, data, crc, /)")]
    fn crc_hqx(t: &Thread, data: Value, crc: Value) -> Result<u32> {
        let start = word(t, crc)? & 0xffff;
        let input = self::data(t, data)?;
        Ok(input.iter().fold(start, |c, &b| {
            (0..8).fold(c ^ u32::from(b) << 8, |c, _| if c & 0x8000 != 0 { (c << 1 ^ 0x1021) & 0xffff } else { c << 1 & 0xffff })
        }))
    }
    /// Compute CRC-32 incrementally.
    #[py("($module, data, crc=0, /)")]
    fn crc32(t: &Thread, data: Value, crc: Option<Value>) -> Result<u32> {
        let start = word(t, crc.unwrap_or(Value::small_int(0)))?;
        let input = self::data(t, data)?;
        Ok(crc32(&input, start))
    }
    /// Decode a string of qp-encoded data.
    #[py("($module, /, data, header=False)")]
    fn a2b_qp(t: &Thread, data: Value, header: Option<bool>) -> Result<Ref<Bytes>> {
        let input = ascii(t, data)?;
        Bytes::new(t, &decode_quoted(&input, header.unwrap_or(false)))
    }
    /// Encode a string using quoted-printable encoding.
    ///
    /// On encoding, when istext is set, newlines are not encoded, and white
    /// space at end of lines is.  When istext is not set, \r and \n (CR/LF)
    /// are both encoded.  When quotetabs is set, space and tabs are encoded.
    #[py("($module, /, data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(t: &Thread, data: Value, quotetabs: Option<bool>, istext: Option<bool>, header: Option<bool>) -> Result<Ref<Bytes>> {
        let input = self::data(t, data)?;
        Bytes::new(t, &encode_quoted(&input, quotetabs.unwrap_or(false), istext.unwrap_or(true), header.unwrap_or(false)))
    }
}

/// The low 32 bits of an integer.
fn word(t: &Thread, v: Value) -> Result<u32> {
    let i = t.index(v)?;
    Ok(t.int_value(i).map_or(0, |i| i.as_ref().wrapping_u64() as u32))
}
