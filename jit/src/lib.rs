//! Machine code for hot loops, by Cranelift.
//!
//! A unit covers a function from its start, or from the head of a hot loop on, callees that are small and always the same included ([`graph`]). What
//! its registers hold is inferred from what the loop's frame holds now and from what the instructions saw ([`infer`]); how each
//! instruction is done follows from that ([`plan`]), and is then written as Cranelift's code ([`lower`]). Whatever is not done
//! here is done by the interpreter's own handler for the one instruction (`step`), so every instruction works.
//!
//! Wherever something is not as it was seen, the code stores the frame as the interpreter would have it and gives back to the
//! interpreter at that very instruction.

mod graph;
mod infer;
mod live;
mod lower;
mod memory;
mod plan;

use graph::Graph;
use plan::{Context, Kind};
use taipan_vm::interp::Regs;
use taipan_vm::interp::machine::{self, layout};
use taipan_vm::interp::queue::{Job, Target};
use taipan_vm::native::*;
use taipan_vm::objects::code::Code;

/// Makes this the compiler of the interpreter.
pub fn install() {
    machine::install(compile);
}

fn compile(t: &Thread, code: Ref<Code>, head: usize, regs: Regs, target: Target) -> Option<Job> {
    let shapes = layout::shapes();
    let log = machine::log();
    let start = std::time::Instant::now();
    let name = || format!("{}:{}", code.qualname.expect().to_string_lossy(), code.position(head).line);
    let graph = match Graph::build(t, code, head) {
        Ok(g) => g,
        Err(why) => {
            if log {
                eprintln!("jit: {}: refused: {why:?}", name());
            }
            return None;
        }
    };
    let cx = Context { graph: &graph, shapes: &shapes };
    let head_node = &graph.nodes[graph.entry];
    let mut kinds = vec![Kind::Any; code.nregs as usize];
    // Of a function's arguments, one call says little.
    if head_node.site.failures == 0 && !target.function {
        // SAFETY: live registers of the frame that is hot; others may hold anything.
        let now = |r| kind_now(unsafe { *regs.add(r) }, &shapes);
        let read = graph.read_by_root();
        graph.live(head_node, |r| kinds[r] = if read[r] { now(r) } else { Kind::Any });
    }
    let blocks = infer::infer(&cx, &kinds);
    let code = lower::lower(t, &cx, &blocks, target)?;
    let about = log.then(|| {
        let left = code.left.join(" ");
        format!("{}: {} instructions, {} frames, left: [{left}]", name(), graph.nodes.len(), graph.frames.len())
    });
    let prepared = start.elapsed();
    Some(Box::new(move || {
        let start = std::time::Instant::now();
        let unit = code.compile();
        if let Some(about) = about {
            match &unit {
                Some(u) => eprintln!("jit: {about}, {} bytes, {prepared:?} + {:?}", u.size, start.elapsed()),
                None => eprintln!("jit: {about}: not compiled"),
            }
        }
        unit
    }))
}

/// What a register holds now.
fn kind_now(v: Value, shapes: &layout::Shapes) -> Kind {
    if v.is_small_int() {
        return Kind::Int;
    }
    if v.is_immediate_float() {
        return Kind::Float;
    }
    if v.is_bool() {
        return Kind::Bool;
    }
    match v.header().map(|h| h.shape_id().0) {
        Some(s) if s == shapes.float => Kind::Float,
        Some(s) if [shapes.list, shapes.tuple, shapes.range_iterator, shapes.list_iterator, shapes.tuple_iterator].contains(&s) => {
            Kind::Shape(s)
        }
        _ => Kind::Any,
    }
}
