//! Where units are left: the frames get what they lack, and the thread is told which exit it was.
//!
//! Most exits lack the same values but for the youngest. So each stores its youngest itself and goes on where the others are stored,
//! which is written once for all exits that lack these: a tree, whose root tells the thread.

use super::*;
use std::collections::HashMap;

pub(super) struct PendingExit {
    block: Block,
    node: NodeId,
    kind: ExitKind,
    state: State,
    /// It comes from where nobody was seen, and is not as it is known to be elsewhere.
    adapts: bool,
    /// What frames lack.
    stores: Vec<Store>,
}
/// A value, and the offset from the root's registers where a frame lacks it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Store {
    v: Ir,
    offset: isize,
}
/// A node of the tree.
struct Stored {
    store: Store,
    parent: Option<usize>,
    /// Exits and nodes that go on here.
    users: usize,
    block: Option<Block>,
}

impl Lower<'_, '_> {
    /// The block where the instruction that is written is left.
    pub(super) fn exit(&mut self, kind: ExitKind) -> Block {
        if let Some(block) = self.exit[kind as usize] {
            return block;
        }
        let block = self.new_block(true);
        self.exit[kind as usize] = Some(block);
        let state = self.before.clone();
        let mut stores = Vec::new();
        for frame in self.missing(&state) {
            let (callee, made) = self.callees[frame];
            let f = &self.cx.graph.frames[frame];
            let (at, init) = (Self::offset(f.base), f.init);
            stores.push(Store { v: self.b.use_var(callee), offset: at + 8 * frame_word::FUNCTION });
            if init {
                stores.push(Store { v: self.b.use_var(made), offset: at + 8 * frame_word::LOCALS });
            }
        }
        for r in self.unstored(&state) {
            let variable = if state.kinds[r] == Kind::Float { self.floats[r] } else { self.words[r] };
            stores.push(Store { v: self.b.use_var(variable), offset: Self::offset(r) });
        }
        self.pending.push(PendingExit { block, node: self.at, kind, state, adapts: self.adapts, stores });
        block
    }
    /// Writes all exits. Floats are stored as they are: `take_exit` does the rest.
    pub(super) fn write_exits(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        // What comes from everywhere is known now.
        self.b.seal_all_blocks();
        // Code refers to them by address.
        self.exits.reserve_exact(pending.len());
        let mut tree = Vec::new();
        let mut known = HashMap::new();
        let leaves: Vec<Option<usize>> = pending.iter().map(|p| self.grow(&mut tree, &mut known, &p.stores)).collect();
        let root = self.new_block(true);
        for (k, (p, leaf)) in pending.into_iter().zip(leaves).enumerate() {
            self.b.switch_to_block(p.block);
            self.at = p.node;
            let number = self.b.ins().iconst(I32, k as i64);
            self.store(number, self.t, layout::THREAD_EXIT as isize);
            self.store_from(&mut tree, leaf, root);
            let exit = self.exit_point(&p);
            self.exits.push(exit);
        }
        for node in (0..tree.len()).rev() {
            let Some(block) = tree[node].block else { continue };
            self.begin(block);
            self.store(tree[node].store.v, self.r, tree[node].store.offset);
            let parent = tree[node].parent;
            self.store_from(&mut tree, parent, root);
        }
        self.begin(root);
        let number = self.b.ins().uload32(MemFlagsData::trusted(), self.t, layout::THREAD_EXIT as i32);
        let offset = self.b.ins().imul_imm_s(number, size_of::<ExitPoint>() as i64);
        let first = self.word(self.exits.as_ptr() as u64);
        let exit = self.b.ins().iadd(first, offset);
        self.store(exit, self.t, layout::THREAD_EXIT as isize);
        let exited = self.int(machine::EXITED as i64);
        self.b.ins().return_(&[exited]);
    }
    /// Stores what this node of the tree has and those beyond it have, and goes to the root.
    fn store_from(&mut self, tree: &mut [Stored], mut node: Option<usize>, root: Block) {
        while let Some(at) = node {
            if tree[at].users > 1 {
                let block = match tree[at].block {
                    Some(block) => block,
                    None => *tree[at].block.insert(self.new_block(true)),
                };
                self.b.ins().jump(block, &[]);
                return;
            }
            self.store(tree[at].store.v, self.r, tree[at].store.offset);
            node = tree[at].parent;
        }
        self.b.ins().jump(root, &[]);
    }
    /// The node where an exit begins that stores these.
    fn grow(&self, tree: &mut Vec<Stored>, known: &mut HashMap<(Option<usize>, Store), usize>, stores: &[Store]) -> Option<usize> {
        let resolved = |s: &Store| Store { v: self.b.func.dfg.resolve_aliases(s.v), offset: s.offset };
        let mut stores: Vec<Store> = stores.iter().map(resolved).collect();
        // The oldest are next to the root: values are numbered as they are made.
        stores.sort_unstable_by_key(|s| (s.v, s.offset));
        let mut at = None;
        for store in stores {
            at = Some(*known.entry((at, store)).or_insert_with(|| {
                if let Some(parent) = at {
                    let parent: usize = parent;
                    tree[parent].users += 1;
                }
                tree.push(Stored { store, parent: at, users: 0, block: None });
                tree.len() - 1
            }));
        }
        if let Some(leaf) = at {
            tree[leaf].users += 1;
        }
        at
    }
    /// The inlined frames of the current instruction that are not pushed in this state, outermost first.
    fn missing(&self, state: &State) -> Vec<usize> {
        let g = self.cx.graph;
        let frame = self.node().frame;
        (state.pushed.max(1)..=g.frames[frame].depth).map(|depth| g.at_depth(frame, depth)).collect()
    }
    fn exit_point(&self, p: &PendingExit) -> ExitPoint {
        let node = self.node();
        let g = self.cx.graph;
        let frame = &g.frames[node.frame];
        let push = |f: usize| Push {
            base: g.frames[f].base as u32,
            caller: g.frames[f].call.map_or(0, |(parent, _)| g.frames[parent].base) as u32,
            kind: g.frames[f].kind(),
            locals: (!g.frames[f].init).then(|| g.frames[f].special().unwrap_or(EMPTY as u64)),
            code: g.frames[f].code.value().bits(),
            back: g.way_back(f),
        };
        let floats = self.unstored(&p.state).into_iter().filter(|&r| p.state.kinds[r] == Kind::Float).map(|r| r as u32);
        ExitPoint {
            kind: p.kind,
            count: AtomicU32::new(0),
            limit: self.limit,
            at: if node.site.count == 0 || p.adapts { u32::MAX } else { node.at as u32 },
            code: frame.code.as_ptr() as u64,
            // What goes wrong with a slice goes wrong where it is used.
            pc: match p.kind {
                ExitKind::Throw if node.slices(frame).is_some() => frame.address(node.at + node.op.len()),
                _ => frame.address(node.at),
            },
            resumed: p.state.pushed == 0,
            frames: self.frames() as u32,
            base: frame.base as u32,
            floats: floats.collect(),
            pushes: self.missing(&p.state).into_iter().map(push).collect(),
            target: self.target,
        }
    }
}
