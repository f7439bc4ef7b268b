use super::{Codec, Home, Progress, Stop};
use crate::TextBuf;

fn decode(home: Home, name: &str, input: &[u8]) -> (String, Progress) {
    let codec = Codec::find(home, name).expect(name);
    let mut out = TextBuf::new();
    let progress = codec.decode(&mut codec.decoder_state(), input, &mut out);
    (out.to_string_lossy(), progress)
}

fn encode(home: Home, name: &str, text: &str, last: bool) -> (Vec<u8>, Progress) {
    let codec = Codec::find(home, name).expect(name);
    let (mut state, mut out) = (codec.encoder_state(), Vec::new());
    let progress = codec.encode(&mut state, TextBuf::from(text).as_text(), last, &mut out);
    codec.reset_encoder(&mut state, &mut out);
    (out, progress)
}

#[test]
fn there_and_back() {
    let texts: [(Home, &str, &str, &[u8]); 10] = [
        (Home::Jp, "shift_jis", "ｱa日本", b"\xb1a\x93\xfa\x96\x7b"),
        (Home::Jp, "euc_jp", "日丂", b"\xc6\xfc\x8f\xb0\xa1"),
        (Home::Jp, "euc_jis_2004", "か゚か", b"\xa4\xf7\xa4\xab"),
        (Home::Cn, "gb18030", "一\u{80}\u{10000}", b"\xd2\xbb\x81\x30\x81\x30\x90\x30\x81\x30"),
        (Home::Cn, "hz", "~一a", b"~~~{R;~}a"),
        (Home::Kr, "euc_kr", "가갂", b"\xb0\xa1\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xa2"),
        (Home::Tw, "big5", "一", b"\xa4\x40"),
        (Home::Hk, "big5hkscs", "Ê̄Ê", b"\x88\x62\x88\x66"),
        (Home::Iso2022, "iso2022_jp", "a日\n", b"a\x1b$BF|\x1b(B\n"),
        (Home::Iso2022, "iso2022_kr", "가a", b"\x1b$)C\x0e0!\x0fa"),
    ];
    for (home, name, text, bytes) in texts {
        assert_eq!(encode(home, name, text, true), (bytes.to_vec(), (text.chars().count(), None)), "{name}");
        assert_eq!(decode(home, name, bytes), (text.to_string(), (bytes.len(), None)), "{name}");
    }
}

#[test]
fn says_what_it_cannot_deal_with() {
    assert_eq!(decode(Home::Jp, "euc_jp", b"a\xa4").1, (1, Some(Stop::Incomplete)));
    assert_eq!(decode(Home::Jp, "euc_jp", b"a\xa4 ").1, (1, Some(Stop::Illegal(1))));
    assert_eq!(decode(Home::Jp, "euc_jisx0213", b"\xae\xa1").1, (0, Some(Stop::Illegal(2))));
    assert_eq!(decode(Home::Iso2022, "iso2022_jp", b"\x1b$Z").1, (0, Some(Stop::Illegal(3))));
    assert_eq!(encode(Home::Kr, "cp949", "a\u{1f600}", true).1, (1, Some(Stop::Illegal(1))));
    assert_eq!(encode(Home::Jp, "euc_jis_2004", "か", false).1, (0, Some(Stop::Incomplete)));
}
