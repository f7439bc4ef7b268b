//! What each block's registers are known to hold when it begins: a fixed point over the graph.

use crate::graph::NodeId;
use crate::plan::{Context, How, Kind, State, apply, plan};

/// The first instructions of blocks, and what is known there.
pub struct Blocks {
    pub leader: Vec<bool>,
    pub states: Vec<Option<State>>,
}

/// `entry`: what the frame's registers hold at the loop's head.
pub fn infer(cx: &Context, entry: &[Kind]) -> Blocks {
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
    leader[g.entry] = true;

    let mut states: Vec<Option<State>> = vec![None; n];
    let mut first = State::new(g.registers);
    first.kinds[..entry.len()].copy_from_slice(entry);
    first.keep_live(g, &g.nodes[g.entry]);
    states[g.entry] = Some(first);
    let mut work: Vec<NodeId> = vec![g.entry];
    while let Some(start) = work.pop() {
        let Some(mut state) = states[start].clone() else { continue };
        let mut at = start;
        loop {
            let node = &g.nodes[at];
            let p = plan(cx, &state, node);
            if matches!(p.how, How::Unseen | How::Leave | How::Finish { .. }) {
                break;
            }
            let flow = |states: &mut Vec<Option<State>>, work: &mut Vec<NodeId>, to: NodeId, mut state: State| {
                state.keep_live(g, &g.nodes[to]);
                let changed = match &mut states[to] {
                    Some(old) => old.join(&state),
                    none => {
                        *none = Some(state);
                        true
                    }
                };
                if changed {
                    work.push(to);
                }
            };
            if let Some(to) = node.jump {
                let mut jumped = state.clone();
                apply(&mut jumped, &p, true);
                flow(&mut states, &mut work, to, jumped);
            }
            apply(&mut state, &p, false);
            match node.next {
                None => break,
                Some(to) if leader[to] => {
                    flow(&mut states, &mut work, to, state);
                    break;
                }
                Some(to) => at = to,
            }
        }
    }
    Blocks { leader, states }
}
