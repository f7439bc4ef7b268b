//! The methods of `tuple`.

use crate::native::*;
use crate::objects::iterators::TupleIterator;

#[pyclass(name = "tuple", flags(BASE, SEQUENCE, MATCH_SELF))]
impl Tuple {
    #[py]
    fn __iter__(t: &Thread, this: Ref<Tuple>) -> Result<Ref<TupleIterator>> {
        TupleIterator::new(t, this)
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<Tuple>) -> usize {
        this.len()
    }
}
