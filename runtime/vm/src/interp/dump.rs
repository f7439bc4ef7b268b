//! Stacks as text, made without allocating on the heap and without calling Python: for reports of crashes and of hangs.

use super::snapshot::{for_each_frame, for_each_other};
use super::*;
use crate::objects::str::Units;
use std::fmt::Write as _;

/// Deeper frames are not shown.
const MAX_FRAMES: usize = 100;
/// Nor is more of a string.
const MAX_STRING: usize = 500;

/// Receives text; what it does with it decides where this may be used.
pub struct Output<'a>(pub &'a mut dyn FnMut(&[u8]));

impl std::fmt::Write for Output<'_> {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        (self.0)(s.as_bytes());
        Ok(())
    }
}

impl Output<'_> {
    fn put(&mut self, s: &str) {
        (self.0)(s.as_bytes());
    }

    fn string(&mut self, s: Ref<Str>) {
        let units = s.units();
        for i in 0..units.len().min(MAX_STRING) {
            let c = match units {
                Units::Latin1(u) => u32::from(u[i]),
                Units::Ucs2(u) => u32::from(u[i]),
                Units::Ucs4(u) => u[i],
            };
            let _ = match c {
                0x20..0x7f => self.write_char(c as u8 as char),
                0..=0xff => write!(self, "\\x{c:02x}"),
                0x100..=0xffff => write!(self, "\\u{c:04x}"),
                _ => write!(self, "\\U{c:08x}"),
            };
        }
        if units.len() > MAX_STRING {
            self.put("...");
        }
    }

    /// The frames of a thread, innermost first.
    ///
    /// # Safety
    /// The thread is stopped, or the calling one.
    pub unsafe fn frames(&mut self, of: &Thread) {
        let mut n = 0;
        // SAFETY: the caller's promise.
        unsafe {
            for_each_frame(of, |regs, index| {
                n += 1;
                if n > MAX_FRAMES {
                    if n == MAX_FRAMES + 1 {
                        self.put("  ...\n");
                    }
                    return;
                }
                let code = code_of(regs);
                self.put("  File \"");
                self.string(code.filename.expect());
                self.put("\", line ");
                let _ = match code.position(index).line {
                    0 => self.write_str("???"),
                    line => write!(self, "{line}"),
                };
                self.put(" in ");
                self.string(code.name.expect());
                self.put("\n");
            });
        }
        if n == 0 {
            self.put("  <no Python frame>\n");
        }
    }

    /// The line above a thread's frames.
    pub fn thread_title(&mut self, ident: u64, current: bool) {
        self.put(if current { "Current thread " } else { "Thread " });
        let _ = write!(self, "0x{ident:016x}");
        let mut name = [0u8; 32];
        // SAFETY: the caller knows the thread to be alive; the buffer's length is passed.
        let ok = unsafe { libc::pthread_getname_np(ident as libc::pthread_t, name.as_mut_ptr().cast(), name.len()) } == 0;
        let length = name.iter().position(|&b| b == 0).unwrap_or(0);
        if ok && length > 0 {
            self.put(" [");
            (self.0)(&name[..length]);
            self.put("]");
        }
        self.put(" (most recent call first):\n");
    }
}

/// The stacks of all threads but the calling one, newest thread first. `current`: identifier of the one to be called so.
pub fn other_threads(t: &Thread, current: Option<u64>) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for_each_other(t, |other| {
        let mut text = Vec::new();
        let mut put = |s: &[u8]| text.extend_from_slice(s);
        let mut output = Output(&mut put);
        output.thread_title(other.ident.get(), current == Some(other.ident.get()));
        // SAFETY: the world is stopped.
        unsafe { output.frames(other) };
        out.push(text);
    });
    out.reverse();
    out
}
