//! Builds the texts of exceptions from strings and literals; lone surrogates pass through.

use crate::native::*;

/// A string under construction.
#[derive(Default)]
pub struct Text {
    points: Vec<u32>,
}

impl Text {
    pub fn new() -> Text {
        Text::default()
    }
    /// Appends a literal, or any Rust string.
    pub fn ascii(&mut self, s: &str) -> &mut Text {
        self.points.extend(s.chars().map(|c| c as u32));
        self
    }
    pub fn str(&mut self, s: Ref<Str>) -> &mut Text {
        self.points.extend(s.units().iter());
        self
    }
    /// Appends `str(v)`.
    pub fn str_of(&mut self, t: &Thread, v: Value) -> Result<&mut Text> {
        Ok(self.str(t.str(v)?))
    }
    /// Appends `repr(v)`.
    pub fn repr_of(&mut self, t: &Thread, v: Value) -> Result<&mut Text> {
        Ok(self.str(t.repr(v)?))
    }
    pub fn finish(&self, t: &Thread) -> Result<Ref<Str>> {
        Str::from_code_points(t, &self.points)
    }
}
