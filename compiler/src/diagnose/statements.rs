//! Statements, blocks and patterns.

use super::{Node, Parse, Parser, Shape, Stop, Target};
use crate::errors::Error;
use crate::tokenizer::{Kind, Tok};

impl Parser<'_> {
    pub(super) fn eval_input(&mut self) -> Parse<()> {
        self.star_expressions()?;
        while self.kind(Kind::Newline) {
            self.at += 1;
        }
        if self.kind(Kind::End) { Ok(()) } else { Err(Stop::Generic) }
    }

    pub(super) fn file(&mut self) -> Parse<()> {
        while !self.kind(Kind::End) {
            self.statement()?;
        }
        Ok(())
    }

    fn statement(&mut self) -> Parse<()> {
        self.deeper(Self::statement_inner)
    }

    fn statement_inner(&mut self) -> Parse<()> {
        let t = self.tok();
        if t.kind == Kind::Newline {
            self.at += 1;
            return Ok(());
        }
        if t.kind == Kind::Op && self.text_of(t) == "@" {
            while self.eat("@") {
                self.named_expression()?;
                self.newline()?;
            }
            if self.is("class") {
                return self.class_def();
            }
            self.eat("async");
            return self.function_def();
        }
        if t.kind == Kind::Name {
            match self.text_of(t) {
                "if" => return self.if_stmt(),
                "while" => return self.while_stmt(),
                "for" => return self.for_stmt(t),
                "try" => return self.try_stmt(),
                "with" => return self.with_stmt(t),
                "def" => return self.function_def(),
                "class" => return self.class_def(),
                "async" => {
                    self.at += 1;
                    if self.is("def") {
                        return self.function_def();
                    }
                    if self.is("for") {
                        return self.for_stmt(t);
                    }
                    if self.is("with") {
                        return self.with_stmt(t);
                    }
                    return Err(Stop::Generic);
                }
                "match" if self.match_ahead() => return self.match_stmt(),
                _ => {}
            }
        }
        self.simple_stmts()
    }

    fn newline(&mut self) -> Parse<()> {
        if self.kind(Kind::Newline) {
            self.at += 1;
            return Ok(());
        }
        Err(Stop::Generic)
    }

    /// The colon of a statement for which CPython says "expected ':'" only at the end of the line.
    fn colon(&mut self) -> Parse<()> {
        if self.eat(":") {
            return Ok(());
        }
        let t = self.tok();
        if t.kind == Kind::Newline {
            return self.special_token(t, "expected ':'");
        }
        Err(Stop::Generic)
    }

    fn block(&mut self, what: &str, keyword: Tok) -> Parse<()> {
        if !self.kind(Kind::Newline) {
            return self.simple_stmts();
        }
        self.at += 1;
        let t = self.tok();
        if t.kind != Kind::Indent {
            if self.quiet > 0 {
                return Err(Stop::Generic);
            }
            let line = self.line(keyword.start);
            return Err(Stop::Special(self.indentation_at(t, format!("expected an indented block after {what} on line {line}"))));
        }
        self.at += 1;
        while !self.kind(Kind::Dedent) && !self.kind(Kind::End) {
            self.statement()?;
        }
        if self.kind(Kind::Dedent) {
            self.at += 1;
        }
        Ok(())
    }

    fn simple_stmts(&mut self) -> Parse<()> {
        loop {
            self.simple_stmt()?;
            if !self.eat(";") {
                break;
            }
            if self.kind(Kind::Newline) {
                break;
            }
        }
        self.newline()
    }

    fn simple_stmt(&mut self) -> Parse<()> {
        let t = self.tok();
        let word = if t.kind == Kind::Name { self.text_of(t) } else { "" };
        match word {
            "pass" | "break" | "continue" => {
                if self.is_ahead(1, "if") {
                    self.expression()?;
                }
                self.at += 1;
                Ok(())
            }
            "return" => {
                self.at += 1;
                if self.starts_expression() || self.is("*") {
                    self.star_expressions()?;
                }
                Ok(())
            }
            "raise" => self.raise_stmt(),
            "global" | "nonlocal" => {
                self.at += 1;
                loop {
                    self.name()?;
                    if !self.eat(",") {
                        return Ok(());
                    }
                }
            }
            "del" => self.del_stmt(),
            "assert" => {
                self.at += 1;
                self.expression()?;
                if self.eat(",") {
                    self.expression()?;
                }
                Ok(())
            }
            "import" => self.import_stmt(),
            "from" => self.import_from_stmt(),
            "type" if self.is_name_ahead(1) && (self.is_ahead(2, "=") || self.is_ahead(2, "[")) => {
                self.at += 2;
                self.type_params()?;
                self.expect("=")?;
                self.expression()?;
                Ok(())
            }
            _ => self.expression_stmt(),
        }
    }

    fn raise_stmt(&mut self) -> Parse<()> {
        self.expect("raise")?;
        if self.starts_expression() {
            self.expression()?;
            if self.eat("from") {
                self.expression()?;
            }
        }
        Ok(())
    }

    fn del_stmt(&mut self) -> Parse<()> {
        self.expect("del")?;
        let n = self.star_expressions()?;
        if self.is(";") || self.kind(Kind::Newline) {
            return self.invalid_target(&n, Target::Del);
        }
        self.invalid_target(&n, Target::Del)?;
        Ok(())
    }

    fn expression_stmt(&mut self) -> Parse<()> {
        if self.is("yield") {
            let y = self.yield_expression()?;
            if self.is("=") {
                return self.special_node(&y, "assignment to yield expression not possible");
            }
            return Ok(());
        }
        let mut target = self.star_expressions()?;
        if self.is(":") {
            return self.annotation(&target);
        }
        let t = self.tok();
        if t.kind == Kind::Op
            && matches!(
                self.text_of(t),
                "+=" | "-=" | "*=" | "/=" | "//=" | "%=" | "@=" | "&=" | "|=" | "^=" | "<<=" | ">>=" | "**="
            )
        {
            if !matches!(target.shape, Shape::Name | Shape::Attribute | Shape::Subscript) {
                return self
                    .special_node(&target, format!("'{}' is an illegal expression for augmented assignment", target.name()));
            }
            self.at += 1;
            return self.assigned_value().map(|_| ());
        }
        if self.is(":=") {
            let value = self.peek_parse(|p| {
                p.at += 1;
                p.expression()
            });
            if value.is_some() && (target.shape != Shape::Name || target.parenthesized) {
                return self.special_node(&target, format!("cannot use assignment expressions with {}", target.name()));
            }
            return Err(Stop::Generic);
        }
        let mut first = true;
        while self.is("=") {
            if self.bad_target(&target) {
                let last = match &target.shape {
                    Shape::Tuple(items) if !target.parenthesized => items.last().cloned(),
                    _ => Some(target.clone()),
                };
                if first
                    && let Some(l) = last
                    && l.shape != Shape::Name
                {
                    self.assignment_in_expression(&l)?;
                }
                return self.invalid_target(&target, Target::Star).and(Err(Stop::Generic));
            }
            first = false;
            self.at += 1;
            target = self.assigned_value()?;
            if target.shape == Shape::Yield && self.is("=") && !target.parenthesized {
                return self.special_node(&target, "assignment to yield expression not possible");
            }
        }
        Ok(())
    }

    fn bad_target(&self, n: &Node) -> bool {
        match &n.shape {
            Shape::Name | Shape::Attribute | Shape::Subscript => false,
            Shape::Starred(_) => false,
            Shape::List(items) | Shape::Tuple(items) => items.iter().any(|i| self.bad_target(i)),
            _ => true,
        }
    }

    fn assigned_value(&mut self) -> Parse<Node> {
        if self.is("yield") { self.yield_expression() } else { self.star_expressions() }
    }

    fn annotation(&mut self, target: &Node) -> Parse<()> {
        let at = self.at;
        if !matches!(target.shape, Shape::Name | Shape::Attribute | Shape::Subscript) {
            let far = self.far;
            self.at += 1;
            let value = self.attempt(Self::expression);
            self.at = at;
            match &target.shape {
                Shape::List(_) => {
                    return self.special_node(target, "only single target (not list) can be annotated");
                }
                Shape::Tuple(items) => {
                    let n = if target.parenthesized { target } else { items.first().unwrap_or(target) };
                    return self.special_node(n, "only single target (not tuple) can be annotated");
                }
                _ if value.is_some() => {
                    return self.special_node(target, "illegal target for annotation");
                }
                _ => {
                    self.far = far;
                    return Err(Stop::Generic);
                }
            }
        }
        self.at += 1;
        self.expression()?;
        if self.eat("=") {
            self.assigned_value()?;
        }
        Ok(())
    }

    // ---- imports

    fn dotted_name(&mut self) -> Parse<()> {
        self.name()?;
        while self.eat(".") {
            self.name()?;
        }
        Ok(())
    }

    fn import_stmt(&mut self) -> Parse<()> {
        let word = self.expect("import")?;
        if self.kind(Kind::Newline) {
            return self.import_nothing();
        }
        loop {
            self.dotted_name()?;
            self.import_as()?;
            if !self.eat(",") {
                break;
            }
        }
        if self.is("from") {
            let far = self.far;
            self.at += 1;
            if self.attempt(Self::dotted_name).is_some() {
                let end = self.last().end;
                return self.special(word.start, end, "Did you mean to use 'from ... import ...' instead?");
            }
            self.far = self.far.max(far);
            self.at -= 1;
        }
        Ok(())
    }

    fn import_nothing(&mut self) -> Parse<()> {
        let t = self.tok();
        let line = self.line(t.start);
        let offset = self.column(t.start) + 1;
        if self.quiet > 0 {
            return Err(Stop::Generic);
        }
        Err(Stop::Special(Error::placed(
            crate::unit::SyntaxErrorKind::Syntax,
            crate::errors::Place { line, offset, end_line: line, end_offset: offset },
            "Expected one or more names after 'import'",
        )))
    }

    fn import_as(&mut self) -> Parse<()> {
        if !self.eat("as") {
            return Ok(());
        }
        let named = self.is_name()
            && (self.is_ahead(1, ",") || self.is_ahead(1, ")") || self.is_ahead(1, ";") || self.ahead(1).kind == Kind::Newline);
        if named {
            self.at += 1;
            return Ok(());
        }
        if let Some(e) = self.attempt(Self::expression)
            && e.shape != Shape::Name
        {
            return self.special_node(&e, format!("cannot use {} as import target", e.name()));
        }
        Err(Stop::Generic)
    }

    fn import_from_stmt(&mut self) -> Parse<()> {
        self.expect("from")?;
        let mut dots = false;
        while self.is(".") || self.is("...") {
            self.at += 1;
            dots = true;
        }
        if !dots || !self.is("import") {
            self.dotted_name()?;
        }
        self.expect("import")?;
        if self.eat("*") {
            return Ok(());
        }
        if self.kind(Kind::Newline) {
            return self.import_nothing();
        }
        let open = self.eat("(");
        loop {
            self.name()?;
            self.import_as()?;
            if !self.eat(",") {
                break;
            }
            if open && self.is(")") {
                break;
            }
            if !open && self.kind(Kind::Newline) {
                let t = self.tok();
                return self.special_token(t, "trailing comma not allowed without surrounding parentheses");
            }
        }
        if open {
            self.expect(")")?;
        }
        Ok(())
    }

    // ---- compound statements

    fn if_stmt(&mut self) -> Parse<()> {
        let word = self.tok();
        let name = self.text_of(word).to_owned();
        self.at += 1;
        self.named_expression()?;
        self.colon()?;
        self.block(&format!("'{name}' statement"), word)?;
        if self.is("elif") {
            return self.if_stmt();
        }
        if self.is("else") {
            self.else_block()?;
            if self.is("elif") {
                let t = self.tok();
                return self.special_token(t, "'elif' block follows an 'else' block");
            }
        }
        Ok(())
    }

    fn else_block(&mut self) -> Parse<()> {
        if self.is("else") {
            let word = self.tok();
            self.at += 1;
            self.force(":")?;
            self.block("'else' statement", word)?;
        }
        Ok(())
    }

    fn while_stmt(&mut self) -> Parse<()> {
        let word = self.expect("while")?;
        self.named_expression()?;
        self.colon()?;
        self.block("'while' statement", word)?;
        self.else_block()
    }

    fn for_stmt(&mut self, word: Tok) -> Parse<()> {
        self.expect("for")?;
        let target = self.for_target()?;
        self.invalid_target(&target, Target::For)?;
        self.expect("in")?;
        self.star_expressions()?;
        self.colon()?;
        self.block("'for' statement", word)?;
        self.else_block()
    }

    /// A `for` target may be written as anything, to be complained about.
    fn for_target(&mut self) -> Parse<Node> {
        self.target_list()
    }

    fn with_stmt(&mut self, word: Tok) -> Parse<()> {
        self.expect("with")?;
        if self.is("(") {
            let (at, far) = (self.at, self.far);
            let listed = self.attempt(|p| {
                p.at += 1;
                loop {
                    p.with_item()?;
                    if !p.eat(",") || p.is(")") {
                        break;
                    }
                }
                p.expect(")")?;
                if p.is(":") || p.kind(Kind::Newline) { Ok(()) } else { Err(Stop::Generic) }
            });
            if listed.is_some() {
                self.colon()?;
                return self.block("'with' statement", word);
            }
            // Either parenthesized items with a mistake in them or an expression.
            let reached = self.far;
            let plain = self.peek_parse(|p| {
                p.with_items()?;
                p.colon()
            });
            if plain.is_none() {
                self.far = far;
                self.at = at + 1;
                let inner = self.with_items();
                if let Err(Stop::Special(e)) = inner {
                    return Err(Stop::Special(e));
                }
                self.far = self.far.max(reached);
            }
            self.at = at;
        }
        self.with_items()?;
        self.colon()?;
        self.block("'with' statement", word)
    }

    fn with_items(&mut self) -> Parse<()> {
        loop {
            self.with_item()?;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    fn with_item(&mut self) -> Parse<()> {
        self.expression()?;
        if self.eat("as") {
            let t = self.star_or_expression()?;
            if self.is(",") || self.is(")") || self.is(":") {
                self.invalid_target(&t, Target::Star)?;
            }
        }
        Ok(())
    }

    fn star_or_expression(&mut self) -> Parse<Node> {
        if self.is("*") { self.star_named_expression() } else { self.expression() }
    }

    fn try_stmt(&mut self) -> Parse<()> {
        let word = self.expect("try")?;
        self.force(":")?;
        self.block("'try' statement", word)?;
        if !self.is("except") && !self.is("finally") {
            let t = self.tok();
            return self.special_token(t, "expected 'except' or 'finally' block");
        }
        let mut star = None;
        while self.is("except") {
            let word = self.tok();
            let this = self.is_ahead(1, "*");
            if star.is_some_and(|s| s != this) {
                let end = if this { self.ahead(1).end } else { word.end };
                return self.special(word.start, end, "cannot have both 'except' and 'except*' on the same 'try'");
            }
            star = Some(this);
            self.except_block(word)?;
        }
        if star.is_some() {
            self.else_block()?;
        }
        if self.is("finally") {
            let word = self.tok();
            self.at += 1;
            self.force(":")?;
            self.block("'finally' statement", word)?;
        }
        Ok(())
    }

    fn except_block(&mut self, word: Tok) -> Parse<()> {
        self.expect("except")?;
        let star = self.eat("*");
        let what = if star { "'except*' statement" } else { "'except' statement" };
        if star && (self.kind(Kind::Newline) || self.is(":")) {
            let t = self.tok();
            return self.special_token(t, "expected one or more exception types");
        }
        if self.kind(Kind::Newline) {
            let t = self.tok();
            return self.special_token(t, "expected ':'");
        }
        if !self.is(":") {
            let first = self.expression()?;
            if self.is(",") {
                while self.eat(",") {
                    if self.is("as") || self.is(":") {
                        break;
                    }
                    self.expression()?;
                }
                if self.is("as") {
                    let at = self.at;
                    self.at += 1;
                    if self.is_name() && self.is_ahead(1, ":") {
                        self.at += 1;
                        return self.special_from(first.start, "multiple exception types must be parenthesized when using 'as'");
                    }
                    self.at = at;
                }
            } else if self.eat("as") {
                if self.is_name() && !self.is_ahead(1, ".") && !self.is_ahead(1, "[") && !self.is_ahead(1, "(") {
                    self.at += 1;
                } else if let Some(e) = self.attempt(Self::expression)
                    && self.is(":")
                {
                    let star = if star { "*" } else { "" };
                    return self.special_node(&e, format!("cannot use except{star} statement with {}", e.name()));
                } else {
                    return Err(Stop::Generic);
                }
            }
        }
        self.colon()?;
        self.block(what, word)
    }

    fn type_params(&mut self) -> Parse<()> {
        if !self.eat("[") {
            return Ok(());
        }
        if self.is("]") {
            let t = self.tok();
            return self.special_from(t.start, "Type parameter list cannot be empty");
        }
        while !self.is("]") {
            let stars = if self.eat("**") {
                "ParamSpec"
            } else if self.eat("*") {
                "TypeVarTuple"
            } else {
                ""
            };
            self.name()?;
            if self.is(":") {
                let colon = self.tok();
                self.at += 1;
                let e = self.expression()?;
                if !stars.is_empty() {
                    let what = if matches!(e.shape, Shape::Tuple(_)) { "constraints" } else { "bound" };
                    let end = self.last().end;
                    return self.special(colon.start, end, format!("cannot use {what} with {stars}"));
                }
            }
            if self.eat("=") {
                self.star_or_expression()?;
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(())
    }

    fn function_def(&mut self) -> Parse<()> {
        let word = self.expect("def")?;
        self.name()?;
        self.type_params()?;
        self.force("(")?;
        self.parameters(")", false)?;
        self.expect(")")?;
        if self.eat("->") {
            self.expression()?;
        }
        self.force(":")?;
        self.block("function definition", word)
    }

    fn class_def(&mut self) -> Parse<()> {
        let word = self.expect("class")?;
        self.name()?;
        self.type_params()?;
        if self.eat("(") {
            self.class_arguments()?;
            self.expect(")")?;
        }
        self.colon()?;
        self.block("class definition", word)
    }

    fn class_arguments(&mut self) -> Parse<()> {
        self.arguments()
    }

    // ---- match

    /// Whether `match` here begins a match statement and not an expression.
    fn match_ahead(&mut self) -> bool {
        let far = self.far;
        let result = self.peek_parse(|p| {
            p.at += 1;
            if !p.starts_expression() && !p.is("*") {
                return Err(Stop::Generic);
            }
            p.subject()?;
            if p.is(":") {
                p.at += 1;
                return if p.kind(Kind::Newline) { Ok(()) } else { Err(Stop::Generic) };
            }
            // Without its colon it is one if a case follows.
            p.newline()?;
            if p.kind(Kind::Indent) && p.is_ahead(1, "case") { Ok(()) } else { Err(Stop::Generic) }
        });
        self.far = far;
        result.is_some()
    }

    fn subject(&mut self) -> Parse<()> {
        self.star_named_expression()?;
        while self.eat(",") {
            if self.is(":") || self.kind(Kind::Newline) {
                break;
            }
            self.star_named_expression()?;
        }
        Ok(())
    }

    fn match_stmt(&mut self) -> Parse<()> {
        let word = self.tok();
        self.at += 1;
        self.subject()?;
        self.colon()?;
        self.newline()?;
        let t = self.tok();
        if t.kind != Kind::Indent {
            let line = self.line(word.start);
            return Err(Stop::Special(
                self.indentation_at(t, format!("expected an indented block after 'match' statement on line {line}")),
            ));
        }
        self.at += 1;
        while self.is("case") {
            let word = self.tok();
            self.at += 1;
            self.patterns()?;
            if self.eat("if") {
                self.named_expression()?;
            }
            self.colon()?;
            self.block("'case' statement", word)?;
        }
        if self.kind(Kind::Dedent) {
            self.at += 1;
            return Ok(());
        }
        Err(Stop::Generic)
    }

    fn patterns(&mut self) -> Parse<()> {
        loop {
            self.star_pattern()?;
            if !self.eat(",") || self.is(":") || self.is("if") {
                return Ok(());
            }
        }
    }

    fn star_pattern(&mut self) -> Parse<()> {
        if self.eat("*") {
            self.name()?;
            return Ok(());
        }
        self.as_pattern()
    }

    fn as_pattern(&mut self) -> Parse<()> {
        loop {
            self.deeper(Self::closed_pattern)?;
            if !self.eat("|") {
                break;
            }
        }
        if self.eat("as") {
            if self.is("_") {
                let t = self.tok();
                return self.special_token(t, "cannot use '_' as a target");
            }
            if self.is_name() && !self.is_ahead(1, ".") && !self.is_ahead(1, "(") && !self.is_ahead(1, "[") {
                self.at += 1;
            } else if let Some(e) = self.attempt(Self::expression) {
                return self.special_node(&e, format!("cannot use {} as pattern target", e.name()));
            } else {
                return Err(Stop::Generic);
            }
        }
        Ok(())
    }

    fn closed_pattern(&mut self) -> Parse<()> {
        let t = self.tok();
        match t.kind {
            Kind::Str | Kind::FStart => {
                while matches!(self.tok().kind, Kind::Str) {
                    self.at += 1;
                }
                if self.last().start < t.start {
                    return Err(Stop::Generic);
                }
                Ok(())
            }
            Kind::Number => self.number_pattern(),
            Kind::Name => {
                if matches!(self.text_of(t), "None" | "True" | "False") {
                    self.at += 1;
                    return Ok(());
                }
                self.dotted_name()?;
                if self.eat("(") {
                    self.class_pattern()?;
                }
                Ok(())
            }
            Kind::Op => match self.text_of(t) {
                "-" => self.number_pattern(),
                "(" | "[" => {
                    let close = if self.text_of(t) == "(" { ")" } else { "]" };
                    self.at += 1;
                    let mut first = true;
                    while !self.is(close) {
                        // `(*x)` is no group.
                        let star = self.is("*") && std::mem::take(&mut first) && close == ")";
                        self.star_pattern()?;
                        if star && !self.is(",") {
                            return Err(Stop::Generic);
                        }
                        first = false;
                        if !self.eat(",") {
                            break;
                        }
                    }
                    self.expect(close)?;
                    Ok(())
                }
                "{" => self.mapping_pattern(),
                _ => Err(Stop::Generic),
            },
            _ => Err(Stop::Generic),
        }
    }

    fn number_pattern(&mut self) -> Parse<()> {
        self.eat("-");
        if !self.kind(Kind::Number) {
            return Err(Stop::Generic);
        }
        self.at += 1;
        let real = self.last();
        if self.is("+") || self.is("-") {
            let is_imaginary = |s: &str| s.ends_with(['j', 'J']);
            if is_imaginary(self.text_of(real)) {
                return self.special_token(real, "real number required in complex literal");
            }
            self.at += 1;
            if !self.kind(Kind::Number) {
                return Err(Stop::Generic);
            }
            self.at += 1;
            let imaginary = self.last();
            if !is_imaginary(self.text_of(imaginary)) {
                return self.special_token(imaginary, "imaginary number required in complex literal");
            }
        }
        Ok(())
    }

    fn class_pattern(&mut self) -> Parse<()> {
        let mut keyword = false;
        let mut positional: Option<(u32, u32)> = None;
        while !self.is(")") {
            let start = self.tok().start;
            if self.is_name() && self.is_ahead(1, "=") {
                self.at += 2;
                self.as_pattern()?;
                keyword = true;
            } else {
                self.as_pattern()?;
                if keyword {
                    positional = Some((positional.map_or(start, |p| p.0), self.last().end));
                }
            }
            if !self.eat(",") {
                break;
            }
        }
        if let Some((s, e)) = positional {
            return self.special(s, e, "positional patterns follow keyword patterns");
        }
        self.expect(")")?;
        Ok(())
    }

    fn mapping_pattern(&mut self) -> Parse<()> {
        self.expect("{")?;
        while !self.is("}") {
            if self.eat("**") {
                self.name()?;
                self.eat(",");
                break;
            } else {
                let t = self.tok();
                match t.kind {
                    Kind::Name if !matches!(self.text_of(t), "None" | "True" | "False") => {
                        self.name()?;
                        self.expect(".")?;
                        self.dotted_name()?;
                    }
                    _ => self.closed_pattern()?,
                }
                self.expect(":")?;
                self.as_pattern()?;
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(())
    }
}
