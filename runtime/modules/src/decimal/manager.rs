//! What `localcontext` returns.

use super::context::Context;
use taipan_vm::native::*;

/// Makes a context the current one for the body of a `with` statement.
#[derive(HeapType)]
#[repr(C)]
pub struct ContextManager {
    header: Header,
    local: RefField<Context>,
    /// The context that comes back at the end.
    global: RefField<Context>,
}

impl ContextManager {
    pub fn create(t: &Thread, ctx: Option<Value>, kwargs: Kwargs) -> Result<Ref<ContextManager>> {
        let global = Context::current(t)?;
        let source = match ctx {
            Some(v) if !v.is_none() => {
                v.downcast::<Context>().ok_or_else(|| t.type_error("optional argument must be a context"))?
            }
            _ => global,
        };
        let local = Context::copy_of(t, source, true)?;
        let mut pos = 0;
        while let Some((k, v)) = kwargs.0.and_then(|k| k.next(&mut pos)) {
            let key = k.downcast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
            if !matches!(&*key, "prec" | "rounding" | "Emin" | "Emax" | "capitals" | "clamp" | "flags" | "traps") {
                return Err(t.type_error(format!("this function got an unexpected keyword argument '{key}'")));
            }
            Context::configure(t, local, &key, v)?;
        }
        let (a, b) = (RefField::null(), RefField::null());
        a.init(local);
        b.init(global);
        t.create(ContextManager { header: Header::NEW, local: a, global: b })
    }
}

#[pyclass(name = "ContextManager", module = "decimal", flags(NO_NEW))]
impl ContextManager {
    /// Make the local context the current one, and return it.
    #[py("($self, /)")]
    fn __enter__(t: &Thread, this: Ref<ContextManager>) -> Result<Ref<Context>> {
        let local = this.local.expect();
        Context::make_current(t, local.value())?;
        Ok(local)
    }
    /// Make the context of before the current one again.
    #[py("($self, /, *args)", nosig)]
    fn __exit__(t: &Thread, this: Ref<ContextManager>, _args: &[Value]) -> Result<bool> {
        Context::make_current(t, this.global.expect().value())?;
        Ok(false)
    }
}
