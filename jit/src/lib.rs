//! Machine code for hot loops, by Cranelift.
//!
//! A unit covers a function from its start, or from the head of a hot loop on, callees that are small and always the same included ([`graph`]). What
//! its registers hold is inferred from what the instructions saw ([`infer`]); how each instruction is done follows from that
//! ([`plan`]), and is then written as Cranelift's code ([`lower`]). Innermost loops are written twice: what the first round makes
//! sure of holds in all others. Whatever is not done
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
use plan::Context;
use taipan_vm::interp::machine::{self, layout};
use taipan_vm::interp::queue::{Job, Target};
use taipan_vm::native::*;
use taipan_vm::objects::code::Code;

/// Makes this the compiler of the interpreter.
pub fn install() {
    machine::install(compile);
}

fn compile(t: &Thread, code: Ref<Code>, head: usize, target: Target) -> Option<Job> {
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
    let cx = Context { graph: &graph, shapes: &shapes, leave: machine::leave() };
    let blocks = infer::infer(&cx);
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
