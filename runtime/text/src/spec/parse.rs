//! The parser of format specifiers.

use super::{Align, Grouping, Spec, SpecError, show};
use crate::{Text, unicode};

const COMMA: u32 = b',' as u32;
const UNDERSCORE: u32 = b'_' as u32;

fn align_of(c: u32) -> Option<Align> {
    Some(match u8::try_from(c).ok()? {
        b'<' => Align::Left,
        b'>' => Align::Right,
        b'^' => Align::Center,
        b'=' => Align::AfterSign,
        _ => return None,
    })
}

struct Reader<'a> {
    text: Text<'a>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u32> {
        self.text.get(self.at)
    }

    fn eat(&mut self, c: u8) -> bool {
        let found = self.peek() == Some(u32::from(c));
        self.at += usize::from(found);
        found
    }

    /// A run of decimal digits, of any script.
    fn integer(&mut self) -> Result<Option<usize>, SpecError> {
        let mut value = None::<usize>;
        while let Some(d) = self.peek().and_then(unicode::decimal) {
            self.at += 1;
            let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(usize::from(d)));
            value = next.filter(|&v| isize::try_from(v).is_ok());
            if value.is_none() {
                return Err(SpecError::new("Too many decimal digits in format string"));
            }
        }
        Ok(value)
    }

    /// `,` or `_`, but not both.
    fn grouping(&mut self) -> Result<Grouping, SpecError> {
        let grouping = if self.eat(b',') {
            Grouping::Comma
        } else if self.eat(b'_') {
            Grouping::Underscore
        } else {
            return Ok(Grouping::None);
        };
        let other = if grouping == Grouping::Comma { UNDERSCORE } else { COMMA };
        if self.peek() == Some(other) {
            return Err(SpecError::new("Cannot specify both ',' and '_'."));
        }
        Ok(grouping)
    }
}

fn cannot_group(grouping: Grouping, kind: Option<u32>) -> SpecError {
    let separator = if grouping == Grouping::Comma { ',' } else { '_' };
    SpecError::new(format!("Cannot specify '{separator}' with {}.", show(kind.unwrap_or(0))))
}

impl Spec {
    /// Parses a specifier for an object of a type, with the type's default type character and alignment (`Right` for
    /// numbers, `Left` for strings).
    pub fn parse(text: Text<'_>, type_name: &str, kind: Option<u8>, align: Align) -> Result<Spec, SpecError> {
        let mut r = Reader { text, at: 0 };
        let mut spec = Spec {
            fill: u32::from(b' '),
            align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: Grouping::None,
            fraction_grouping: Grouping::None,
            precision: None,
            kind: kind.map(u32::from),
        };
        let (mut fill_given, mut align_given) = (false, false);
        if let Some(a) = text.get(1).and_then(align_of) {
            (spec.align, spec.fill) = (a, text.at(0));
            (fill_given, align_given) = (true, true);
            r.at = 2;
        } else if let Some(a) = r.peek().and_then(align_of) {
            spec.align = a;
            align_given = true;
            r.at = 1;
        }
        if let Some(sign @ (b'+' | b'-' | b' ')) = r.peek().and_then(|c| u8::try_from(c).ok()) {
            spec.sign = Some(sign);
            r.at += 1;
        }
        spec.no_negative_zero = r.eat(b'z');
        spec.alternate = r.eat(b'#');
        if !fill_given && r.eat(b'0') {
            spec.fill = u32::from(b'0');
            if !align_given && align == Align::Right {
                spec.align = Align::AfterSign;
            }
        }
        spec.width = r.integer()?;
        spec.grouping = r.grouping()?;
        if r.eat(b'.') {
            spec.precision = r.integer()?;
            spec.fraction_grouping = r.grouping()?;
            if spec.precision.is_none() && spec.fraction_grouping == Grouping::None {
                return Err(SpecError::new("Format specifier missing precision"));
            }
        }
        if r.at + 1 < text.len() {
            return Err(SpecError::new(format!("Invalid format specifier '{text}' for object of type '{type_name}'")));
        }
        if let Some(c) = r.peek() {
            spec.kind = Some(c);
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&mut self) -> Result<(), SpecError> {
        let kind = self.kind.map_or(Some(0), |k| u8::try_from(k).ok());
        if self.grouping != Grouping::None {
            match kind {
                Some(b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0) => {}
                Some(b'b' | b'o' | b'x' | b'X') if self.grouping == Grouping::Underscore => {
                    self.grouping = Grouping::UnderscoreFour;
                }
                _ => return Err(cannot_group(self.grouping, self.kind)),
            }
        }
        if self.fraction_grouping != Grouping::None && kind == Some(b'n') {
            return Err(cannot_group(self.fraction_grouping, self.kind));
        }
        Ok(())
    }
}
