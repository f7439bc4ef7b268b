//! `gc`: the collector as Python sees it.

use std::sync::atomic::{AtomicI64, Ordering::*};
use taipan_heap::{Census, Roots};
use taipan_vm::native::*;
use taipan_vm::objects::bytearray::ByteArray;
use taipan_vm::objects::code::Code;
use taipan_vm::objects::complex::Complex;
use taipan_vm::objects::range::Range;
use taipan_vm::objects::set::{FrozenSet, Set};

pub struct Gc;

static DEBUG: AtomicI64 = AtomicI64::new(0);
static THRESHOLDS: [AtomicI64; 3] = [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)];

fn init(t: &Thread, m: Ref<Module>) -> Result<()> {
    taipan_vm::pending::set_collect_hook(collect_now);
    for (name, v) in
        [("DEBUG_STATS", 1), ("DEBUG_COLLECTABLE", 2), ("DEBUG_UNCOLLECTABLE", 4), ("DEBUG_SAVEALL", 32), ("DEBUG_LEAK", 38)]
    {
        m.set(t, name, t.int(v)?)?;
    }
    m.set(t, "garbage", List::new(t)?.value())?;
    m.set(t, "callbacks", List::new(t)?.value())
}

/// Whether Python code may see a cell, as an object of some class.
fn visible(v: Value) -> bool {
    v.header().is_some_and(|h| h.shape().class.get().is_cell())
}

/// Values found while the world was stopped, as a list.
fn list_of(t: &Thread, found: &Roots) -> Result<Ref<List>> {
    let l = List::new(t)?;
    for &v in found.iter() {
        l.append(t, v)?;
    }
    Ok(l)
}

/// Objects found in unreachable cycles, by the generation that was asked for.
static COLLECTED: [AtomicI64; 3] = [const { AtomicI64::new(0) }; 3];
/// Collections of generation 1 that were asked for: to the collector they are like those of generation 0.
static MIDDLE: AtomicI64 = AtomicI64::new(0);
const DEBUG_SAVEALL: i64 = 32;

/// A collection that the program asked for. Finalizers run before it is over, and what they did not bring back is collected too.
/// Gives the number of objects that were in unreachable cycles.
fn collect_now(t: &Thread, generation: u8) -> Result<i64> {
    callbacks(t, "start", generation as i64, 0)?;
    let full = generation == 2;
    if generation == 1 {
        MIDDLE.fetch_add(1, Relaxed);
    }
    let mut kept = Roots::new(t);
    let mut counted = 0;
    for _ in 0..2 {
        wipe_stack();
        let keep = (DEBUG.load(Relaxed) & DEBUG_SAVEALL != 0).then_some(&mut *kept);
        let mut census = Census { counts: |h| counts(h), keep };
        let done = match full {
            true => taipan_vm::interp::cache::forgetting(|| t.collect_counting(true, &mut census)),
            false => t.collect_counting(false, &mut census),
        };
        counted += done.counted as i64;
        taipan_vm::pending::finalize(t);
        if done.finalizable == 0 {
            break;
        }
    }
    if !kept.is_empty()
        && let Some(garbage) = list_named(t, "garbage")?
    {
        for &v in kept.iter() {
            garbage.append(t, v)?;
        }
    }
    if full {
        // What cells owned outside of the heap goes back to the system, too.
        #[cfg(target_env = "gnu")]
        // SAFETY: a plain call.
        unsafe {
            libc::malloc_trim(0)
        };
    }
    COLLECTED[generation as usize].fetch_add(counted, Relaxed);
    callbacks(t, "stop", generation as i64, counted)?;
    Ok(counted)
}

fn counts(h: &taipan_heap::Header) -> bool {
    let v = Value::from_cell(std::ptr::NonNull::from(h));
    // Cells of variables are not counted: a dict of globals has one for each name, which it has for no program to see.
    visible(v) && tracked(v) && v.downcast::<CellObject>().is_none()
}

/// Overwrites the native stack below this frame, where earlier calls' references lie about: the frames that follow would
/// contain some of them, and the collector would take them for references in use.
#[inline(never)]
fn wipe_stack() {
    std::hint::black_box(&[0u64; 2048]);
}

/// One of the module's lists, unless the program put something else in its place.
fn list_named(t: &Thread, name: &str) -> Result<Option<Ref<List>>> {
    let Some(gc) = t.modules().get(t, Str::intern_str(t, "gc")?.value())? else { return Ok(None) };
    Ok(t.get_attr_opt(gc, Str::intern_str(t, name)?)?.and_then(|l| l.downcast::<List>()))
}

fn callbacks(t: &Thread, phase: &str, generation: i64, collected: i64) -> Result<()> {
    let Some(list) = list_named(t, "callbacks")? else { return Ok(()) };
    if list.is_empty() {
        return Ok(());
    }
    let info = Dict::new(t)?;
    for (k, v) in [("generation", generation), ("collected", collected), ("uncollectable", 0)] {
        info.set(t, Str::intern_str(t, k)?.value(), t.int(v)?)?;
    }
    let phase = Str::intern_str(t, phase)?.value();
    for f in list.snapshot(t)?.iter() {
        if let Err(e) = t.call(f, &[phase, info.value()]) {
            taipan_vm::pending::unraisable(t, e, "Exception ignored while calling GC callback", Some(f));
        }
    }
    Ok(())
}

/// This module provides access to the garbage collector for reference cycles.
#[pymodule(name = "gc", init = init)]
impl Gc {
    /// Enable automatic garbage collection.
    #[py("($module, /)")]
    fn enable(_t: &Thread) {
        taipan_heap::set_enabled(true)
    }
    /// Disable automatic garbage collection.
    #[py("($module, /)")]
    fn disable(_t: &Thread) {
        taipan_heap::set_enabled(false)
    }
    /// Returns true if automatic garbage collection is enabled.
    #[py("($module, /)")]
    fn isenabled(_t: &Thread) -> bool {
        taipan_heap::is_enabled()
    }
    /// Collect now, all objects or (generation 0 or 1) those made since the last collection.
    ///
    /// Returns the number of unreachable objects that a cycle kept alive.
    #[py("($module, /, generation=2)")]
    fn collect(t: &Thread, generation: Option<i32>) -> Result<i64> {
        let g = generation.unwrap_or(2);
        if !(0..=2).contains(&g) {
            return Err(t.value_error("invalid generation"));
        }
        if taipan_vm::pending::defer_collection(t, g as u8) {
            return Ok(0);
        }
        collect_now(t, g as u8)
    }
    /// Set the garbage collection debugging flags.
    #[py("($module, flags, /)")]
    fn set_debug(_t: &Thread, flags: i32) {
        DEBUG.store(flags as i64, Relaxed);
        taipan_heap::set_log(flags & 1 != 0);
    }
    /// Get the garbage collection debugging flags.
    #[py("($module, /)")]
    fn get_debug(_t: &Thread) -> i64 {
        DEBUG.load(Relaxed)
    }
    /// Set the collection thresholds. The collector adapts by itself: the numbers are kept, 0 for the first disables it.
    #[py("($module, threshold0, threshold1=<unrepresentable>, threshold2=<unrepresentable>, /)")]
    fn set_threshold(_t: &Thread, threshold0: i32, threshold1: Option<i32>, threshold2: Option<i32>) {
        for (place, v) in THRESHOLDS.iter().zip([Some(threshold0), threshold1, threshold2]) {
            if let Some(v) = v {
                place.store(v as i64, Relaxed);
            }
        }
        taipan_heap::set_enabled(threshold0 != 0);
    }
    /// Return the current collection thresholds.
    #[py("($module, /)")]
    fn get_threshold(_t: &Thread) -> (i64, i64, i64) {
        (THRESHOLDS[0].load(Relaxed), THRESHOLDS[1].load(Relaxed), THRESHOLDS[2].load(Relaxed))
    }
    /// Return a three-tuple of the current collection counts.
    #[py("($module, /)")]
    fn get_count(_t: &Thread) -> (i64, i64, i64) {
        (0, 0, 0)
    }
    /// Return a list of dictionaries containing per-generation statistics.
    ///
    /// Besides the counts that every Python gives, each has the collector's times since the program began, for all generations
    /// together, in seconds: 'pause_total', 'pause_max', and 'share', its part of all time.
    #[py("($module, /)")]
    fn get_stats(t: &Thread) -> Result<Ref<List>> {
        let s = t.stats();
        let l = List::new(t)?;
        let middle = MIDDLE.load(Relaxed);
        let collections = [s.minor_collections as i64 - middle, middle, s.full_collections as i64];
        for (collections, collected) in collections.into_iter().zip(&COLLECTED) {
            let d = Dict::new(t)?;
            let set = |k: &str, v: Value| -> Result<()> { d.set(t, Str::intern_str(t, k)?.value(), v) };
            set("collections", t.int(collections)?)?;
            set("collected", t.int(collected.load(Relaxed))?)?;
            set("uncollectable", t.int(0)?)?;
            set("pause_total", t.float(s.pause_total.as_secs_f64())?)?;
            set("pause_max", t.float(s.pause_max.as_secs_f64())?)?;
            set("share", t.float(s.share())?)?;
            l.append(t, d.value())?;
        }
        Ok(l)
    }
    /// Return a list of objects tracked by the collector.
    #[py("($module, /, generation=None)")]
    fn get_objects(t: &Thread, generation: Option<Value>) -> Result<Ref<List>> {
        if let Some(g) = generation.filter(|g| !g.is_none()) {
            let Some(i) = t.index_opt(g)? else {
                return Err(t.type_error(format!("argument should be integer or None, not '{}'", class_of(g).name_string())));
            };
            let g = t.to_isize(i)?;
            if g < 0 {
                return Err(t.value_error("generation parameter cannot be negative"));
            }
            if g > 2 {
                return Err(t.value_error("generation parameter must be less than the number of available generations (3)"));
            }
        }
        let mut found = Roots::new(t);
        t.collect_and_visit(|c| {
            let v = Value::from_cell(c);
            if visible(v) && tracked(v) {
                found.push(v);
            }
        });
        list_of(t, &found)
    }
    /// Return the list of objects that directly refer to any of 'objs'.
    #[py("($module, /, *objs)")]
    fn get_referrers(t: &Thread, objs: &[Value]) -> Result<Ref<List>> {
        let mut found = Roots::new(t);
        let wanted: Vec<u64> = objs.iter().map(|o| o.bits()).collect();
        t.collect_and_visit(|c| {
            let v = Value::from_cell(c);
            if !visible(v) {
                return;
            }
            // Instances of classes made by programs refer to them, though not by a field.
            let class = class_of(v);
            let mut hit = class.has_flag(class_flags::HEAP) && wanted.contains(&class.value().bits());
            t.referents(c, |r| {
                hit |= wanted.contains(&r.bits());
                // Storage cells are part of the object that has them.
                if let Some(inner) = r.as_cell().filter(|_| !visible(r)) {
                    t.referents(inner, |r| hit |= wanted.contains(&r.bits()));
                }
            });
            if hit {
                found.push(v);
            }
        });
        list_of(t, &found)
    }
    /// Return the list of objects that are directly referred to by 'objs'.
    #[py("($module, /, *objs)")]
    fn get_referents(t: &Thread, objs: &[Value]) -> Result<Ref<List>> {
        let l = List::new(t)?;
        let mut found = Roots::new(t);
        for &o in objs {
            // What is no cell (small numbers) can only be had from the containers themselves.
            if o.downcast::<List>().is_some()
                || o.downcast::<Tuple>().is_some()
                || o.downcast::<Set>().is_some()
                || o.downcast::<FrozenSet>().is_some()
            {
                if class_of(o).is_heap() {
                    l.append(t, class_of(o).value())?;
                }
                for v in t.iterate_to_vec(o)?.iter() {
                    l.append(t, v)?;
                }
                continue;
            }
            if let Some(d) = o.downcast::<Dict>() {
                let mut pos = 0;
                while let Some((k, v)) = d.next(&mut pos) {
                    l.append(t, k)?;
                    l.append(t, v)?;
                }
                continue;
            }
            if let Some(c) = o.as_cell() {
                t.referents(c, |r| {
                    if visible(r) {
                        found.push(r);
                    } else if let Some(inner) = r.as_cell() {
                        t.referents(inner, |r| {
                            if visible(r) {
                                found.push(r);
                            }
                        });
                    }
                });
            }
            for &v in found.iter() {
                l.append(t, v)?;
            }
            found.clear();
        }
        Ok(l)
    }
    /// Returns true if the object is tracked by the garbage collector.
    #[py("($module, obj, /)")]
    fn is_tracked(_t: &Thread, obj: Value) -> bool {
        tracked(obj)
    }
    /// Returns true if the finalizer of the object has been called.
    #[py("($module, obj, /)")]
    fn is_finalized(t: &Thread, obj: Value) -> bool {
        match obj.as_cell().filter(|_| class_of(obj).has_flag(class_flags::HAS_DEL)) {
            Some(cell) => !t.awaits_finalizer(cell),
            None => false,
        }
    }
    /// Freeze all current tracked objects and ignore them for future collections.
    #[py("($module, /)")]
    fn freeze(t: &Thread) {
        taipan_heap::Mutator::freeze(t)
    }
    /// Unfreeze all objects in the permanent generation.
    #[py("($module, /)")]
    fn unfreeze(t: &Thread) {
        taipan_heap::Mutator::unfreeze(t)
    }
    /// Return the number of objects in the permanent generation.
    #[py("($module, /)")]
    fn get_freeze_count(t: &Thread) -> usize {
        taipan_heap::Mutator::freeze_count(t)
    }
}

/// What CPython's collector would track: whatever may be part of a cycle.
fn tracked(v: Value) -> bool {
    if !v.is_cell() {
        return false;
    }
    if let Some(c) = v.downcast::<Class>() {
        return c.is_heap();
    }
    let class = class_of(v);
    if class.is_heap() {
        return true;
    }
    if let Some(t) = v.downcast::<Tuple>() {
        return t.as_slice().iter().any(|&v| v.downcast::<Tuple>().is_some() || tracked(v));
    }
    let atoms = [Str::class(), Bytes::class(), BigInt::class(), BoxedFloat::class(), Complex::class(), ByteArray::class()];
    let plain = [Object::class(), Range::class(), Code::class()];
    !atoms.contains(&class) && !plain.contains(&class)
}
