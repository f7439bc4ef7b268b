//! A persistent map from context variables to values: a trie of immutable nodes that share what they have in common, so that
//! copying a context costs nothing and setting a variable costs a few small nodes.
//!
//! Variables are numbered as they are made and the number is the key, five bits a level: no two keys collide, and a program's
//! handful of variables fits into one or two levels.

use super::ContextVar;
use std::sync::OnceLock;
use taipan_vm::native::*;
use taipan_vm::objects::value_vec::Array;

const BITS: u32 = 5;
/// Levels a 64-bit key may take.
const DEPTH: usize = 13;

/// A node: `leaves` and `children` tell which of the 32 places hold an entry and which a further node. The array has two words an
/// entry (variable, value), then one a child, each in the order of their places.
#[derive(HeapType)]
#[repr(C)]
pub struct Node {
    header: Header,
    leaves: u32,
    children: u32,
    /// Entries here and below.
    len: usize,
    items: RefField<Array>,
}

static SHAPE: OnceLock<ShapeId> = OnceLock::new();

fn place(key: u64, level: u32) -> u32 {
    1 << ((key >> (level * BITS)) & 31)
}
/// How many places before `bit` are taken.
fn rank(map: u32, bit: u32) -> usize {
    (map & (bit - 1)).count_ones() as usize
}

impl Node {
    fn new(t: &Thread, leaves: u32, children: u32, len: usize, items: &[Value]) -> Result<Ref<Node>> {
        let array = Array::new(t, items.len())?;
        for (f, v) in array.fields().iter().zip(items) {
            f.init(*v);
        }
        let shape = *SHAPE.get_or_init(|| Mutator::internal_shape(Node::layout()));
        let field = RefField::null();
        field.init(array);
        t.create_internal(shape, Node { header: Header::NEW, leaves, children, len, items: field })
    }
    pub fn len(&self) -> usize {
        self.len
    }
    fn first_child(&self) -> usize {
        2 * self.leaves.count_ones() as usize
    }
    fn item(&self, i: usize) -> Value {
        self.items.expect().field(i).get()
    }
    fn child(&self, i: usize) -> Ref<Node> {
        match self.item(i).as_cell() {
            // SAFETY: words behind the entries refer to nodes.
            Some(c) => unsafe { Ref::from_raw(c.cast()) },
            None => unreachable!("a child is a node"),
        }
    }

    /// The value of a variable.
    pub fn get(&self, var: Ref<ContextVar>) -> Option<Value> {
        let mut node = self;
        let mut next;
        let mut level = 0;
        loop {
            let bit = place(var.key(), level);
            if node.leaves & bit != 0 {
                let i = 2 * rank(node.leaves, bit);
                return (node.item(i) == var.value()).then(|| node.item(i + 1));
            }
            if node.children & bit == 0 {
                return None;
            }
            next = node.child(node.first_child() + rank(node.children, bit));
            node = &next;
            level += 1;
        }
    }

    /// The map with one entry.
    pub fn single(t: &Thread, var: Ref<ContextVar>, value: Value) -> Result<Ref<Node>> {
        Node::new(t, place(var.key(), 0), 0, 1, &[var.value(), value])
    }

    /// The map in which `var` has `value`.
    pub fn with(&self, t: &Thread, var: Ref<ContextVar>, value: Value) -> Result<Ref<Node>> {
        self.with_at(t, var, value, 0)
    }

    fn with_at(&self, t: &Thread, var: Ref<ContextVar>, value: Value, level: u32) -> Result<Ref<Node>> {
        let bit = place(var.key(), level);
        if self.leaves & bit != 0 {
            let i = 2 * rank(self.leaves, bit);
            if self.item(i) == var.value() {
                return Node::new(t, self.leaves, self.children, self.len, self.splice(t, i + 1, 1, &[value])?.as_slice());
            }
            // Two entries want this place: they move one level down.
            let Some(other) = self.item(i).downcast::<ContextVar>() else { unreachable!("an entry's key is a variable") };
            let below = Node::new(t, place(other.key(), level + 1), 0, 1, &[other.value(), self.item(i + 1)])?;
            let below = below.with_at(t, var, value, level + 1)?;
            let (leaves, children) = (self.leaves & !bit, self.children | bit);
            let without = Node::new(t, leaves, self.children, self.len - 1, self.splice(t, i, 2, &[])?.as_slice())?;
            let at = without.first_child() + rank(children, bit);
            return Node::new(t, leaves, children, self.len + 1, without.splice(t, at, 0, &[below.value()])?.as_slice());
        }
        if self.children & bit != 0 {
            let at = self.first_child() + rank(self.children, bit);
            let old = self.child(at);
            let new = old.with_at(t, var, value, level + 1)?;
            let items = self.splice(t, at, 1, &[new.value()])?;
            return Node::new(t, self.leaves, self.children, self.len - old.len + new.len, items.as_slice());
        }
        let leaves = self.leaves | bit;
        let items = self.splice(t, 2 * rank(leaves, bit), 0, &[var.value(), value])?;
        Node::new(t, leaves, self.children, self.len + 1, items.as_slice())
    }

    /// The map without `var`; `None` when nothing is left.
    pub fn without(this: Ref<Node>, t: &Thread, var: Ref<ContextVar>) -> Result<Option<Ref<Node>>> {
        Node::without_at(this, t, var, 0)
    }

    fn without_at(this: Ref<Node>, t: &Thread, var: Ref<ContextVar>, level: u32) -> Result<Option<Ref<Node>>> {
        let bit = place(var.key(), level);
        if this.leaves & bit != 0 {
            let i = 2 * rank(this.leaves, bit);
            if this.item(i) != var.value() {
                return Ok(Some(this));
            }
            if this.len == 1 {
                return Ok(None);
            }
            let items = this.splice(t, i, 2, &[])?;
            return Node::new(t, this.leaves & !bit, this.children, this.len - 1, items.as_slice()).map(Some);
        }
        if this.children & bit == 0 {
            return Ok(Some(this));
        }
        let at = this.first_child() + rank(this.children, bit);
        let old = this.child(at);
        match Node::without_at(old, t, var, level + 1)? {
            Some(new) if new == old => Ok(Some(this)),
            Some(new) => {
                let items = this.splice(t, at, 1, &[new.value()])?;
                Node::new(t, this.leaves, this.children, this.len - old.len + new.len, items.as_slice()).map(Some)
            }
            None if this.len == 1 => Ok(None),
            None => {
                let items = this.splice(t, at, 1, &[])?;
                Node::new(t, this.leaves, this.children & !bit, this.len - 1, items.as_slice()).map(Some)
            }
        }
    }

    /// The items with `removed` of them at `at` replaced by `new`.
    fn splice(&self, t: &Thread, at: usize, removed: usize, new: &[Value]) -> Result<ValueVec> {
        let array = self.items.expect();
        let old = array.fields();
        let out = ValueVec::with_capacity(t, old.len() + new.len())?;
        for f in &old[..at] {
            out.push(t, f.get())?;
        }
        out.extend(t, new)?;
        for f in &old[at + removed..] {
            out.push(t, f.get())?;
        }
        Ok(out)
    }

    /// Appends variables and values, alternating.
    pub fn collect(&self, t: &Thread, out: &ValueVec) -> Result<()> {
        self.collect_at(t, out, 0)
    }
    fn collect_at(&self, t: &Thread, out: &ValueVec, level: usize) -> Result<()> {
        debug_assert!(level < DEPTH);
        for i in 0..self.first_child() {
            out.push(t, self.item(i))?;
        }
        for i in 0..self.children.count_ones() as usize {
            self.child(self.first_child() + i).collect_at(t, out, level + 1)?;
        }
        Ok(())
    }
}
