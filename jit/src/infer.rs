//! What each block's registers are known to hold when it begins: a fixed point over the graph.

use crate::graph::NodeId;
use crate::plan::{Context, How, State, apply, plan};

/// The first instructions of blocks, and what is known there.
pub struct Blocks {
    pub leader: Vec<bool>,
    pub states: Vec<Option<State>>,
}

pub fn infer(cx: &Context) -> Blocks {
    let g = cx.graph;
    let n = g.nodes.len();
    let mut preds = vec![0; n];
    let mut leader = vec![false; n];
    for node in &g.nodes {
        let both = node.next.is_some() && node.jump.is_some();
        for to in [node.next, node.jump].into_iter().flatten() {
            preds[to] += 1;
            leader[to] |= both;
        }
        if let Some(to) = node.jump {
            leader[to] = true;
        }
    }
    (0..n).filter(|&i| preds[i] > 1).for_each(|i| leader[i] = true);
    let mut states: Vec<Option<State>> = vec![None; n];
    let mut work: Vec<NodeId> = Vec::new();
    // Nothing is known of what the frame holds where the unit begins.
    for (entry, state) in g.entries() {
        leader[entry] = true;
        flow(&mut states, &mut work, entry, &state, false);
    }
    // What comes from where nobody was seen changes what is known as little as possible, so it comes last.
    let mut later: Vec<(NodeId, State)> = Vec::new();
    while !work.is_empty() || !later.is_empty() {
        let Some(start) = work.pop() else {
            if let Some((to, state)) = later.pop() {
                flow(&mut states, &mut work, to, &state, true);
            }
            continue;
        };
        let Some(mut state) = states[start].clone() else { continue };
        let mut at = start;
        loop {
            let node = &g.nodes[at];
            let p = plan(cx, &state, node);
            if matches!(p.how, How::Unseen | How::Leave | How::Finish { .. } | How::Yield { .. } | How::Delegate) {
                break;
            }
            let mut go = |to: NodeId, mut state: State| {
                state.keep_live(g, &g.nodes[to]);
                if g.adapts(at, to) {
                    later.push((to, state));
                } else {
                    flow(&mut states, &mut work, to, &state, false);
                }
            };
            if let Some(to) = node.jump {
                let mut jumped = state.clone();
                apply(&mut jumped, &p, true);
                go(to, jumped);
            }
            apply(&mut state, &p, false);
            match node.next {
                None => break,
                Some(to) if leader[to] => {
                    go(to, state);
                    break;
                }
                Some(to) => at = to,
            }
        }
    }
    Blocks { leader, states }
}

fn flow(states: &mut [Option<State>], work: &mut Vec<NodeId>, to: NodeId, state: &State, adapts: bool) {
    let changed = match &mut states[to] {
        Some(old) => old.join(state, adapts),
        none => {
            *none = Some(state.clone());
            true
        }
    };
    if changed {
        work.push(to);
    }
}
