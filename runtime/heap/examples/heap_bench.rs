//! Times allocation and collection: `cargo run --release -p taipan-heap --example heap_bench [churn|live|list|grow|threads|large]`.

use std::ptr::NonNull;
use std::sync::OnceLock;
use std::time::Duration;
use taipan_heap::*;

#[repr(C)]
struct Node {
    header: Header,
    a: Field,
    b: Field,
    c: Field,
}
unsafe fn scan_node(c: *const Header, v: &mut Visitor) {
    // SAFETY: called with nodes.
    let n = unsafe { &*c.cast::<Node>() };
    v.value(n.a.get());
    v.value(n.b.get());
    v.value(n.c.get());
}
static NODE: Layout = Layout { name: "node", size: 32, scan: scan_node, cell_size: None, base: None, drop: None };
#[repr(C)]
struct Array {
    header: Header,
    len: usize,
}
unsafe fn scan_array(c: *const Header, v: &mut Visitor) {
    // SAFETY: called with arrays.
    v.values(unsafe { fields(c.cast()) })
}
unsafe fn fields<'a>(a: *const Array) -> &'a [Field] {
    // SAFETY: an array has `len` fields behind it.
    unsafe { std::slice::from_raw_parts(a.add(1).cast(), (*a).len) }
}
static ARRAY: Layout = Layout { name: "array", size: 16, scan: scan_array, cell_size: None, base: None, drop: None };

fn shapes() -> (ShapeId, ShapeId) {
    static IDS: OnceLock<(ShapeId, ShapeId)> = OnceLock::new();
    *IDS.get_or_init(|| (Mutator::internal_shape(&NODE), Mutator::internal_shape(&ARRAY)))
}
#[inline(always)]
fn node(t: &Mutator, shape: ShapeId, a: Value, b: Value) -> Ref<Node> {
    // SAFETY: a fresh cell of the right size.
    let n: Ref<Node> = unsafe { Ref::from_raw(t.alloc(32, shape).expect("memory").cast()) };
    n.a.init(a);
    n.b.init(b);
    n
}
fn array(t: &Mutator, len: usize) -> Ref<Array> {
    let p: NonNull<Array> = t.alloc(16 + 8 * len, shapes().1).expect("memory").cast();
    // SAFETY: a fresh cell of the right size.
    unsafe {
        (*p.as_ptr()).len = len;
        Ref::from_raw(p)
    }
}
fn elements<'a>(a: Ref<Array>) -> &'a [Field] {
    // SAFETY: an array.
    unsafe { fields(a.as_ptr()) }
}

fn churn(t: &Mutator, n: usize) {
    let (shape, _) = shapes();
    let mut ring = [Value::NONE; 16];
    for i in 0..n {
        ring[i & 15] = node(t, shape, Value::small_int(i as i64), Value::NONE).value();
        std::hint::black_box(&ring);
    }
}

fn shuffle(a: &[Field], mut x: u64) {
    for i in (1..a.len()).rev() {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let j = (x >> 33) as usize % (i + 1);
        let (p, q) = (a[i].get(), a[j].get());
        a[i].init(q);
        a[j].init(p);
    }
}

/// CPU time of the process, which says more than wall time on a busy machine.
#[derive(Clone, Copy)]
struct Instant(Duration);
impl Instant {
    fn now() -> Instant {
        // SAFETY: fills a zeroed record.
        let u: libc::rusage = unsafe {
            let mut u = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_SELF, &mut u);
            u
        };
        let d = |t: libc::timeval| Duration::from_micros(t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64);
        Instant(d(u.ru_utime) + d(u.ru_stime))
    }
    fn elapsed(self) -> Duration {
        Instant::now().0 - self.0
    }
}

fn tree(t: &Mutator, shape: ShapeId, depth: u32) -> Value {
    let below = match depth {
        0 => [node(t, shape, Value::NONE, Value::NONE).value(), Value::NONE],
        _ => [tree(t, shape, depth - 1), tree(t, shape, depth - 1)],
    };
    let a = array(t, 3);
    elements(a).iter().zip(below).for_each(|(f, v)| f.init(v));
    // SAFETY: a cell.
    Value::from_cell(unsafe { NonNull::new_unchecked(a.as_ptr().cast()) })
}

fn report(t: &Mutator, what: &str, start: Instant, n: usize) {
    let s = t.stats();
    println!(
        "{what}: {:.2} ns each, {:.0} ms; {} minor, {} full, pauses {:.1} ms, longest {:.2} ms; live {:.1} MiB, blocks {:.1} MiB, kept {:.1} MiB",
        start.elapsed().as_nanos() as f64 / n as f64,
        start.elapsed().as_secs_f64() * 1e3,
        s.minor_collections,
        s.full_collections,
        s.pause_total.as_secs_f64() * 1e3,
        s.pause_max.as_secs_f64() * 1e3,
        s.live as f64 / 1048576.0,
        s.in_use as f64 / 1048576.0,
        s.reserve as f64 / 1048576.0
    );
}

fn main() {
    let t = Box::new(Mutator::attach());
    t.start();
    let t = &*t;
    let what = std::env::args().nth(1).unwrap_or_else(|| "churn".into());
    if std::env::args().nth(2).is_some() {
        set_log(true);
    }
    let (shape, _) = shapes();
    let start = Instant::now();
    match what.as_str() {
        "churn" => {
            churn(t, 100_000_000);
            report(t, "100M dropped", start, 100_000_000);
        }
        "live" => {
            let n = 10_000_000;
            let a = array(t, n);
            for f in elements(a) {
                f.set(t, a.header(), node(t, shape, Value::NONE, Value::NONE));
            }
            report(t, "10M built in an array", start, n);
            for i in 0..3 {
                if i == 1 {
                    shuffle(elements(a), 7);
                    println!("shuffled");
                }
                if i == 2 {
                    // Each refers to two others.
                    for i in 0..n {
                        let at = |j: usize| elements(a)[j % n].get();
                        // SAFETY: all elements are nodes.
                        let x = unsafe { &*at(i).as_cell().expect("node").as_ptr().cast::<Node>() };
                        x.a.set(t, &x.header, at(2 * i + 1));
                        x.b.set(t, &x.header, at(2 * i + 2));
                    }
                    elements(a)[1..].iter().for_each(|f| f.init(Value::NONE));
                    println!("a random tree");
                }
                let start = Instant::now();
                println!("{:?}", t.collect(true));
                println!("{:?}", start.elapsed());
            }
            let start = Instant::now();
            churn(t, 10_000_000);
            report(t, "10M dropped beside", start, 10_000_000);
            std::hint::black_box(a);
        }
        "list" => {
            let mut head = Value::NONE;
            for _ in 0..10_000_000 {
                head = node(t, shape, head, Value::NONE).value();
            }
            report(t, "list of 10M", start, 10_000_000);
            println!("{:?}", t.collect(true));
            std::hint::black_box(head);
        }
        "tree" => {
            // Cells of two kinds, in the order in which a depth-first walk comes to them.
            let mut held = Roots::new(t);
            for _ in 0..38 {
                let v = tree(t, shape, 16);
                held.push(v);
            }
            report(t, "trees of 7.5M cells", start, 7_500_000);
            let mut pauses: Vec<_> = (0..10).map(|_| t.collect(true).pause).collect();
            pauses.sort();
            println!("full collections: shortest {:?}, median {:?}", pauses[0], pauses[5]);
            std::hint::black_box(held.len());
        }
        "large" => {
            for i in 0..100 {
                let a = array(t, 10_000_000);
                elements(a)[i].init(Value::NONE);
            }
            report(t, "100 times 80 MB", start, 100);
            let start = Instant::now();
            for i in 0..100_000 {
                let a = array(t, 12_500);
                elements(a)[i % 1000].init(Value::NONE);
            }
            report(t, "100000 times 100 kB", start, 100_000);
        }
        "threads" => {
            let n: usize = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(2);
            t.blocking(|| {
                std::thread::scope(|s| {
                    for _ in 0..n {
                        s.spawn(|| {
                            let t = Box::new(Mutator::attach());
                            t.start();
                            churn(&t, 50_000_000);
                        });
                    }
                })
            });
            report(t, "50M dropped by each thread", start, 50_000_000);
        }
        other => eprintln!("no benchmark {other}"),
    }
}
