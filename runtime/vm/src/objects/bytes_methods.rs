//! The methods of `bytes`.

use crate::native::*;

#[pyclass(name = "bytes", flags(BASE, MATCH_SELF))]
impl Bytes {
    #[py]
    fn __len__(_t: &Thread, this: Ref<Bytes>) -> usize {
        this.len()
    }
}
