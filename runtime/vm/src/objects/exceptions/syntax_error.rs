//! `SyntaxError`: a message with a place in a source text.

use super::base::BaseException;
use super::members::members;
use super::simple::Base;
use super::text::Text;
use super::{Exception, Kind, class};
use crate::native::*;
use taipan_compiler::SyntaxErrorKind;

#[derive(HeapType)]
#[heap(base = BaseException)]
#[repr(C)]
pub struct SyntaxError {
    base: BaseException,
    pub msg: Field,
    pub filename: Field,
    pub lineno: Field,
    pub offset: Field,
    pub text: Field,
    pub end_lineno: Field,
    pub end_offset: Field,
    pub print_file_and_line: Field,
    pub metadata: Field,
}
impl Base for SyntaxError {}

members! {
    syntax_error_members: SyntaxError {
        member "msg" = msg, "exception msg";
        member "filename" = filename, "exception filename";
        member "lineno" = lineno, "exception lineno";
        member "offset" = offset, "exception offset";
        member "text" = text, "exception text";
        member "end_lineno" = end_lineno, "exception end lineno";
        member "end_offset" = end_offset, "exception end offset";
        member "print_file_and_line" = print_file_and_line, "exception print_file_and_line";
        member "_metadata" = metadata, "exception private metadata";
    }
}

impl SyntaxError {
    /// Fills the fields from `(message, (filename, lineno, offset, text[, end_lineno, end_offset[, metadata]]))`.
    fn take_arguments(t: &Thread, this: Ref<SyntaxError>, args: &[Value]) -> Result<()> {
        let h = this.header();
        if let Some(msg) = args.first() {
            this.msg.set(t, h, *msg);
        }
        let &[_, info] = args else {
            return Ok(());
        };
        let info = t.iterate_to_tuple(info)?;
        let given = info.len();
        if !(4..=7).contains(&given) {
            let (bound, n) = if given < 4 { ("least", 4) } else { ("most", 7) };
            return Err(t.type_error(format!("function takes at {bound} {n} arguments ({given} given)")));
        }
        let fields = [&this.filename, &this.lineno, &this.offset, &this.text, &this.end_lineno, &this.end_offset, &this.metadata];
        for (i, field) in fields.into_iter().enumerate() {
            field.set(t, h, info.get(i).unwrap_or(Value::EMPTY));
        }
        if given == 5 {
            return Err(t.type_error("end_offset must be provided when end_lineno is provided"));
        }
        Ok(())
    }
}

/// Invalid syntax.
#[pyclass(name = "SyntaxError", base = Exception, flags(BASE), init = syntax_error_members)]
impl SyntaxError {
    #[py]
    fn __init__(t: &Thread, this: Ref<SyntaxError>, args: &[Value], kwargs: Kwargs) -> Result<()> {
        BaseException::initialise(t, Base::upcast(this), args, kwargs)?;
        SyntaxError::take_arguments(t, this, args)
    }
    #[py]
    fn __str__(t: &Thread, this: Ref<SyntaxError>) -> Result<Ref<Str>> {
        let msg = this.msg.get().some().unwrap_or(Value::NONE);
        let filename = this.filename.get().downcast::<Str>();
        let lineno = this.lineno.get().some().filter(|v| class_of(*v) == BigInt::class());
        let mut text = Text::new();
        text.str_of(t, msg)?;
        if filename.is_none() && lineno.is_none() {
            return text.finish(t);
        }
        text.ascii(" (");
        if let Some(name) = filename {
            let units = name.units();
            let start = (0..units.len()).rev().find(|&i| units.at(i) == b'/' as u32).map_or(0, |i| i + 1);
            text.str(Str::from_units(t, units.slice(start..units.len()))?);
        }
        if let Some(line) = lineno {
            text.ascii(if filename.is_some() { ", line " } else { "line " }).str_of(t, line)?;
        }
        text.ascii(")").finish(t)
    }
}

/// The exception for an error of the compiler.
#[cold]
pub fn syntax_error(t: &Thread, e: &taipan_compiler::SyntaxError, filename: Ref<Str>) -> Exc {
    let make = || {
        let kind = match e.kind {
            SyntaxErrorKind::Recursion => return Ok(t.recursion_error(&e.message).value()),
            SyntaxErrorKind::Syntax => Kind::SyntaxError,
            SyntaxErrorKind::Indentation => Kind::IndentationError,
            SyntaxErrorKind::Tab => Kind::TabError,
            SyntaxErrorKind::Incomplete => Kind::_IncompleteInputError,
        };
        let message = Str::from_str(t, &e.message)?.value();
        let text = match &e.text {
            Some(text) => Str::from_str(t, text)?.value(),
            None => Value::NONE,
        };
        let number = |n: u32| Value::small_int(if n == taipan_compiler::NO_COLUMN { -1 } else { n as i64 });
        let place = [filename.value(), number(e.line), number(e.offset), text, number(e.end_line), number(e.end_offset)];
        let info = Tuple::new(t, &place)?;
        super::instantiate(t, class(kind), &[message, info.value()])
    };
    super::raise_made(t, make())
}
