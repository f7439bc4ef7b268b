//! `traceback`: where an exception passed through, innermost last.
//!
//! The instruction is kept; its line is looked up in the code's positions when somebody asks. `tb_lasti` counts two for
//! each instruction word, after the entry of the code at 0: `co_positions` is indexed by half of it.

use crate::native::*;
use crate::objects::frame::Frame;

#[derive(HeapType)]
#[repr(C)]
pub struct Traceback {
    header: Header,
    next: RefField<Traceback>,
    frame: Field,
    /// Offset of the instruction, as Python counts them; negative: unknown.
    lasti: i32,
    /// The line, or [`LINE_OF_LASTI`].
    line: i32,
}

/// The line is that of the instruction.
const LINE_OF_LASTI: i32 = -1;

impl Traceback {
    /// An entry for `frame` at instruction word `word`, around the entries inside it.
    pub fn new(t: &Thread, next: Option<Ref<Traceback>>, frame: Value, word: u32) -> Result<Ref<Traceback>> {
        Traceback::with_line(t, next, frame, crate::interp::trace::offset(word as usize) as i32, LINE_OF_LASTI)
    }
    fn with_line(t: &Thread, next: Option<Ref<Traceback>>, frame: Value, lasti: i32, line: i32) -> Result<Ref<Traceback>> {
        let field = RefField::null();
        field.init(next);
        t.create(Traceback { header: Header::NEW, next: field, frame: Field::new(frame), lasti, line })
    }
    /// Links another entry after this one.
    pub(crate) fn set_next(this: Ref<Traceback>, t: &Thread, next: Option<Ref<Traceback>>) {
        this.next.set(t, this.header(), next)
    }
    pub fn next(&self) -> Option<Ref<Traceback>> {
        self.next.get()
    }
    pub fn frame(&self) -> Value {
        self.frame.get()
    }
    /// Index of the instruction word, if it is known.
    pub fn word(&self) -> Option<usize> {
        usize::try_from(self.lasti).ok().map(|n| (n / 2).saturating_sub(1))
    }
    pub fn code(&self) -> Option<Ref<Code>> {
        self.frame.get().downcast::<Frame>().map(|f| f.code.expect())
    }
    /// The source range of the instruction.
    pub fn position(&self) -> Option<taipan_compiler::Position> {
        Some(self.code()?.position(self.word()?))
    }
    /// The line, if the instruction has one.
    pub fn line(&self) -> Option<u32> {
        match self.line {
            LINE_OF_LASTI => self.position().map(|p| p.line).filter(|&line| line > 0),
            line => u32::try_from(line).ok(),
        }
    }
    fn int_argument(t: &Thread, v: i64) -> Result<i32> {
        i32::try_from(v).map_err(|_| t.overflow_error("Python int too large to convert to C int"))
    }
}

/// Create a new traceback object.
#[pyclass(name = "traceback", flags())]
impl Traceback {
    #[py("(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn __new__(
        t: &Thread,
        _cls: Ref<Class>,
        tb_next: Value,
        tb_frame: Value,
        tb_lasti: i64,
        tb_lineno: i64,
    ) -> Result<Ref<Traceback>> {
        if tb_frame.downcast::<Frame>().is_none() {
            let got = class_of(tb_frame).name_string();
            return Err(t.type_error(format!("traceback() argument 'tb_frame' must be frame, not {got}")));
        }
        let next = match tb_next {
            Value::NONE => None,
            v => match v.downcast::<Traceback>() {
                Some(tb) => Some(tb),
                None => {
                    let got = class_of(v).name_string();
                    return Err(t.type_error(format!("expected traceback object or None, got '{got}'")));
                }
            },
        };
        let lasti = Traceback::int_argument(t, tb_lasti)?;
        Traceback::with_line(t, next, tb_frame, lasti, Traceback::int_argument(t, tb_lineno)?)
    }
    #[py("($self, /)")]
    fn __dir__(t: &Thread, _this: Ref<Traceback>) -> Result<Ref<List>> {
        let out = ValueVec::new();
        for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
            out.push(t, Str::intern_str(t, name)?.value())?;
        }
        out.into_list(t)
    }
    #[py(member)]
    fn tb_frame(_t: &Thread, this: Ref<Traceback>) -> Value {
        this.frame()
    }
    #[py(member)]
    fn tb_lasti(_t: &Thread, this: Ref<Traceback>) -> i32 {
        this.lasti
    }
    #[py(getter)]
    fn tb_lineno(_t: &Thread, this: Ref<Traceback>) -> Option<i64> {
        match this.line {
            LINE_OF_LASTI => this.line().map(i64::from),
            line => Some(line as i64),
        }
    }
    #[py(getter)]
    fn tb_next(_t: &Thread, this: Ref<Traceback>) -> Option<Ref<Traceback>> {
        this.next()
    }
    #[py(setter)]
    fn set_tb_next(t: &Thread, this: Ref<Traceback>, value: Option<Value>) -> Result<()> {
        let next = match value {
            None => return Err(t.type_error("can't delete tb_next attribute")),
            Some(Value::NONE) => None,
            Some(v) => match v.downcast::<Traceback>() {
                Some(tb) => Some(tb),
                None => return Err(t.type_error(format!("expected traceback object, got '{}'", class_of(v).name_string()))),
            },
        };
        let mut at = next;
        while let Some(tb) = at {
            if tb == this {
                return Err(t.value_error("traceback loop detected"));
            }
            at = tb.next();
        }
        this.next.set(t, this.header(), next);
        Ok(())
    }
}
