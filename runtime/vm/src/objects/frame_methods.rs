//! The attributes of `frame`.

use crate::native::*;
use crate::objects::frame::Frame;

#[pyclass(name = "frame", flags(NO_NEW))]
impl Frame {
    #[py(getter)]
    fn f_code(_t: &Thread, this: Ref<Frame>) -> Ref<Code> {
        this.code.expect()
    }
    #[py(getter)]
    fn f_globals(_t: &Thread, this: Ref<Frame>) -> Value {
        this.globals.get()
    }
    #[py(getter)]
    fn f_back(t: &Thread, this: Ref<Frame>) -> Result<Value> {
        this.back(t)
    }
    #[py(getter)]
    fn f_lineno(t: &Thread, this: Ref<Frame>) -> u32 {
        this.line(t)
    }
    #[py(getter)]
    fn f_lasti(t: &Thread, this: Ref<Frame>) -> i64 {
        this.last_index(t) as i64 * 2
    }
}
