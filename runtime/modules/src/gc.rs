//! `gc`: the collector as Python sees it.

use std::sync::atomic::{AtomicI64, Ordering::*};
use taipan_heap::Roots;
use taipan_vm::native::*;

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

/// A collection that the program asked for.
fn collect_now(t: &Thread, generation: u8) -> Result<()> {
    callbacks(t, "start", generation as i64, 0)?;
    t.collect(generation == 2);
    taipan_vm::pending::finalize(t);
    callbacks(t, "stop", generation as i64, 0)
}

fn callbacks(t: &Thread, m: &str, generation: i64, collected: i64) -> Result<()> {
    let Some(gc) = t.modules().get(t, Str::intern_str(t, "gc")?.value())? else { return Ok(()) };
    let Some(list) = t.get_attr_opt(gc, Str::intern_str(t, "callbacks")?)?.and_then(|l| l.downcast::<List>()) else {
        return Ok(());
    };
    if list.is_empty() {
        return Ok(());
    }
    let info = Dict::new(t)?;
    for (k, v) in [("generation", generation), ("collected", collected), ("uncollectable", 0)] {
        info.set(t, Str::intern_str(t, k)?.value(), t.int(v)?)?;
    }
    let phase = Str::intern_str(t, m)?.value();
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
    /// Run the garbage collector. The number of objects found unreachable is not counted: 0.
    #[py("($module, /, generation=2)")]
    fn collect(t: &Thread, generation: Option<i32>) -> Result<i64> {
        let g = generation.unwrap_or(2);
        if !(0..=2).contains(&g) {
            return Err(t.value_error("invalid generation"));
        }
        // Collected once this call is done, with little of the native stack in use, where old references lie about.
        taipan_vm::pending::request_collection(t, g as u8);
        Ok(0)
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
    #[py("($module, /)")]
    fn get_stats(t: &Thread) -> Result<Ref<List>> {
        let s = t.stats();
        let l = List::new(t)?;
        for collections in [s.minor_collections, 0, s.full_collections] {
            let d = Dict::new(t)?;
            let set = |k: &str, v: Value| -> Result<()> { d.set(t, Str::intern_str(t, k)?.value(), v) };
            set("collections", t.int(collections as i64)?)?;
            set("collected", t.int(0)?)?;
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
    fn get_objects(t: &Thread, generation: OrNone<i32>) -> Result<Ref<List>> {
        if let Some(g) = generation.0 {
            if g < 0 {
                return Err(t.value_error("generation parameter cannot be negative"));
            }
            if g > 2 {
                return Err(t.value_error("generation parameter must be less than the number of available generations (3)"));
            }
        }
        t.collect(true);
        let mut found = Roots::new(t);
        t.for_each_cell(|c| {
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
        t.collect(true);
        let mut found = Roots::new(t);
        let wanted: Vec<u64> = objs.iter().map(|o| o.bits()).collect();
        t.for_each_cell(|c| {
            let v = Value::from_cell(c);
            if !visible(v) {
                return;
            }
            let mut hit = false;
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
        let mut found = Roots::new(t);
        for o in objs {
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
        }
        list_of(t, &found)
    }
    /// Returns true if the object is tracked by the garbage collector.
    #[py("($module, obj, /)")]
    fn is_tracked(_t: &Thread, obj: Value) -> bool {
        tracked(obj)
    }
    /// Returns true if the object has been already finalized by the GC. (Not recorded: False.)
    #[py("($module, obj, /)")]
    fn is_finalized(_t: &Thread, obj: Value) -> bool {
        let _ = obj;
        false
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

/// What CPython's collector would track: containers, not atoms.
fn tracked(v: Value) -> bool {
    v.is_cell()
        && v.downcast::<Str>().is_none()
        && v.downcast::<Bytes>().is_none()
        && v.downcast::<BigInt>().is_none()
        && v.downcast::<BoxedFloat>().is_none()
}
