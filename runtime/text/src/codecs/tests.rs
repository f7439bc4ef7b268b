//! Expected results are CPython 3.14's.

use super::*;

fn dec(codec: Codec, input: &[u8], errors: Errors) -> Result<String, (usize, usize, &'static str)> {
    decode(codec, input, errors, true)
        .map(|(t, _)| crate::repr::str_ascii(t.as_text()).to_string_lossy())
        .map_err(|e| (e.start, e.end, e.reason))
}

fn part(codec: Codec, input: &[u8]) -> (String, usize) {
    match decode(codec, input, Errors::Strict, false) {
        Ok((t, n)) => (t.to_string_lossy(), n),
        Err(e) => panic!("{e:?}"),
    }
}

fn enc(codec: Codec, codes: &[u32], errors: Errors) -> Result<Vec<u8>, (usize, usize, &'static str)> {
    let text: TextBuf = codes.iter().copied().collect();
    encode(codec, text.as_text(), errors).map_err(|e| (e.start, e.end, e.reason))
}

#[test]
fn utf8_errors() {
    let strict = |b: &[u8]| dec(Codec::Utf8, b, Errors::Strict);
    assert_eq!(strict("aé€😀".as_bytes()), Ok("'a\\xe9\\u20ac\\U0001f600'".into()));
    assert_eq!(strict(b"ab\xff"), Err((2, 3, "invalid start byte")));
    assert_eq!(strict(b"\xc0\x80"), Err((0, 1, "invalid start byte")));
    assert_eq!(strict(b"\xe2\x82"), Err((0, 2, "unexpected end of data")));
    assert_eq!(strict(b"\xe2\x82x"), Err((0, 2, "invalid continuation byte")));
    assert_eq!(strict(b"\xf0\x9f\x98"), Err((0, 3, "unexpected end of data")));
    assert_eq!(strict(b"\xed\xa0\x80"), Err((0, 1, "invalid continuation byte")));
    assert_eq!(strict(b"\xf5"), Err((0, 1, "invalid start byte")));
    assert_eq!(part(Codec::Utf8, b"a\xe2\x82"), ("a".into(), 1));
    assert_eq!(part(Codec::Utf8, b"a\xed\xa0"), ("a".into(), 1));
    let with = |e| dec(Codec::Utf8, b"a\xff\xe2\x82x\xed\xb0\x80", e);
    assert_eq!(with(Errors::Replace), Ok("'a\\ufffd\\ufffdx\\ufffd\\ufffd\\ufffd'".into()));
    assert_eq!(with(Errors::Ignore), Ok("'ax'".into()));
    assert_eq!(with(Errors::BackslashReplace), Ok(r"'a\\xff\\xe2\\x82x\\xed\\xb0\\x80'".into()));
    assert_eq!(with(Errors::SurrogateEscape), Ok(r"'a\udcff\udce2\udc82x\udced\udcb0\udc80'".into()));
    assert_eq!(with(Errors::SurrogatePass), Err((1, 2, "invalid start byte")));
    assert_eq!(dec(Codec::Utf8, b"\xed\xb0\x80", Errors::SurrogatePass), Ok("'\\udc00'".into()));
    assert_eq!(dec(Codec::Utf8Sig, b"\xef\xbb\xbf\xffa", Errors::SurrogateEscape), Ok("'\\udcffa'".into()));
    assert_eq!(dec(Codec::Utf8Sig, b"\xef\xbb\xbf\xff", Errors::Strict), Err((0, 1, "invalid start byte")));
    assert_eq!(part(Codec::Utf8Sig, b"\xef\xbb"), (String::new(), 0));
}

#[test]
fn encode_errors() {
    let s = [0x61, 0xDC80, 0xDCFF, 0x20AC];
    let strict = |c| enc(c, &s, Errors::Strict);
    assert_eq!(strict(Codec::Utf8), Err((1, 3, "surrogates not allowed")));
    assert_eq!(strict(Codec::Utf16(Order::Little)), Err((1, 2, "surrogates not allowed")));
    assert_eq!(strict(Codec::Ascii), Err((1, 4, "ordinal not in range(128)")));
    assert_eq!(strict(Codec::Latin1), Err((1, 4, "ordinal not in range(256)")));
    assert_eq!(enc(Codec::Utf8, &s, Errors::SurrogateEscape), Ok(b"a\x80\xff\xe2\x82\xac".to_vec()));
    assert_eq!(enc(Codec::Utf8, &s, Errors::SurrogatePass), Ok(b"a\xed\xb2\x80\xed\xb3\xbf\xe2\x82\xac".to_vec()));
    assert_eq!(enc(Codec::Ascii, &s, Errors::SurrogateEscape), Err((3, 4, "ordinal not in range(128)")));
    assert_eq!(enc(Codec::Ascii, &s, Errors::XmlCharRefReplace), Ok(b"a&#56448;&#56575;&#8364;".to_vec()));
    assert_eq!(enc(Codec::Ascii, &s, Errors::BackslashReplace), Ok(b"a\\udc80\\udcff\\u20ac".to_vec()));
    assert_eq!(enc(Codec::Ascii, &s, Errors::NameReplace), Ok(b"a\\udc80\\udcff\\N{EURO SIGN}".to_vec()));
    assert_eq!(enc(Codec::Latin1, &s, Errors::Replace), Ok(b"a???".to_vec()));
    assert_eq!(enc(Codec::Utf16(Order::Marked), &[0x61, 0xD800], Errors::Replace), Ok(b"\xff\xfea\0?\0".to_vec()));
    assert_eq!(enc(Codec::Utf16(Order::Big), &[0x1F600, 0xD800], Errors::SurrogatePass), Ok(b"\xd8\x3d\xde\0\xd8\0".to_vec()));
    assert_eq!(enc(Codec::Utf8Sig, &[0x61], Errors::Strict), Ok(b"\xef\xbb\xbfa".to_vec()));
}

#[test]
fn wide() {
    let marked = Codec::Utf16(Order::Marked);
    assert_eq!(dec(marked, b"\xfe\xff\0a\xd8=\xde\0", Errors::Strict), Ok("'a\\U0001f600'".into()));
    assert_eq!(dec(marked, b"a\0", Errors::Strict), Ok("'a'".into()));
    assert_eq!(dec(marked, b"\0\xd8", Errors::Strict), Err((0, 2, "unexpected end of data")));
    assert_eq!(dec(marked, b"a\0b", Errors::Strict), Err((2, 3, "truncated data")));
    assert_eq!(dec(marked, b"\0\xdca\0", Errors::Strict), Err((0, 2, "illegal encoding")));
    assert_eq!(dec(marked, b"\0\xd8a\0", Errors::Strict), Err((0, 2, "illegal UTF-16 surrogate")));
    assert_eq!(dec(marked, b"\0\xd8a\0", Errors::SurrogatePass), Ok("'\\ud800a'".into()));
    assert_eq!(part(marked, b"a\0\0\xd8\0"), ("a".into(), 2));
    let le = Codec::Utf32(Order::Little);
    assert_eq!(dec(le, b"a\0\0\0\0\xd8\0\0", Errors::SurrogatePass), Ok("'a\\ud800'".into()));
    assert_eq!(dec(le, b"\0\0\x11\0", Errors::Strict), Err((0, 4, "code point not in range(0x110000)")));
    assert_eq!(dec(le, b"a\0\0", Errors::Replace), Ok("'\\ufffd'".into()));
}

#[test]
fn utf7() {
    let u7 = Codec::Utf7;
    assert_eq!(enc(u7, &[0x61, 0x2B, 0xE9, 0x1F600, 0x2D, 0x7E], Errors::Strict), Ok(b"a+-+AOnYPd4A--+AH4-".to_vec()));
    assert_eq!(dec(u7, b"a+-+AOnYPd4A--+AH4-", Errors::Strict), Ok("'a+\\xe9\\U0001f600-~'".into()));
    assert_eq!(dec(u7, b"a\xff", Errors::Strict), Err((1, 2, "unexpected special character")));
    assert_eq!(dec(u7, b"+!", Errors::Strict), Err((0, 2, "ill-formed sequence")));
    assert_eq!(dec(u7, b"+AO", Errors::Strict), Err((0, 3, "unterminated shift sequence")));
    assert_eq!(dec(u7, b"+AOn!", Errors::Replace), Ok("'\\xe9\\ufffd'".into()));
    assert_eq!(part(u7, b"ab+AOk"), ("ab".into(), 2));
}

#[test]
fn escapes() {
    let ue = Codec::UnicodeEscape;
    assert_eq!(dec(ue, br"a\x41\u20ac\U0001f600\n\101\q\N{DIGIT ONE}", Errors::Strict), Ok(r"'aA\u20ac\U0001f600\nA\\q1'".into()));
    assert_eq!(dec(ue, br"\x4", Errors::Strict), Err((0, 3, "truncated \\xXX escape")));
    assert_eq!(dec(ue, br"\u12G", Errors::Replace), Ok(r"'\ufffdG'".into()));
    assert_eq!(dec(ue, br"\U00110000", Errors::Strict), Err((0, 10, "illegal Unicode character")));
    assert_eq!(dec(ue, br"a\", Errors::Strict), Err((1, 2, "\\ at end of string")));
    assert_eq!(dec(ue, br"\N{x}", Errors::Strict), Err((0, 5, "unknown Unicode character name")));
    assert_eq!(dec(ue, br"\N{}", Errors::Strict), Err((0, 3, "malformed \\N character escape")));
    assert_eq!(part(ue, br"ab\u12"), ("ab".into(), 2));
    assert_eq!(
        enc(ue, &[0x27, 0xE9, 0x0A, 0x5C, 0x20AC, 0x1F600, 0], Errors::Strict),
        Ok(br"'\xe9\n\\\u20ac\U0001f600\x00".to_vec())
    );
    let raw = Codec::RawUnicodeEscape;
    assert_eq!(dec(raw, b"\\n\\\\u1234\\u20ac\xe9\\", Errors::Strict), Ok(r"'\\n\\\\u1234\u20ac\xe9\\'".into()));
    assert_eq!(dec(raw, br"\u12", Errors::Strict), Err((0, 4, "truncated \\uXXXX escape")));
    assert_eq!(enc(raw, &[0xE9, 0x5C, 0x20AC], Errors::Strict), Ok(b"\xe9\\\\u20ac".to_vec()));
    assert_eq!(escape::decode_bytes(br"a\x41\0\q\'", None, &mut None), Ok(b"aA\0\\q'".to_vec()));
    assert_eq!(escape::decode_bytes(br"a\x4g", None, &mut None), Err(escape::BytesEscapeError::BadHex(1)));
}
