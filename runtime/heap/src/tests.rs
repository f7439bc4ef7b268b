//! The collector at work, alone and with several threads. All tests share one heap, as threads of a program do.

use crate::*;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};

#[repr(C)]
pub(crate) struct Node {
    header: Header,
    left: Field,
    right: Field,
    tag: AtomicU64,
}
unsafe fn scan_node(c: *const Header, v: &mut Visitor) {
    let n = unsafe { &*c.cast::<Node>() };
    v.value(n.left.get());
    v.value(n.right.get());
}
static NODE: Layout = Layout { name: "node", size: size_of::<Node>(), scan: scan_node, cell_size: None, base: None, drop: None };
unsafe impl HeapType for Node {
    const LAYOUT: &'static Layout = &NODE;
}
fn node_shape() -> ShapeId {
    static ID: OnceLock<ShapeId> = OnceLock::new();
    *ID.get_or_init(|| Mutator::internal_shape(&NODE))
}

#[repr(C)]
struct Array {
    header: Header,
    len: AtomicUsize,
}
impl Array {
    fn fields(&self) -> &[Field] {
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(self).add(1).cast(), self.len.load(Relaxed)) }
    }
}
unsafe fn scan_array(c: *const Header, v: &mut Visitor) {
    v.values(unsafe { &*c.cast::<Array>() }.fields())
}
unsafe fn array_size(c: *const Header) -> usize {
    16 + 8 * unsafe { &*c.cast::<Array>() }.len.load(Relaxed)
}
static ARRAY: Layout = Layout { name: "array", size: 16, scan: scan_array, cell_size: Some(array_size), base: None, drop: None };
unsafe impl HeapType for Array {
    const LAYOUT: &'static Layout = &ARRAY;
}
fn array_shape() -> ShapeId {
    static ID: OnceLock<ShapeId> = OnceLock::new();
    *ID.get_or_init(|| Mutator::internal_shape(&ARRAY))
}

fn thread<R>(f: impl FnOnce(&Mutator) -> R) -> R {
    let t = Box::new(Mutator::attach());
    t.start();
    f(&t)
}
fn node(t: &Mutator, left: Value, right: Value, tag: u64) -> Ref<Node> {
    let n: Ref<Node> = unsafe { Ref::from_raw(t.alloc(size_of::<Node>(), node_shape()).unwrap().cast()) };
    n.left.init(left);
    n.right.init(right);
    n.tag.store(tag, Relaxed);
    n
}
fn array(t: &Mutator, len: usize) -> Ref<Array> {
    let a: Ref<Array> = unsafe { Ref::from_raw(t.alloc(16 + 8 * len, array_shape()).unwrap().cast()) };
    a.len.store(len, Relaxed);
    a
}
fn tree(t: &Mutator, depth: u32) -> Ref<Node> {
    if depth == 0 {
        return node(t, Value::NONE, Value::NONE, 1);
    }
    let l = tree(t, depth - 1);
    let r = tree(t, depth - 1);
    let n = l.tag.load(Relaxed) + r.tag.load(Relaxed) + 1;
    node(t, l.value(), r.value(), n)
}
fn check_tree(v: Value, depth: u32) -> u64 {
    let n = v.downcast::<Node>().expect("node");
    let count = if depth == 0 { 1 } else { 1 + check_tree(n.left.get(), depth - 1) + check_tree(n.right.get(), depth - 1) };
    assert_eq!(n.tag.load(Relaxed), count);
    count
}
static STRESS: std::sync::RwLock<()> = std::sync::RwLock::new(());
/// Held by tests that share the heap with others.
fn together() -> impl Drop {
    STRESS.read().unwrap_or_else(|p| p.into_inner())
}
/// Held by tests in stress mode, in which all cells are checked again and again, and by those that empty the queues.
fn alone() -> impl Drop {
    STRESS.write().unwrap_or_else(|p| p.into_inner())
}
/// Overwrites stack below, where old references may lie.
#[inline(never)]
fn wipe_stack() {
    let a = [0u64; 2048];
    std::hint::black_box(&a);
}

#[test]
fn trees_survive() {
    let _held = together();
    thread(|t| {
        let kept = tree(t, 14);
        for i in 0..40 {
            let other = tree(t, 12);
            check_tree(other.value(), 12);
            if i % 8 == 0 {
                t.collect(i % 16 == 0);
                t.verify();
            }
        }
        check_tree(kept.value(), 14);
    })
}

#[test]
fn long_lists_do_not_recurse() {
    let _held = together();
    thread(|t| {
        let mut head = Value::NONE;
        for i in 0..1_000_000 {
            head = node(t, head, Value::NONE, i).value();
        }
        t.collect(true);
        t.collect(false);
        let mut n = 0;
        let mut at = head;
        while let Some(c) = at.downcast::<Node>() {
            n += 1;
            assert_eq!(c.tag.load(Relaxed), 1_000_000 - n);
            at = c.left.get();
        }
        assert_eq!(n, 1_000_000);
    })
}

#[test]
fn old_cells_remember_young_ones() {
    let _held = together();
    thread(|t| {
        let holder = node(t, Value::NONE, Value::NONE, 0);
        let big = array(t, 100_000);
        t.collect(false);
        assert_eq!(holder.header().gc.load(Relaxed), gc_bits::OLD);
        for round in 0..50u64 {
            holder.left.set(t, holder.header(), node(t, Value::NONE, Value::NONE, round));
            for i in 0..100 {
                let n = node(t, Value::NONE, Value::NONE, round * 1000 + i);
                big.fields()[(i * 997 % 100_000) as usize].set(t, big.header(), n);
            }
            wipe_stack();
            t.verify();
            t.collect(round % 10 == 9);
            t.verify();
            assert_eq!(holder.left.get().downcast::<Node>().unwrap().tag.load(Relaxed), round);
            for i in 0..100 {
                let n = big.fields()[(i * 997 % 100_000) as usize].get().downcast::<Node>().unwrap();
                assert_eq!(n.tag.load(Relaxed), round * 1000 + i);
            }
        }
    })
}

#[test]
fn interior_pointers_keep_cells() {
    let _held = together();
    thread(|t| {
        let inside: Vec<usize> = (0..3)
            .map(|_| {
                let a = array(t, 30);
                a.fields()[29].init(node(t, Value::NONE, Value::NONE, 77));
                std::ptr::from_ref(&a.fields()[29]) as usize
            })
            .collect();
        let [a, b, c] = [inside[0], inside[1], inside[2]];
        drop(inside);
        std::hint::black_box((a, b, c));
        for _ in 0..3 {
            t.collect(true);
            tree(t, 12);
        }
        for p in [a, b, c] {
            let f = unsafe { &*(std::hint::black_box(p) as *const Field) };
            assert_eq!(f.get().downcast::<Node>().unwrap().tag.load(Relaxed), 77);
        }
    })
}

#[test]
fn all_sizes() {
    let _held = together();
    thread(|t| {
        let mut kept = Roots::new(t);
        let mut x = 12345u64;
        for i in 0..20_000usize {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let len = match x >> 60 {
                0 => (x >> 30) as usize % 20_000,
                1..4 => (x >> 30) as usize % 2000,
                _ => (x >> 30) as usize % 60,
            };
            let a = array(t, len);
            assert!(a.fields().iter().all(|f| f.get().bits() == 0), "memory is zeroed");
            for f in a.fields() {
                f.init(Value::small_int(i as i64));
            }
            if i % 7 == 0 {
                kept.push(a.value());
            }
            if i % 1000 == 0 {
                kept.retain(|v| v.bits() & 64 == 0);
            }
        }
        t.verify();
        for v in kept.iter() {
            let a = v.downcast::<Array>().unwrap();
            assert!(a.fields().windows(2).all(|w| w[0].get() == w[1].get()));
        }
    })
}

#[test]
fn memory_that_cannot_be_had() {
    let _held = together();
    thread(|t| {
        assert!(t.alloc(1 << 50, array_shape()).is_err());
        assert!(t.alloc(usize::MAX - 8, array_shape()).is_err());
        assert!(t.alloc(64, node_shape()).is_ok());
    })
}

#[repr(C)]
struct Native {
    header: Header,
    dropped: AtomicUsize,
}
unsafe fn scan_nothing(_: *const Header, _: &mut Visitor) {}
unsafe fn drop_native(c: *mut Header) {
    let counter = unsafe { &*c.cast::<Native>() }.dropped.load(Relaxed) as *const AtomicUsize;
    unsafe { &*counter }.fetch_add(1, Relaxed);
}
static NATIVE: Layout =
    Layout { name: "native", size: 16, scan: scan_nothing, cell_size: None, base: None, drop: Some(drop_native) };

#[test]
fn native_data_is_dropped_once() {
    let _held = together();
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    let shape = Mutator::internal_shape(&NATIVE);
    thread(|t| {
        #[inline(never)]
        fn make(t: &Mutator, shape: ShapeId) {
            for i in 0..10_000 {
                let c: Ref<Native> = unsafe { Ref::from_raw(t.alloc(16, shape).unwrap().cast()) };
                c.dropped.store(&raw const DROPPED as usize, Relaxed);
                t.register_drop(NonNull::new(c.as_ptr().cast()).unwrap());
                if i % 1000 == 0 {
                    t.collect(i % 2000 == 0);
                }
            }
        }
        make(t, shape);
        for _ in 0..4 {
            wipe_stack();
            t.collect(true);
            t.verify();
        }
        let n = DROPPED.load(Relaxed);
        assert!((9_990..=10_000).contains(&n), "{n}");
    });
}

#[repr(C)]
struct Weak {
    cell: WeakCell,
}
static WEAK: Layout =
    Layout { name: "weak", size: size_of::<WeakCell>(), scan: scan_nothing, cell_size: None, base: None, drop: None };

#[test]
fn weak_references_and_finalizers() {
    let _held = alone();
    let shape = Mutator::internal_shape(&WEAK);
    thread(|t| {
        // Other tests' cells may come up too.
        const BASE: u64 = 1 << 50;
        let mut weak = Roots::new(t);
        let mut strong = Roots::new(t);
        #[inline(never)]
        fn make(t: &Mutator, shape: ShapeId, weak: &mut Roots, strong: &mut Roots) {
            for i in 0..1000 {
                let inner = node(t, Value::NONE, Value::NONE, BASE + i);
                let n = node(t, inner.value(), Value::NONE, BASE + i);
                let w: Ref<WeakCell> = unsafe { Ref::from_raw(t.alloc(size_of::<Weak>(), shape).unwrap().cast()) };
                w.init(n.value());
                t.register_weak(w);
                weak.push(w.value());
                if i % 2 == 0 {
                    strong.push(n.value());
                }
                if i % 5 == 0 {
                    t.register_finalizer(NonNull::new(n.as_ptr().cast()).unwrap());
                }
            }
        }
        make(t, shape, &mut weak, &mut strong);
        wipe_stack();
        t.collect(false);
        t.collect(true);
        t.verify();
        let empty = |weak: &Roots| {
            weak.iter().filter(|v| unsafe { &*v.as_cell().unwrap().as_ptr().cast::<WeakCell>() }.target().is_empty()).count()
        };
        assert!((490..=500).contains(&empty(&weak)), "{}", empty(&weak));
        let mut finalized = 0;
        let mut cleared = 0;
        while let Some(c) = t.take_finalizable() {
            let n = Value::from_cell(c).downcast::<Node>().unwrap();
            let tag = n.tag.load(Relaxed);
            if !(BASE..BASE + 1000).contains(&tag) {
                continue;
            }
            assert!((tag - BASE) % 10 == 5);
            assert_eq!(n.left.get().downcast::<Node>().unwrap().tag.load(Relaxed), tag);
            finalized += 1;
        }
        while let Some(w) = t.take_cleared_weak() {
            assert!(w.target().is_empty());
            cleared += usize::from(weak.contains(&w.value()));
        }
        assert!((95..=100).contains(&finalized), "{finalized}");
        assert!((490..=500).contains(&cleared), "{cleared}");
        strong.clear();
        wipe_stack();
        t.collect(true);
        assert!(empty(&weak) >= 990);
        t.collect(true);
        t.verify();
    })
}

#[test]
fn threads_build_and_share() {
    let _held = together();
    static SHARED: OnceLock<usize> = OnceLock::new();
    thread(|t| {
        let table = array(t, 64);
        SHARED.set(table.as_ptr() as usize).unwrap();
        let running = AtomicUsize::new(4);
        t.blocking(|| {
            std::thread::scope(|s| {
                for k in 0..4u64 {
                    let running = &running;
                    s.spawn(move || {
                        thread(|t| {
                            let table: Ref<Array> =
                                unsafe { Ref::from_raw(NonNull::new(*SHARED.get().unwrap() as *mut Array).unwrap()) };
                            for i in 0..300u64 {
                                let depth = 6 + (i % 5) as u32;
                                let mine = tree(t, depth);
                                let slot = ((i * 7 + k * 13) % 64) as usize;
                                let holder = node(t, mine.value(), Value::NONE, depth as u64);
                                table.fields()[slot].set(t, table.header(), holder);
                                let other = table.fields()[(slot * 5 + 1) % 64].get();
                                if let Some(n) = other.downcast::<Node>() {
                                    check_tree(n.left.get(), n.tag.load(Relaxed) as u32);
                                }
                                check_tree(mine.value(), depth);
                                if i % 60 == k * 10 {
                                    t.collect(k == 0);
                                }
                                if i % 100 == 50 {
                                    t.verify();
                                }
                            }
                        });
                        running.fetch_sub(1, Relaxed);
                    });
                }
            })
        });
        assert_eq!(running.load(Relaxed), 0);
        for f in table.fields() {
            let n = f.get().downcast::<Node>().unwrap();
            check_tree(n.left.get(), n.tag.load(Relaxed) as u32);
        }
    })
}

#[test]
fn handshakes_reach_everybody() {
    let _held = together();
    thread(|t| {
        let stop = AtomicBool::new(false);
        let asked = AtomicUsize::new(0);
        t.blocking(|| {
            std::thread::scope(|s| {
                for _ in 0..3 {
                    s.spawn(|| {
                        thread(|t| {
                            let mut i = 0;
                            while !stop.load(Relaxed) {
                                i += 1;
                                if t.should_poll() {
                                    t.poll_slow();
                                }
                                if i % 64 == 0 {
                                    t.blocking(std::thread::yield_now);
                                }
                            }
                        })
                    });
                }
                for _ in 0..2 {
                    s.spawn(|| {
                        thread(|t| {
                            for _ in 0..500 {
                                let n = AtomicUsize::new(0);
                                t.handshake_all(|_| {
                                    n.fetch_add(1, Relaxed);
                                });
                                asked.fetch_add(n.load(Relaxed), Relaxed);
                            }
                            t.stop_the_world(|w| {
                                let mut n = 0;
                                w.for_each_thread(|_| n += 1);
                                assert!(n > 1);
                            });
                        });
                        stop.store(true, Relaxed);
                    });
                }
            })
        });
        assert!(asked.load(Relaxed) > 1000);
    })
}

#[test]
fn exclusive_writers() {
    let _held = together();
    #[derive(Clone, Copy)]
    struct Place(*const Node);
    unsafe impl Send for Place {}
    thread(|t| {
        let a: Ref<Node> = unsafe { Ref::from_raw(t.alloc_owned(size_of::<Node>(), node_shape()).unwrap().cast()) };
        let b: Ref<Node> = unsafe { Ref::from_raw(t.alloc_owned(size_of::<Node>(), node_shape()).unwrap().cast()) };
        let places = [Place(a.as_ptr()), Place(b.as_ptr())];
        // `tag` is a plain counter here, changed in two steps.
        let bump = |t: &Mutator, places: [Place; 2], both: bool| {
            let [a, b] = places.map(|p| unsafe { &*p.0 });
            let add = |x: &Node| {
                let n = x.tag.load(Relaxed);
                std::hint::spin_loop();
                x.tag.store(n + 1, Relaxed);
            };
            if both {
                let _guards = t.exclusive_pair(&a.header, &b.header);
                add(a);
                add(b);
            } else {
                let _guard = t.exclusive(&a.header);
                add(a);
            }
            t.safepoint();
        };
        for _ in 0..1000 {
            bump(t, places, true);
        }
        assert!(t.owns(a.header()));
        a.tag.store(0, Relaxed);
        b.tag.store(0, Relaxed);
        t.blocking(|| {
            std::thread::scope(|s| {
                for k in 0..4 {
                    s.spawn(move || {
                        let places = if k % 2 == 0 { places } else { [places[1], places[0]] };
                        thread(|t| {
                            for i in 0..20_000 {
                                bump(t, places, i % 3 == 0);
                            }
                        })
                    });
                }
            })
        });
        assert_eq!(a.header.owner.load(Relaxed), 0);
        let (n, m) = (a.tag.swap(0, Relaxed), b.tag.swap(0, Relaxed));
        assert_eq!(n + m, 4 * 20_000 + 4 * 6_667);
    })
}

#[test]
fn stress_mode() {
    let _held = alone();
    thread(|t| {
        t.set_stress(3);
        let kept = tree(t, 7);
        for i in 0..30 {
            let other = tree(t, 4);
            let a = array(t, 700 * (i % 9));
            a.fields().iter().for_each(|f| f.init(other));
            t.collect(false);
            for f in a.fields() {
                assert!(f.get() == other.value());
            }
            check_tree(other.value(), 4);
        }
        t.set_stress(0);
        check_tree(kept.value(), 7);
    })
}

#[test]
fn dead_shapes_are_freed() {
    let _held = together();
    thread(|t| {
        let class = node(t, Value::NONE, Value::NONE, 5);
        let new = || NewShape {
            layout: &NODE,
            class: class.value(),
            key: Value::EMPTY,
            parent: ShapeId(0),
            slots_offset: 0,
            inline_slots: 0,
            slot_count: 0,
            flags: 0,
        };
        let used = SHAPES.add(new()).id();
        let kept = t.alloc(32, used).unwrap();
        let before = SHAPES.limit();
        register_shape_hook(|dead| assert!(!dead.is_empty()));
        for _ in 0..10 {
            for _ in 0..100 {
                SHAPES.add(new());
            }
            wipe_stack();
            t.collect(true);
        }
        assert!(SHAPES.limit() - before < 500, "{}", SHAPES.limit() - before);
        // SAFETY: `kept` keeps the cell.
        assert_eq!(unsafe { kept.as_ref() }.shape_id(), used);
        assert!(SHAPES.get(used).class.get() == class.value());
    })
}

#[test]
fn dead_cells_are_counted() {
    let _held = together();
    // Other tests share the heap: only a lower bound is certain.
    thread(|t| {
        tree(t, 12);
        wipe_stack();
        let young = t.collect(false).freed_cells;
        let old = t.stats().freed_cells;
        assert!(young > 0 || old >= 8191, "{young} {old}");
    })
}

#[test]
fn a_forked_child_goes_on_alone() {
    let _held = together();
    thread(|t| {
        let kept = tree(t, 10);
        // SAFETY: the child leaves with `_exit`, and takes no lock that a test thread could hold but the allocator's, which
        // `fork` handles.
        let pid = t.fork_with(|| unsafe { libc::fork() });
        if pid == 0 {
            for i in 0..5 {
                tree(t, 10);
                t.collect(i % 2 == 0);
            }
            check_tree(kept.value(), 10);
            unsafe { libc::_exit(42) };
        }
        let mut status = 0;
        t.blocking(|| unsafe { libc::waitpid(pid, &mut status, 0) });
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 42, "{status}");
    })
}

#[test]
fn owners_that_ended_and_ids() {
    let _held = together();
    thread(|t| {
        let table = array(t, 1);
        let place = table.as_ptr() as usize;
        t.blocking(|| {
            std::thread::scope(|s| {
                s.spawn(move || {
                    thread(|t| {
                        let table: Ref<Array> = unsafe { Ref::from_raw(NonNull::new(place as *mut Array).unwrap()) };
                        let n = t.alloc_owned(size_of::<Node>(), node_shape()).unwrap();
                        table.fields()[0].set(t, table.header(), Value::from_cell(n));
                    })
                });
            })
        });
        let header = table.fields()[0].get().header().unwrap();
        let _ = t.exclusive(header);
        assert!(!t.owns(header));
    })
}

/// Several threads change a graph they share; each node's tag says what it must lead to.
fn torture(threads: u64, steps: u64, stress: u32) {
    let _held = alone();
    fn mix(a: u64, b: u64, c: u64) -> u64 {
        (a.rotate_left(17) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ c).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1
    }
    fn tag_of(v: Value) -> u64 {
        v.downcast::<Node>().map_or(7, |n| n.tag.load(Relaxed))
    }
    /// `right` of a node is a small int that was mixed into the tag, or a node.
    fn check(v: Value, depth: u32) {
        let Some(n) = v.downcast::<Node>() else {
            assert!(v.bits() == 0 || v == Value::NONE, "{v:?}");
            return;
        };
        let (l, r) = (n.left.get(), n.right.get());
        let extra = r.as_small_int().unwrap_or(0) as u64;
        assert_eq!(n.tag.load(Relaxed), mix(tag_of(l), tag_of(r), extra));
        if depth > 0 {
            check(l, depth - 1);
            if !r.is_small_int() {
                check(r, depth - 1);
            }
        }
    }
    let weak_shape = Mutator::internal_shape(&WEAK);
    let native_shape = Mutator::internal_shape(&NATIVE);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    let made = AtomicUsize::new(0);
    let dropped = DROPPED.load(Relaxed);
    let finalized = AtomicUsize::new(0);
    thread(|t| {
        let shared = array(t, 300);
        let large = array(t, 9000);
        let places = [shared.as_ptr() as usize, large.as_ptr() as usize];
        t.set_stress(stress);
        t.blocking(|| {
            std::thread::scope(|s| {
                for k in 0..threads {
                    let (made, finalized) = (&made, &finalized);
                    s.spawn(move || {
                        thread(|t| {
                            let [shared, large] =
                                places.map(|p| unsafe { Ref::<Array>::from_raw(NonNull::new(p as *mut Array).unwrap()) });
                            let mut x = k * 7919 + 1;
                            let mut random = move |n: usize| {
                                x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                                (x >> 33) as usize % n
                            };
                            let mut mine = Roots::new(t);
                            let mut weak = Roots::new(t);
                            for i in 0..steps {
                                let (from, to) = if random(2) == 0 { (shared, large) } else { (large, shared) };
                                let n = |a: Ref<Array>, i: usize| a.fields()[i % a.fields().len()].get();
                                let l = n(from, random(9000));
                                let r = n(to, random(9000));
                                check(l, 3);
                                check(r, 3);
                                let new = if i % 2 == 0 {
                                    node(t, l, r, mix(tag_of(l), tag_of(r), 0))
                                } else {
                                    node(t, l, Value::small_int(i as i64), mix(tag_of(l), 7, i))
                                };
                                // Not deeper than can be kept: now and then a place is emptied.
                                let at = random(9000) % to.fields().len();
                                let v = if random(3) == 0 { Value::NONE } else { new.value() };
                                to.fields()[at].set(t, to.header(), v);
                                if i % 16 == 0 {
                                    mine.push(new.value());
                                    let w: Ref<WeakCell> =
                                        unsafe { Ref::from_raw(t.alloc(size_of::<Weak>(), weak_shape).unwrap().cast()) };
                                    w.init(new.value());
                                    t.register_weak(w);
                                    weak.push(w.value());
                                }
                                if i % 64 == 0 {
                                    t.register_finalizer(NonNull::new(new.as_ptr().cast()).unwrap());
                                }
                                if i % 8 == 0 {
                                    let c: Ref<Native> = unsafe { Ref::from_raw(t.alloc(16, native_shape).unwrap().cast()) };
                                    c.dropped.store(&raw const DROPPED as usize, Relaxed);
                                    t.register_drop(NonNull::new(c.as_ptr().cast()).unwrap());
                                    made.fetch_add(1, Relaxed);
                                }
                                if mine.len() > 200 {
                                    for (m, w) in mine.iter().zip(weak.iter()) {
                                        check(*m, 2);
                                        let w = unsafe { &*w.as_cell().unwrap().as_ptr().cast::<WeakCell>() };
                                        assert!(w.target() == *m);
                                    }
                                    mine.clear();
                                    weak.clear();
                                }
                                while let Some(c) = t.take_finalizable() {
                                    check(Value::from_cell(c), 3);
                                    finalized.fetch_add(1, Relaxed);
                                }
                                if let Some(w) = t.take_cleared_weak() {
                                    assert!(w.target().is_empty());
                                }
                                if i % 1024 == 1000 && k == 0 {
                                    t.collect(i % 4096 < 2048);
                                    // Nothing may grow for ever.
                                    shared.fields().iter().for_each(|f| f.set(t, shared.header(), Value::NONE));
                                    large.fields().iter().for_each(|f| f.set(t, large.header(), Value::NONE));
                                }
                                t.safepoint();
                            }
                        })
                    });
                }
            })
        });
        t.set_stress(0);
        t.verify();
        for f in shared.fields().iter().chain(large.fields()) {
            check(f.get(), 20);
        }
        for _ in 0..3 {
            wipe_stack();
            t.collect(true);
        }
        let dropped = DROPPED.load(Relaxed) - dropped;
        let made = made.load(Relaxed);
        assert!(dropped <= made && dropped + 100 >= made, "{dropped} of {made}");
        t.verify();
    });
}

#[test]
fn torture_of_the_collector() {
    torture(4, 40_000, 0);
}
#[test]
fn torture_under_stress() {
    torture(3, 1500, 13);
}

/// Threads that come and go, ask each other for everything, and collect.
#[test]
fn a_storm_of_handshakes() {
    let _held = together();
    thread(|t| {
        let table = array(t, 16);
        for f in table.fields() {
            let n = t.alloc_owned(size_of::<Node>(), node_shape()).unwrap();
            f.set(t, table.header(), Value::from_cell(n));
        }
        let place = table.as_ptr() as usize;
        let added = AtomicUsize::new(0);
        t.blocking(|| {
            std::thread::scope(|s| {
                for k in 0..4u64 {
                    let added = &added;
                    s.spawn(move || {
                        let mut x = k + 99;
                        let mut random = move |n: u64| {
                            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                            (x >> 33) % n
                        };
                        for _ in 0..12 {
                            thread(|t| {
                                let table: Ref<Array> = unsafe { Ref::from_raw(NonNull::new(place as *mut Array).unwrap()) };
                                for _ in 0..200 {
                                    match random(12) {
                                        0 => {
                                            t.handshake_one(random(12) as u16 + 1, |m| assert!(m.id != 0));
                                        }
                                        1 => t.handshake_all(|m| assert!(m.id != 0)),
                                        2 if random(4) == 0 => {
                                            t.collect(random(4) == 0);
                                        }
                                        3 => t.stop_the_world(|w| {
                                            let mut n = 0;
                                            w.for_each_thread(|_| n += 1);
                                            assert!(n > 0);
                                        }),
                                        4 => t.blocking(std::thread::yield_now),
                                        5 => {
                                            let n = t.alloc_owned(size_of::<Node>(), node_shape()).unwrap();
                                            let f = &table.fields()[random(16) as usize];
                                            let old = f.swap(t, table.header(), Value::from_cell(n));
                                            let old = old.downcast::<Node>().unwrap();
                                            let _g = t.exclusive(old.header());
                                            added.fetch_add(old.tag.swap(0, Relaxed) as usize, Relaxed);
                                            // Those who still have the old one add to it and lose it: count it as theirs.
                                            old.left.init(Value::TRUE);
                                        }
                                        6 => {
                                            tree(t, 6);
                                        }
                                        _ => {
                                            let n = table.fields()[random(16) as usize].get().downcast::<Node>().unwrap();
                                            let _g = t.exclusive(n.header());
                                            if n.left.get() != Value::TRUE {
                                                n.tag.store(n.tag.load(Relaxed) + 1, Relaxed);
                                                added.fetch_sub(1, Relaxed);
                                            }
                                        }
                                    }
                                    t.safepoint();
                                }
                            });
                        }
                    });
                }
            })
        });
        for f in table.fields() {
            added.fetch_add(f.get().downcast::<Node>().unwrap().tag.load(Relaxed) as usize, Relaxed);
        }
        assert_eq!(added.load(Relaxed), 0);
    })
}

#[test]
fn memory_goes_back_to_the_system() {
    let _held = alone();
    fn resident() -> usize {
        let s = std::fs::read_to_string("/proc/self/statm").unwrap();
        s.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
    }
    thread(|t| {
        #[inline(never)]
        fn build(t: &Mutator) -> usize {
            let big = array(t, 4_000_000);
            big.fields().iter().for_each(|f| f.init(Value::TRUE));
            let kept = tree(t, 20);
            std::hint::black_box((big, kept));
            t.collect(true);
            resident()
        }
        let full = build(t);
        for _ in 0..3 {
            wipe_stack();
            t.collect(true);
        }
        let rest = resident();
        assert!(full > 90 << 20, "{full}");
        assert!(rest + (60 << 20) < full, "{rest} of {full}");
    })
}

#[test]
fn a_memory_limit_holds() {
    let _held = alone();
    thread(|t| {
        t.collect(true);
        let limit = t.stats().in_use + (24 << 20);
        set_memory_limit(limit);
        let mut kept = Roots::new(t);
        let failed = loop {
            match t.alloc(40_000, array_shape()) {
                Ok(cell) => kept.push(Value::from_cell(cell)),
                Err(OutOfMemory) => break true,
            }
            if kept.len() > 10_000 {
                break false;
            }
        };
        let n = kept.len();
        kept.clear();
        wipe_stack();
        // What was refused is to be had again once something died.
        let again = (0..n / 2).all(|_| t.alloc(40_000, array_shape()).is_ok());
        set_memory_limit(usize::MAX);
        assert!(failed && n > 100 && again, "{failed} {n} {again}");
        assert!(t.stats().in_use <= limit);
    })
}

#[test]
fn switched_off_it_still_frees_memory() {
    let _held = alone();
    thread(|t| {
        t.collect(true);
        let before = t.stats().in_use;
        set_enabled(false);
        let mut most = 0;
        for i in 0..4_000_000 {
            node(t, Value::NONE, Value::NONE, i);
            if i % 10_000 == 0 {
                most = most.max(t.stats().in_use);
            }
        }
        set_enabled(true);
        assert!(most < before + (64 << 20), "{most} after {before}");
    })
}

#[test]
fn full_collections_that_cost_little_come_early() {
    let _held = alone();
    thread(|t| {
        // Large cells with hardly a reference: next to nothing to mark.
        let large = || Value::from_cell(t.alloc(1 << 21, node_shape()).unwrap());
        let kept = array(t, 40);
        let keep = |i: usize| kept.fields()[i % 40].set(t, kept.header(), large());
        (0..40).for_each(keep);
        t.collect(true);
        let before = t.stats();
        for i in 0..400 {
            keep(i);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let after = t.stats();
        assert!(
            after.full_collections > before.full_collections + 3,
            "{} full ones",
            after.full_collections - before.full_collections
        );
        assert!(after.in_use < before.in_use * 5 / 2, "{} after {}", after.in_use, before.in_use);
    })
}

#[test]
fn a_growing_heap_is_kept_unseen() {
    // How much garbage other tests leave would count.
    let _held = alone();
    thread(|t| {
        t.collect(true);
        t.collect(true);
        let before = t.stats().kept_unseen;
        let kept = tree(t, 22);
        assert!(t.stats().kept_unseen > before);
        t.verify();
        // References from what was kept so to new cells are seen.
        let n = kept.value().downcast::<Node>().unwrap();
        n.left.set(t, n.header(), tree(t, 21).value());
        t.collect(false);
        t.verify();
        check_tree(kept.value(), 22);
        t.collect(true);
        check_tree(kept.value(), 22);
    })
}

/// Full collections that are asked for, in slices, while another thread rewires old cells.
#[test]
fn asked_collections_let_others_run() {
    let _held = together();
    /// Ends the other thread's loop, also when a check fails.
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Relaxed)
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|s| {
        s.spawn(|| {
            thread(|t| {
                let root = tree(t, 16);
                let n = root.value().downcast::<Node>().unwrap();
                while !over.load(Relaxed) {
                    let (l, r) = (n.left.get(), n.right.get());
                    n.left.set(t, n.header(), tree(t, 8).value());
                    t.safepoint();
                    n.right.set(t, n.header(), l);
                    n.left.set(t, n.header(), r);
                    t.safepoint();
                }
                check_tree(root.value(), 16);
            })
        });
        thread(|t| {
            let _over = Over(&over);
            let kept = tree(t, 20);
            // A minor collection of the other thread's may find some of the cycles first, but not time and again.
            let mut counted = 0;
            for _ in 0..6 {
                #[inline(never)]
                fn drop_cycles(t: &Mutator) {
                    for _ in 0..100 {
                        let a = node(t, Value::NONE, Value::NONE, 1);
                        let b = node(t, a.value(), Value::NONE, 1);
                        a.left.set(t, a.header(), b.value());
                    }
                }
                drop_cycles(t);
                wipe_stack();
                let collected = t.collect_counting(true, &mut Census { counts: |_| true, keep: None });
                assert!(collected.full, "{collected:?}");
                counted += collected.counted;
                check_tree(kept.value(), 20);
            }
            assert!(counted >= 190, "{counted}");
            t.verify();
        })
    })
}

/// Arrays whose items are replaced all over, and that move to longer ones, while full collections are marked.
#[test]
fn wide_arrays_are_rewired() {
    const WIDE: usize = 700_000;
    const MEDIUM: usize = 500;
    let _held = together();
    let over = AtomicBool::new(false);
    std::thread::scope(|s| {
        s.spawn(|| {
            thread(|t| {
                let _kept = tree(t, 19);
                while !over.load(Relaxed) {
                    t.collect_counting(true, &mut Census { counts: |_| true, keep: None });
                    t.collect(false);
                }
            })
        });
        thread(|t| {
            struct Over<'a>(&'a AtomicBool);
            impl Drop for Over<'_> {
                fn drop(&mut self) {
                    self.0.store(true, Relaxed)
                }
            }
            let _over = Over(&over);
            let mut seed = 1u64;
            let mut random = |n: usize| {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (seed >> 33) as usize % n
            };
            let put = |t: &Mutator, a: Ref<Array>, i: usize| {
                let below = node(t, Value::NONE, Value::NONE, i as u64);
                let n = node(t, below.value(), Value::NONE, i as u64);
                a.fields()[i].set(t, a.header(), n.value());
            };
            let check = |a: Ref<Array>, i: usize| {
                if let Some(n) = a.fields()[i].get().downcast::<Node>() {
                    assert_eq!(n.tag.load(Relaxed), i as u64);
                    assert_eq!(n.left.get().downcast::<Node>().unwrap().tag.load(Relaxed), i as u64);
                }
            };
            let mut wide = array(t, WIDE);
            let mut medium = Roots::new(t);
            for _ in 0..200 {
                medium.push(array(t, MEDIUM).value());
            }
            for round in 0..12 {
                for _ in 0..60_000 {
                    put(t, wide, random(WIDE));
                    let a = medium[random(medium.len())].downcast::<Array>().unwrap();
                    put(t, a, random(MEDIUM));
                    check(wide, random(WIDE));
                    check(a, random(MEDIUM));
                    t.safepoint();
                }
                // To a new place, as a list that grows; some of the items new.
                let longer = array(t, WIDE);
                for i in 0..WIDE {
                    longer.fields()[i].set(t, longer.header(), wide.fields()[i].get());
                }
                (0..WIDE / 20).for_each(|i| put(t, longer, 10 * i));
                wide = longer;
                if round % 4 == 3 {
                    t.verify();
                }
                (0..WIDE).for_each(|i| check(wide, i));
            }
        })
    })
}
