//! Texts made of the reprs of objects, which may hold any code points.

use taipan_text::TextBuf;
use taipan_vm::native::*;
use taipan_vm::ops::text_of;

#[derive(Default)]
pub(crate) struct Shown(TextBuf);

impl Shown {
    pub fn new() -> Shown {
        Shown(TextBuf::new())
    }
    pub fn text(&mut self, s: &str) -> &mut Shown {
        self.0.push_str(s);
        self
    }
    pub fn repr(&mut self, t: &Thread, v: Value) -> Result<&mut Shown> {
        let s = t.repr(v)?;
        self.0.push_text(text_of(&s));
        Ok(self)
    }
    pub fn str(&mut self, t: &Thread, v: Value) -> Result<&mut Shown> {
        let s = t.str(v)?;
        self.0.push_text(text_of(&s));
        Ok(self)
    }
    pub fn finish(&self, t: &Thread) -> Result<Value> {
        t.str_from_text(&self.0).map(Ref::value)
    }
}
