//! HZ (RFC 1843): `~{` and `~}` around GB 2312 with seven bits.

use super::tables::{Encoded, GB2312, Inverse};
use super::{Progress, State, Stop, push_code};
use crate::{Text, TextBuf};
use std::sync::LazyLock;

static CODES: LazyLock<Inverse> = LazyLock::new(|| Inverse::of(&GB2312));

pub fn reset_decoder(state: &mut State) {
    state.0[0] = 0;
}

pub fn reset_encoder(state: &mut State, out: &mut Vec<u8>) {
    if state.0[0] != 0 {
        out.extend_from_slice(b"~}");
        state.0[0] = 0;
    }
}

pub fn decode(state: &mut State, input: &[u8], out: &mut TextBuf) -> Progress {
    let mut at = 0;
    while at < input.len() {
        let (first, second) = (input[at], input.get(at + 1).copied());
        let within = state.0[0] != 0;
        match (first, second) {
            (b'~', None) => return (at, Some(Stop::Incomplete)),
            (b'~', Some(second)) => {
                match (second, within) {
                    (b'~', false) => out.push(u32::from(b'~')),
                    (b'{', false) => state.0[0] = 1,
                    (b'}', true) => state.0[0] = 0,
                    (b'\n', false) => {}
                    _ => return (at, Some(Stop::Illegal(1))),
                }
                at += 2;
            }
            (0x80.., _) => return (at, Some(Stop::Illegal(1))),
            _ if !within => {
                out.push(u32::from(first));
                at += 1;
            }
            (_, None) => return (at, Some(Stop::Incomplete)),
            (_, Some(second)) => {
                match GB2312.get((u32::from(first) << 8 | u32::from(second)) + 0x8080) {
                    0 => return (at, Some(Stop::Illegal(1))),
                    c => out.push(c),
                }
                at += 2;
            }
        }
    }
    (at, None)
}

pub fn encode(state: &mut State, text: Text<'_>, out: &mut Vec<u8>) -> Progress {
    for (at, c) in text.iter().enumerate() {
        if c < 0x80 {
            reset_encoder(state, out);
            out.push(c as u8);
            if c == u32::from(b'~') {
                out.push(b'~');
            }
            continue;
        }
        let Encoded::Code(code) = CODES.get(c) else {
            return (at, Some(Stop::Illegal(1)));
        };
        if state.0[0] == 0 {
            out.extend_from_slice(b"~{");
            state.0[0] = 1;
        }
        push_code(code - 0x8080, out);
    }
    (text.len(), None)
}
