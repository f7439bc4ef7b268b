//! What has been written already, by identity.

use rustc_hash::FxHashMap;
use taipan_vm::native::*;

/// Numbers of objects in the order in which they were written. The objects stay alive with it, so that no word is used twice.
#[derive(Default)]
pub struct Memo {
    numbers: FxHashMap<u64, u32>,
    objects: ValueVec,
}

impl Memo {
    pub fn len(&self) -> usize {
        self.objects.len()
    }
    #[inline]
    pub fn get(&self, v: Value) -> Option<u32> {
        self.numbers.get(&v.bits()).copied()
    }
    pub fn put(&mut self, t: &Thread, v: Value) -> Result<u32> {
        let n = self.objects.len() as u32;
        self.objects.push(t, v)?;
        self.numbers.insert(v.bits(), n);
        Ok(n)
    }
    pub fn objects(&self) -> &[Value] {
        self.objects.as_slice()
    }
    pub fn from_objects(t: &Thread, objects: &[Value]) -> Result<Memo> {
        let mut m = Memo::default();
        for v in objects {
            m.put(t, *v)?;
        }
        Ok(m)
    }
}
