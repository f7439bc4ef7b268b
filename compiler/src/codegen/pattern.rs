//! `match`: patterns become tests that jump to the next case; names are bound only when the whole pattern matches.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Pattern, Singleton};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::asm::{Label, Reg};
use crate::errors::{Error, Result};
use crate::fold;
use crate::isa::Op;
use crate::unit::Const;

/// A name to bind when the case matches, and the register of its value.
type Captures<'a> = Vec<(&'a str, Reg)>;

/// Why and where a pattern matches everything, if it does.
fn irrefutable(p: &Pattern) -> Option<(TextRange, String)> {
    match p {
        Pattern::MatchAs(a) => match (&a.pattern, &a.name) {
            (Some(inner), _) => irrefutable(inner),
            (None, Some(n)) => Some((p.range(), format!("name capture '{}' makes remaining patterns unreachable", n.as_str()))),
            (None, None) => Some((p.range(), "wildcard makes remaining patterns unreachable".to_owned())),
        },
        Pattern::MatchOr(o) => o.patterns.last().and_then(irrefutable),
        _ => None,
    }
}

fn is_wildcard(p: &Pattern) -> bool {
    matches!(p, Pattern::MatchAs(a) if a.pattern.is_none() && a.name.is_none())
}

impl<'a> Compiler<'a> {
    pub(super) fn match_stmt(&mut self, m: &'a ast::StmtMatch) -> Result<()> {
        let mark = self.u.next;
        let subject = self.expr_to_temp(&m.subject)?;
        let inner = self.u.next;
        let end = self.label();
        let last = m.cases.len().saturating_sub(1);
        for (i, case) in m.cases.iter().enumerate() {
            if i < last
                && case.guard.is_none()
                && let Some((range, message)) = irrefutable(&case.pattern)
            {
                return Err(Error::syntax(range, message));
            }
            let next = self.label();
            let mut captures = Captures::new();
            self.at(&case.pattern);
            self.pattern(&case.pattern, subject, next, &mut captures)?;
            self.at(&case.pattern);
            for (name, r) in captures {
                self.check_assignable(name, case.pattern.range())?;
                self.store_name(name, r);
            }
            self.u.next = inner;
            if let Some(g) = &case.guard {
                self.jump_if(g, false, next)?;
            }
            if is_wildcard(&case.pattern) {
                // A line of its own for tracing.
                self.emit(Op::NOP, 0, 0, 0);
            }
            self.statements(&case.body)?;
            self.goto(end);
            self.bind(next);
        }
        self.u.next = mark;
        self.bind(end);
        Ok(())
    }

    fn capture(&self, name: &'a str, r: Reg, range: TextRange, captures: &mut Captures<'a>) -> Result<()> {
        if captures.iter().any(|c| c.0 == name) {
            return Err(Error::syntax(range, format!("multiple assignments to name '{name}' in pattern")));
        }
        captures.push((name, r));
        Ok(())
    }

    /// Tests register `r` against `p`; jumps to `fail` if it does not match. Temporaries that captures refer to stay
    /// allocated.
    fn pattern(&mut self, p: &'a Pattern, r: Reg, fail: Label, captures: &mut Captures<'a>) -> Result<()> {
        crate::depth::guarded(&mut self.depth, p.range())?;
        self.at(p);
        let result = crate::depth::with_stack(|| self.pattern_inner(p, r, fail, captures));
        self.depth -= 1;
        result
    }

    fn pattern_inner(&mut self, p: &'a Pattern, r: Reg, fail: Label, captures: &mut Captures<'a>) -> Result<()> {
        let mark = self.u.next;
        match p {
            Pattern::MatchAs(a) => {
                if let Some(inner) = &a.pattern {
                    self.pattern(inner, r, fail, captures)?;
                }
                if let Some(n) = &a.name {
                    self.capture(n.as_str(), r, p.range(), captures)?;
                }
            }
            Pattern::MatchStar(s) => {
                if let Some(n) = &s.name {
                    self.capture(n.as_str(), r, p.range(), captures)?;
                }
            }
            Pattern::MatchSingleton(s) => {
                match s.value {
                    Singleton::None => self.jump(Op::JNOTNONE, r, 0, fail),
                    Singleton::True | Singleton::False => {
                        let t = self.temp();
                        let op = if s.value == Singleton::True { Op::LOAD_TRUE } else { Op::LOAD_FALSE };
                        self.emit(op, t, 0, 0);
                        self.jump(Op::JISNOT, r, t, fail);
                    }
                }
                self.u.next = mark;
            }
            Pattern::MatchValue(v) => {
                if let Some(Const::Int(i)) = self.constant(&v.value)
                    && let Ok(i) = i16::try_from(i)
                {
                    self.jump(Op::JNEQI, r, i as u16, fail);
                } else {
                    if self.constant(&v.value).is_none() && !v.value.is_attribute_expr() {
                        return Err(Error::syntax(p.range(), "patterns may only match literals and attribute lookups"));
                    }
                    let k = self.expr(&v.value, None)?;
                    self.at(p);
                    self.jump(Op::JNEQ, r, k, fail);
                }
                self.u.next = mark;
            }
            Pattern::MatchSequence(s) => self.sequence_pattern(p, &s.patterns, r, fail, captures)?,
            Pattern::MatchMapping(m) => self.mapping_pattern(p, m, r, fail, captures)?,
            Pattern::MatchClass(c) => self.class_pattern(p, c, r, fail, captures)?,
            Pattern::MatchOr(o) => self.or_pattern(p, o, r, fail, captures)?,
        }
        Ok(())
    }

    fn sequence_pattern(
        &mut self,
        p: &'a Pattern,
        patterns: &'a [Pattern],
        r: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let n = patterns.len();
        let stars: Vec<usize> = (0..n).filter(|i| matches!(patterns[*i], Pattern::MatchStar(_))).collect();
        if stars.len() > 1 {
            return Err(Error::syntax(p.range(), "multiple starred names in sequence pattern"));
        }
        let star = stars.first().copied();
        let mark = self.u.next;
        let t = self.temp();
        self.emit(Op::MATCH_SEQUENCE, t, r, 0);
        self.jump(Op::JF, t, 0, fail);
        let least = n - usize::from(star.is_some());
        if star.is_none() || least > 0 {
            self.emit(Op::GET_LEN, t, r, 0);
            let op = if star.is_some() { Op::JNGEI } else { Op::JNEQI };
            self.jump(op, t, least as u16, fail);
        }
        self.u.next = mark;
        let matters = |p: &Pattern| match p {
            Pattern::MatchStar(s) => s.name.is_some(),
            p => !is_wildcard(p),
        };
        if !patterns.iter().any(matters) {
            return Ok(());
        }
        match star {
            None => {
                let base = self.temps(n);
                self.emit(Op::UNPACK, r, base, n as u16);
                for (i, sub) in patterns.iter().enumerate() {
                    self.pattern(sub, base + i as Reg, fail, captures)?;
                }
            }
            // Nothing is wanted of the rest: take the items one by one.
            Some(star) if !matters(&patterns[star]) => {
                for (i, sub) in patterns.iter().enumerate().filter(|(_, p)| matters(p)) {
                    self.at(sub);
                    let item = self.temp();
                    if i < star {
                        self.emit(Op::GETITEMI, item, r, i as u16);
                    } else {
                        self.emit(Op::GET_LEN, item, r, 0);
                        self.emit(Op::SUBI, item, item, (n - i) as u16);
                        self.emit(Op::GETITEM, item, r, item);
                    }
                    self.pattern(sub, item, fail, captures)?;
                }
            }
            Some(star) => {
                let after = n - star - 1;
                if star > 255 || after > 255 {
                    return Err(Error::syntax(p.range(), "too many expressions in star-unpacking sequence pattern"));
                }
                let base = self.temps(n);
                self.emit(Op::UNPACK_EX, r, base, (star | after << 8) as u16);
                for (i, sub) in patterns.iter().enumerate() {
                    self.pattern(sub, base + i as Reg, fail, captures)?;
                }
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        p: &'a Pattern,
        m: &'a ast::PatternMatchMapping,
        r: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let mark = self.u.next;
        let n = m.keys.len();
        let t = self.temp();
        self.emit(Op::MATCH_MAPPING, t, r, 0);
        self.jump(Op::JF, t, 0, fail);
        if n > 0 {
            self.emit(Op::GET_LEN, t, r, 0);
            self.jump(Op::JNGEI, t, n as u16, fail);
        }
        self.u.next = mark;
        if n == 0 && m.rest.is_none() {
            return Ok(());
        }
        let keys = self.temp();
        let base = self.u.next;
        let mut seen: Vec<Vec<u8>> = Vec::new();
        for k in &m.keys {
            match self.constant(k) {
                Some(c) => {
                    // Keys that are equal as dict keys are duplicates, whatever their types.
                    let text = match &c {
                        Const::Str(s) => crate::unparse::repr_str(s),
                        Const::Bytes(s) => crate::unparse::repr_bytes(s),
                        c => crate::dis::display(c),
                    };
                    let key = fold::identity(&match c {
                        Const::True => Const::Int(1),
                        Const::False => Const::Int(0),
                        Const::Float(f) | Const::Complex(f, 0.0) if f.fract() == 0.0 && f.abs() < 1e15 => Const::Int(f as i64),
                        c => c,
                    });
                    if let Some(key) = key {
                        if seen.contains(&key) {
                            return Err(Error::syntax(p.range(), format!("mapping pattern checks duplicate key ({text})")));
                        }
                        seen.push(key);
                    }
                }
                None if !k.is_attribute_expr() => {
                    return Err(Error::syntax(k.range(), "mapping pattern keys may only match literals and attribute lookups"));
                }
                None => {}
            }
            self.expr_to_temp(k)?;
        }
        self.at(p);
        self.u.next = base;
        self.emit(Op::BUILD_TUPLE, keys, base, n as u16);
        if n > 0 {
            let values = self.temp();
            self.emit(Op::MATCH_KEYS, values, r, keys);
            self.jump(Op::JNONE, values, 0, fail);
            let items = self.temps(n);
            self.emit(Op::UNPACK, values, items, n as u16);
            for (i, sub) in m.patterns.iter().enumerate() {
                self.pattern(sub, items + i as Reg, fail, captures)?;
            }
        }
        if let Some(name) = &m.rest {
            self.at(p);
            let rest = self.temp();
            self.emit(Op::COPY_WITHOUT_KEYS, rest, r, keys);
            self.capture(name.as_str(), rest, p.range(), captures)?;
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        p: &'a Pattern,
        c: &'a ast::PatternMatchClass,
        r: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let args = &c.arguments;
        let mut names: Vec<&str> = Vec::new();
        for k in &args.keywords {
            self.check_assignable(&k.attr, k.range)?;
            if names.contains(&k.attr.as_str()) {
                return Err(Error::syntax(
                    k.pattern.range(),
                    format!("attribute name repeated in class pattern: {}", k.attr.as_str()),
                ));
            }
            names.push(k.attr.as_str());
        }
        let result = self.temp();
        let base = self.temps(3);
        self.u.next = base;
        self.temp();
        self.emit(Op::MOVE, base, r, 0);
        self.expr_to_temp(&c.cls)?;
        let t = self.temp();
        let names = names
            .into_iter()
            .map(|n| {
                let mangled = self.mangled(n);
                Const::Str(Arc::from(mangled.as_deref().unwrap_or(n).as_bytes()))
            })
            .collect();
        self.at(p);
        self.load_const(&Const::Tuple(names), t);
        self.emit(Op::MATCH_CLASS, result, base, args.patterns.len() as u16);
        self.u.next = base;
        self.jump(Op::JNONE, result, 0, fail);
        let subs: Vec<&'a Pattern> = args.patterns.iter().chain(args.keywords.iter().map(|k| &k.pattern)).collect();
        if subs.iter().all(|p| is_wildcard(p)) {
            return Ok(());
        }
        let items = self.temps(subs.len());
        self.emit(Op::UNPACK, result, items, subs.len() as u16);
        for (i, sub) in subs.into_iter().enumerate() {
            self.pattern(sub, items + i as Reg, fail, captures)?;
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        p: &'a Pattern,
        o: &'a ast::PatternMatchOr,
        r: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Result<()> {
        let matched = self.label();
        // The names of the first alternative fix the registers in which all leave their values.
        let mut names: Vec<&'a str> = Vec::new();
        bound_names(&o.patterns[0], &mut names);
        let shared = self.temps(names.len());
        let mark = self.u.next;
        let last = o.patterns.len() - 1;
        for (i, alternative) in o.patterns.iter().enumerate() {
            if i < last
                && let Some((range, message)) = irrefutable(alternative)
            {
                return Err(Error::syntax(range, message));
            }
            let next = if i < last { self.label() } else { fail };
            let mut own = Captures::new();
            self.pattern(alternative, r, next, &mut own)?;
            if own.len() != names.len() || own.iter().any(|(n, _)| !names.contains(n)) {
                return Err(Error::syntax(p.range(), "alternative patterns bind different names"));
            }
            for (name, value) in own {
                if let Some(k) = names.iter().position(|n| *n == name) {
                    self.mov(shared + k as Reg, value);
                }
            }
            self.u.next = mark;
            if i < last {
                self.goto(matched);
                self.bind(next);
            }
        }
        self.bind(matched);
        for (k, name) in names.into_iter().enumerate() {
            self.capture(name, shared + k as Reg, p.range(), captures)?;
        }
        Ok(())
    }
}

fn bound_names<'a>(p: &'a Pattern, out: &mut Vec<&'a str>) {
    let mut add = |n: &'a Option<ast::Identifier>| {
        if let Some(n) = n
            && !out.contains(&n.as_str())
        {
            out.push(n.as_str());
        }
    };
    match p {
        Pattern::MatchAs(a) => {
            add(&a.name);
            if let Some(p) = &a.pattern {
                bound_names(p, out);
            }
        }
        Pattern::MatchStar(s) => add(&s.name),
        Pattern::MatchMapping(m) => {
            add(&m.rest);
            m.patterns.iter().for_each(|p| bound_names(p, out));
        }
        Pattern::MatchSequence(s) => s.patterns.iter().for_each(|p| bound_names(p, out)),
        Pattern::MatchClass(c) => {
            c.arguments.patterns.iter().for_each(|p| bound_names(p, out));
            c.arguments.keywords.iter().for_each(|k| bound_names(&k.pattern, out));
        }
        Pattern::MatchOr(o) => {
            if let Some(p) = o.patterns.first() {
                bound_names(p, out);
            }
        }
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
    }
}
