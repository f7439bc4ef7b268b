//! The methods of `list`.

use crate::native::*;
use crate::objects::iterators::ListIterator;

#[pyclass(name = "list", flags(BASE, SEQUENCE, MATCH_SELF, OWNED))]
impl List {
    #[py]
    fn __iter__(t: &Thread, this: Ref<List>) -> Result<Ref<ListIterator>> {
        ListIterator::new(t, this)
    }
    #[py]
    fn __len__(_t: &Thread, this: Ref<List>) -> usize {
        this.len()
    }
    /// Append object to the end of the list.
    #[py(name = "append", "($self, object, /)")]
    fn append_method(t: &Thread, this: Ref<List>, object: Value) -> Result<()> {
        this.append(t, object)
    }
}
