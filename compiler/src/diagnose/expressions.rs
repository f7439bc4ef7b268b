//! Expressions, arguments, parameters and comprehensions.

use super::{Node, Parse, Parser, Shape, Stop, Target};
use crate::tokenizer::Kind;

impl Parser<'_> {
    pub(super) fn node(&self, shape: Shape, start: u32, bitwise: bool) -> Node {
        Node { shape, start, end: self.last().end, parenthesized: false, bitwise }
    }

    /// Whether the next token can begin an expression.
    pub(super) fn starts_expression(&mut self) -> bool {
        let t = self.tok();
        match t.kind {
            Kind::Number | Kind::Str | Kind::FStart => true,
            Kind::Name => {
                let s = self.text_of(t);
                !super::KEYWORDS.contains(&s) || matches!(s, "True" | "False" | "None" | "not" | "lambda" | "await" | "yield")
            }
            Kind::Op => matches!(self.text_of(t), "(" | "[" | "{" | "-" | "+" | "~" | "..."),
            _ => false,
        }
    }

    /// star_expressions: possibly an unparenthesized tuple. `named` allows what star_named_expressions allow.
    pub(super) fn star_expressions(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        let first = self.star_expression()?;
        self.rest_of_tuple(start, first, Self::star_expression)
    }

    fn rest_of_tuple(&mut self, start: u32, first: Node, item: fn(&mut Self) -> Parse<Node>) -> Parse<Node> {
        if !self.is(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(",") {
            if !self.starts_expression() && !self.is("*") {
                break;
            }
            items.push(item(self)?);
        }
        Ok(self.node(Shape::Tuple(items), start, false))
    }

    pub(super) fn star_expression(&mut self) -> Parse<Node> {
        if self.is("*") {
            return self.starred();
        }
        self.expression()
    }

    fn starred(&mut self) -> Parse<Node> {
        let start = self.expect("*")?.start;
        let inner = self.bitwise_or()?;
        Ok(self.node(Shape::Starred(Box::new(inner)), start, false))
    }

    pub(super) fn star_named_expression(&mut self) -> Parse<Node> {
        if self.is("*") {
            return self.starred();
        }
        self.named_expression()
    }

    /// named_expression, with what is said about `=` in its place.
    pub(super) fn named_expression(&mut self) -> Parse<Node> {
        let start = self.tok();
        if self.is_name() && self.is_ahead(1, ":=") {
            self.at += 2;
            self.expression()?;
            return Ok(self.node(Shape::Named, start.start, false));
        }
        let e = self.expression()?;
        if self.is(":=") {
            self.at += 1;
            if self.attempt(Self::expression).is_some() {
                return self.special_node(&e, format!("cannot use assignment expressions with {}", e.name()));
            }
            return Err(Stop::Generic);
        }
        if self.is("=") {
            self.assignment_in_expression(&e)?;
        }
        Ok(e)
    }

    /// At `=` after `e`, where no assignment can be.
    pub(super) fn assignment_in_expression(&mut self, e: &Node) -> Parse<()> {
        let at = self.at;
        let far = self.far;
        self.at += 1;
        let value = self.attempt(Self::bitwise_or);
        let follows = self.is("=") || self.is(":=");
        self.at = at;
        if let Some(v) = value
            && !follows
        {
            if e.shape == Shape::Name && !e.parenthesized {
                return self.special(e.start, v.end, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
            }
            let plain =
                matches!(e.shape, Shape::List(_) | Shape::Tuple(_) | Shape::Generator | Shape::True | Shape::None | Shape::False);
            if e.bitwise && !plain {
                return self.special_node(e, format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", e.name()));
            }
        }
        self.far = far;
        Ok(())
    }

    pub(super) fn expression(&mut self) -> Parse<Node> {
        self.deeper(Self::expression_inner)
    }

    fn expression_inner(&mut self) -> Parse<Node> {
        let first = self.tok();
        let start = first.start;
        if self.is("lambda") {
            return self.lambda();
        }
        // `pass if x else y`
        if matches!(self.text_of(first), "pass" | "break" | "continue") && first.kind == Kind::Name {
            return self.statement_before_if(start);
        }
        let soft = first.kind == Kind::Name && matches!(self.text_of(first), "match" | "case" | "_" | "type");
        let prefix = first.kind == Kind::Name && self.peek_kind(1) == Kind::Str;
        let a = self.disjunction()?;
        if self.is("if") {
            self.at += 1;
            let b = self.disjunction()?;
            if self.eat("else") {
                if !self.starts_expression() {
                    let t = self.tok();
                    return self.special_token(t, "expected expression after 'else', but statement is given");
                }
                self.expression()?;
                return Ok(self.node(Shape::IfExp, start, false));
            }
            if !self.is(":") {
                return self.special(a.start, b.end, "expected 'else' after 'if' expression");
            }
            return Err(Stop::Generic);
        }
        if self.quiet == 0 && self.starts_expression() && !self.is("yield") {
            let string = matches!(a.shape, Shape::Literal) && self.text_of(first).ends_with(['"', '\'']);
            if string && first.kind == Kind::Str && self.last().start == start {
                self.text_between_strings()?;
            }
            if !prefix && !soft {
                let at = self.at;
                let far = self.far;
                if let Some(b) = self.attempt(Self::expression)
                    && self.last().level > 0
                {
                    return self.special(a.start, b.end, "invalid syntax. Perhaps you forgot a comma?");
                }
                self.at = at;
                self.far = far;
            }
            if a.shape == Shape::Name && !a.parenthesized && !self.is("(") {
                self.legacy(&a)?;
            }
        }
        Ok(a)
    }

    fn peek_kind(&self, n: usize) -> Kind {
        self.toks[(self.at + n).min(self.toks.len() - 1)].kind
    }

    fn statement_before_if(&mut self, start: u32) -> Parse<Node> {
        if self.quiet > 0 {
            return Err(Stop::Generic);
        }
        let (at, far) = (self.at, self.far);
        self.at += 1;
        let end = self.last().end;
        if self.eat("if") && self.attempt(Self::disjunction).is_some() && self.eat("else") {
            return self.special(start, end, "expected expression before 'if', but statement is given");
        }
        self.at = at;
        self.far = far;
        Err(Stop::Generic)
    }

    /// `"…" word word "…"`: the quotes were probably meant to be part of the text.
    fn text_between_strings(&mut self) -> Parse<()> {
        let (at, far) = (self.at, self.far);
        let mut span: Option<(u32, u32)> = None;
        loop {
            if self.kind(Kind::Str) || !self.starts_expression() {
                break;
            }
            match self.attempt(Self::expression) {
                Some(e) => span = Some((span.map_or(e.start, |s| s.0), e.end)),
                None => break,
            }
        }
        let closed = self.kind(Kind::Str);
        if let (Some((s, e)), true) = (span, closed) {
            return self.special(s, e, "invalid syntax. Is this intended to be part of the string?");
        }
        self.at = at;
        self.far = far;
        Ok(())
    }

    /// `print x` and `exec x`. Whatever the name, mistakes in what follows it are reported.
    fn legacy(&mut self, a: &Node) -> Parse<()> {
        let word = &self.text[a.start as usize..a.end as usize];
        let (at, far) = (self.at, self.far);
        match self.star_expressions() {
            Ok(b) if matches!(word, "print" | "exec") => {
                self.special(a.start, b.end, format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?"))
            }
            Err(Stop::Special(e)) => Err(Stop::Special(e)),
            _ => {
                self.at = at;
                self.far = far;
                Ok(())
            }
        }
    }

    fn lambda(&mut self) -> Parse<Node> {
        let start = self.expect("lambda")?.start;
        if !self.is(":") {
            self.parameters(":", true)?;
        }
        let colon = self.expect(":")?;
        if self.kind(Kind::FMiddle) || (self.is("}") && colon.level > 0 && self.in_field()) {
            return self.special(
                start,
                colon.end,
                format!("{}-string: lambda expressions are not allowed without parentheses", self.field_letter()),
            );
        }
        self.expression()?;
        Ok(self.node(Shape::Lambda, start, false))
    }

    fn disjunction(&mut self) -> Parse<Node> {
        self.boolean("or", |p| p.boolean("and", Self::inversion))
    }

    fn boolean(&mut self, word: &str, item: impl Fn(&mut Self) -> Parse<Node>) -> Parse<Node> {
        let start = self.tok().start;
        let first = item(self)?;
        if !self.is(word) {
            return Ok(first);
        }
        let mut any = false;
        while self.is(word) {
            let at = self.at;
            self.at += 1;
            if !self.operand(at, |p| item(p))? {
                break;
            }
            any = true;
        }
        if any { Ok(self.node(Shape::Operation, start, false)) } else { Ok(first) }
    }

    fn inversion(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        if self.eat("not") {
            self.deeper(Self::inversion)?;
            return Ok(self.node(Shape::Operation, start, false));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        let first = self.bitwise_or()?;
        let mut any = false;
        loop {
            let t = self.tok();
            let at = self.at;
            let op = match t.kind {
                Kind::Op | Kind::Name => self.text_of(t),
                _ => "",
            };
            match op {
                "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" => self.at += 1,
                "<>" => {
                    return self.special_token(t, "invalid syntax.  Maybe you meant '!=' instead of '<>'?");
                }
                "is" => {
                    self.at += 1;
                    self.eat("not");
                }
                "not" => {
                    if !self.is_ahead(1, "in") {
                        break;
                    }
                    self.at += 2;
                }
                _ => break,
            }
            if !self.operand(at, Self::bitwise_or)? {
                break;
            }
            any = true;
        }
        if any { Ok(self.node(Shape::Compare, start, false)) } else { Ok(first) }
    }

    pub(super) fn bitwise_or(&mut self) -> Parse<Node> {
        self.binary(0)
    }

    fn binary(&mut self, level: usize) -> Parse<Node> {
        const LEVELS: [&[&str]; 6] = [&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "//", "%", "@"]];
        let Some(ops) = LEVELS.get(level) else {
            return self.deeper(Self::factor);
        };
        let start = self.tok().start;
        let mut left = self.binary(level + 1)?;
        loop {
            let t = self.tok();
            if t.kind != Kind::Op || !ops.contains(&self.text_of(t)) {
                return Ok(left);
            }
            let at = self.at;
            self.at += 1;
            if level >= 4 {
                self.misplaced_not()?;
            }
            if !self.operand(at, |p| p.binary(level + 1))? {
                return Ok(left);
            }
            left = self.node(Shape::Operation, start, true);
        }
    }

    /// The right side of an operator. Without one the operator is not part of the expression: goes back to `at`.
    fn operand(&mut self, at: usize, f: impl FnOnce(&mut Self) -> Parse<Node>) -> Parse<bool> {
        match f(self) {
            Ok(_) => Ok(true),
            Err(Stop::Generic) => {
                self.at = at;
                Ok(false)
            }
            Err(e) => Err(e),
        }
    }

    fn misplaced_not(&mut self) -> Parse<()> {
        if !self.is("not") || self.quiet > 0 {
            return Ok(());
        }
        let start = self.tok().start;
        match self.attempt(Self::inversion) {
            Some(n) => self.special(start, n.end, "'not' after an operator must be parenthesized"),
            None => Err(Stop::Generic),
        }
    }

    fn factor(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        if self.is("+") || self.is("-") || self.is("~") {
            self.at += 1;
            self.misplaced_not()?;
            self.deeper(Self::factor)?;
            return Ok(self.node(Shape::Operation, start, true));
        }
        let base = self.await_primary()?;
        if self.eat("**") {
            self.deeper(Self::factor)?;
            return Ok(self.node(Shape::Operation, start, true));
        }
        Ok(base)
    }

    fn await_primary(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        if self.eat("await") {
            self.primary()?;
            return Ok(self.node(Shape::Await, start, true));
        }
        self.primary()
    }

    fn primary(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        let mut e = self.atom()?;
        loop {
            if self.eat(".") {
                self.name()?;
                e = self.node(Shape::Attribute, start, true);
            } else if self.is("(") {
                self.at += 1;
                self.arguments()?;
                self.expect(")")?;
                e = self.node(Shape::Call, start, true);
            } else if self.is("[") {
                self.at += 1;
                self.slices()?;
                self.expect("]")?;
                e = self.node(Shape::Subscript, start, true);
            } else {
                return Ok(e);
            }
        }
    }

    pub(super) fn slices(&mut self) -> Parse<()> {
        loop {
            if self.is("*") {
                self.star_argument(Self::starred)?;
            } else if self.is(":") {
                self.slice_tail()?;
            } else {
                self.named_expression()?;
                if self.is(":") {
                    self.slice_tail()?;
                }
            }
            if !self.eat(",") || self.is("]") {
                return Ok(());
            }
        }
    }

    /// `f`, which begins at a star; if no expression follows that, the star is what is wrong.
    pub(super) fn star_argument<T>(&mut self, f: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        match f(self) {
            Err(super::Stop::Generic) => {
                let t = self.toks[self.far.min(self.toks.len() - 1)];
                self.special_token(t, "Invalid star expression")
            }
            result => result,
        }
    }

    fn slice_tail(&mut self) -> Parse<()> {
        for _ in 0..2 {
            if !self.eat(":") {
                break;
            }
            if !self.is(":") && !self.is(",") && !self.is("]") {
                self.expression()?;
            }
        }
        Ok(())
    }

    fn atom(&mut self) -> Parse<Node> {
        let t = self.tok();
        let start = t.start;
        match t.kind {
            Kind::Number => {
                self.at += 1;
                Ok(self.node(Shape::Literal, start, true))
            }
            Kind::Str | Kind::FStart => self.strings(),
            Kind::Name => {
                let shape = match self.text_of(t) {
                    "True" => Shape::True,
                    "False" => Shape::False,
                    "None" => Shape::None,
                    s if super::KEYWORDS.contains(&s) => return Err(Stop::Generic),
                    _ => Shape::Name,
                };
                self.at += 1;
                Ok(self.node(shape, start, true))
            }
            Kind::Op => match self.text_of(t) {
                "(" => self.parenthesized(),
                "[" => self.list(),
                "{" => self.braces(),
                "..." => {
                    self.at += 1;
                    Ok(self.node(Shape::Ellipsis, start, true))
                }
                _ => Err(Stop::Generic),
            },
            _ => Err(Stop::Generic),
        }
    }

    fn parenthesized(&mut self) -> Parse<Node> {
        let start = self.expect("(")?.start;
        if self.eat(")") {
            return Ok(self.node(Shape::Tuple(Vec::new()), start, true));
        }
        if self.is("yield") {
            let y = self.yield_expression()?;
            self.expect(")")?;
            return Ok(Node { parenthesized: true, bitwise: true, ..y });
        }
        if self.is("**") && self.quiet == 0 {
            let stars = self.tok();
            self.at += 1;
            if self.attempt(Self::expression).is_some() && self.is(")") {
                return self.special_token(stars, "cannot use double starred expression here");
            }
            return Err(Stop::Generic);
        }
        let first = self.star_named_expression()?;
        if self.is("for") || self.is("async") {
            if matches!(first.shape, Shape::Starred(_)) {
                self.unpacking_in_comprehension(&first)?;
            }
            self.for_if_clauses()?;
            self.expect(")")?;
            return Ok(self.node(Shape::Generator, start, true));
        }
        if self.is(",") {
            let inner = first.start;
            let tuple = self.rest_of_tuple(inner, first, Self::star_named_expression)?;
            self.expect(")")?;
            let mut n = self.node(tuple.shape, start, true);
            n.parenthesized = true;
            return Ok(n);
        }
        self.expect(")")?;
        if matches!(first.shape, Shape::Starred(_)) {
            return self.special_node(&first, "cannot use starred expression here");
        }
        Ok(Node { parenthesized: true, bitwise: true, ..first })
    }

    fn unpacking_in_comprehension(&mut self, first: &Node) -> Parse<()> {
        if self.peek_parse(|p| p.for_if_clauses()).is_some() {
            return self.special_node(first, "iterable unpacking cannot be used in comprehension");
        }
        Ok(())
    }

    fn list(&mut self) -> Parse<Node> {
        let start = self.expect("[")?.start;
        if self.eat("]") {
            return Ok(self.node(Shape::List(Vec::new()), start, true));
        }
        let first = self.star_named_expression()?;
        if self.is("for") || self.is("async") {
            if matches!(first.shape, Shape::Starred(_)) {
                self.unpacking_in_comprehension(&first)?;
            }
            self.for_if_clauses()?;
            self.expect("]")?;
            return Ok(self.node(Shape::ListComp, start, true));
        }
        let items = self.elements(first, "]")?;
        self.expect("]")?;
        Ok(self.node(Shape::List(items), start, true))
    }

    /// The elements after the first of a list or set display.
    fn elements(&mut self, first: Node, close: &str) -> Parse<Vec<Node>> {
        let begin = first.start;
        let mut items = vec![first];
        while self.is(",") {
            let comma = self.tok();
            self.at += 1;
            if self.is(close) {
                break;
            }
            if self.is("for") || self.is("async") {
                self.unparenthesized_target(begin, comma.end)?;
                return Err(Stop::Generic);
            }
            let item = self.star_named_expression()?;
            let end = item.end;
            items.push(item);
            if self.is("for") || self.is("async") {
                self.unparenthesized_target(begin, end)?;
                return Err(Stop::Generic);
            }
        }
        Ok(items)
    }

    fn unparenthesized_target(&mut self, start: u32, end: u32) -> Parse<()> {
        if self.peek_parse(|p| p.for_if_clauses()).is_some() {
            return self.special(start, end, "did you forget parentheses around the comprehension target?");
        }
        Ok(())
    }

    fn braces(&mut self) -> Parse<Node> {
        let start = self.expect("{")?.start;
        if self.eat("}") {
            return Ok(self.node(Shape::Dict, start, true));
        }
        if self.is("**") {
            let stars = self.tok();
            self.at += 1;
            self.bitwise_or()?;
            if self.is("for") || self.is("async") {
                if self.peek_parse(|p| p.for_if_clauses()).is_some() {
                    return self.special_token(stars, "dict unpacking cannot be used in dict comprehension");
                }
                return Err(Stop::Generic);
            }
            return self.dict_rest(start);
        }
        let first = self.star_named_expression()?;
        if !matches!(first.shape, Shape::Starred(_)) && self.is(":") {
            self.dict_value()?;
            if self.is("for") || self.is("async") {
                self.for_if_clauses()?;
                self.expect("}")?;
                return Ok(self.node(Shape::DictComp, start, true));
            }
            return self.dict_rest(start);
        }
        if self.is("for") || self.is("async") {
            if matches!(first.shape, Shape::Starred(_)) {
                self.unpacking_in_comprehension(&first)?;
            }
            self.for_if_clauses()?;
            self.expect("}")?;
            return Ok(self.node(Shape::SetComp, start, true));
        }
        self.elements(first, "}")?;
        self.expect("}")?;
        Ok(self.node(Shape::Set, start, true))
    }

    /// `: value` of a dict item.
    fn dict_value(&mut self) -> Parse<()> {
        let colon = self.expect(":")?;
        if self.is("}") || self.is(",") {
            return self.special_token(colon, "expression expected after dictionary key and ':'");
        }
        if self.is("*") {
            let star = self.tok();
            self.at += 1;
            if self.attempt(Self::bitwise_or).is_some() {
                let end = self.last().end;
                return self.special(star.start, end, "cannot use a starred expression in a dictionary value");
            }
            return Err(Stop::Generic);
        }
        self.expression()?;
        Ok(())
    }

    fn dict_rest(&mut self, start: u32) -> Parse<Node> {
        while self.eat(",") {
            if self.is("}") {
                break;
            }
            if self.eat("**") {
                self.bitwise_or()?;
                continue;
            }
            let key = self.expression()?;
            if !self.is(":") {
                let line = self.line(key.start);
                let end_line = self.line(key.end);
                if self.quiet > 0 {
                    return Err(Stop::Generic);
                }
                return Err(Stop::Special(crate::errors::Error::placed(
                    crate::unit::SyntaxErrorKind::Syntax,
                    crate::errors::Place { line, offset: self.column(key.end), end_line, end_offset: 0 },
                    "':' expected after dictionary key",
                )));
            }
            self.dict_value()?;
        }
        self.expect("}")?;
        Ok(self.node(Shape::Dict, start, true))
    }

    pub(super) fn for_if_clauses(&mut self) -> Parse<()> {
        loop {
            if self.is("async") {
                self.at += 1;
                if !self.is("for") {
                    return Err(Stop::Generic);
                }
            }
            if !self.eat("for") {
                return Ok(());
            }
            let at = self.at;
            let target = self.target_list()?;
            if !self.is("in") {
                let t = self.tok();
                self.at = at;
                return self.special_token(t, "'in' expected after for-loop variables");
            }
            self.invalid_target(&target, Target::For)?;
            self.at += 1;
            self.disjunction()?;
            while self.eat("if") {
                self.disjunction()?;
            }
            if !self.is("for") && !self.is("async") {
                return Ok(());
            }
        }
    }

    /// Targets of a `for`, as expressions: anything bound at least as tightly as `|`.
    pub(super) fn target_list(&mut self) -> Parse<Node> {
        let start = self.tok().start;
        let item = |p: &mut Self| {
            if p.is("*") { p.starred() } else { p.bitwise_or() }
        };
        let first = item(self)?;
        if !self.is(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(",") {
            if !self.starts_expression() && !self.is("*") {
                break;
            }
            items.push(item(self)?);
        }
        Ok(self.node(Shape::Tuple(items), start, false))
    }

    // ---- targets

    /// Complains about the first part of `n` that cannot be a target.
    pub(super) fn invalid_target(&mut self, n: &Node, what: Target) -> Parse<()> {
        if let Some(bad) = find_invalid(n, what) {
            let verb = if what == Target::Del { "delete" } else { "assign to" };
            return self.special(bad.start, bad.end, format!("cannot {verb} {}", bad.name()));
        }
        Ok(())
    }
}

/// The part of a would-be target that is none.
fn find_invalid(n: &Node, what: Target) -> Option<&Node> {
    match &n.shape {
        Shape::List(items) | Shape::Tuple(items) => items.iter().find_map(|i| find_invalid(i, what)),
        Shape::Starred(_) if what == Target::Del => Some(n),
        Shape::Starred(inner) => find_invalid(inner, what),
        Shape::Name | Shape::Subscript | Shape::Attribute => None,
        Shape::Compare if what == Target::For => Some(n),
        _ => Some(n),
    }
}
