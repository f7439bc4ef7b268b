//! Arguments of calls and parameters of functions.

use super::{Node, Parse, Parser, Stop};

impl Parser<'_> {
    // ---- calls

    pub(super) fn arguments(&mut self) -> Parse<()> {
        let mut keyword = false;
        let mut unpacked = false;
        let mut first = true;
        while !self.is(")") {
            let t = self.tok();
            if self.is("**") {
                self.at += 1;
                self.expression()?;
                if self.is("=") && self.quiet == 0 {
                    self.at += 1;
                    if self.attempt(Self::expression).is_some() {
                        let end = self.last().end;
                        return self.special(t.start, end, "cannot assign to keyword argument unpacking");
                    }
                    return Err(Stop::Generic);
                }
                keyword = true;
                unpacked = true;
            } else if self.is("*") {
                let star = self.tok();
                self.at += 1;
                self.star_argument(Self::expression)?;
                if self.is("=") && self.quiet == 0 {
                    self.at += 1;
                    if self.attempt(Self::expression).is_some() {
                        let end = self.last().end;
                        return self.special(star.start, end, "cannot assign to iterable argument unpacking");
                    }
                    return Err(Stop::Generic);
                }
                if unpacked {
                    let comma = self.comma_before(t.start);
                    return self.special(comma, self.last().end, "iterable argument unpacking follows keyword argument unpacking");
                }
            } else if self.is_name() && self.is_ahead(1, "=") {
                let name = self.tok();
                self.at += 2;
                let equals = self.last();
                if self.is(",") || self.is(")") {
                    return self.special(name.start, equals.end, "expected argument value expression");
                }
                self.expression()?;
                if self.is("for") || self.is("async") {
                    if self.peek_parse(|p| p.for_if_clauses()).is_some() {
                        return self.special(
                            name.start,
                            equals.end,
                            "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                        );
                    }
                    return Err(Stop::Generic);
                }
                keyword = true;
            } else {
                let constant = matches!(self.text_of(t), "True" | "False" | "None") && self.is_ahead(1, "=");
                if constant {
                    let end = self.ahead(1).end;
                    return self.special(t.start, end, format!("cannot assign to {}", self.text_of(t)));
                }
                let e = self.argument()?;
                if self.is("=") {
                    let end = self.tok().end;
                    return self.special(e.start, end, "expression cannot contain assignment, perhaps you meant \"==\"?");
                }
                if self.is("for") || self.is("async") {
                    self.for_if_clauses()?;
                    let end = self.last().end;
                    if self.is(",") || !first {
                        return self.special(e.start, end, "Generator expression must be parenthesized");
                    }
                }
                if keyword {
                    let last = self.last();
                    let at = if self.is(",") || self.is(")") { self.tok() } else { last };
                    return self.special_token(
                        at,
                        if unpacked {
                            "positional argument follows keyword argument unpacking"
                        } else {
                            "positional argument follows keyword argument"
                        },
                    );
                }
            }
            first = false;
            if !self.eat(",") {
                break;
            }
        }
        Ok(())
    }

    fn comma_before(&self, at: u32) -> u32 {
        self.text[..at as usize].rfind(',').map_or(at, |i| i as u32)
    }

    /// An argument: an expression or `name := value`.
    fn argument(&mut self) -> Parse<Node> {
        if self.is_name() && self.is_ahead(1, ":=") {
            return self.named_expression();
        }
        let e = self.expression()?;
        if self.is(":=") {
            return Err(Stop::Generic);
        }
        Ok(e)
    }

    // ---- parameters

    /// Parameters up to `close`, of a function or a lambda.
    pub(super) fn parameters(&mut self, close: &str, lambda: bool) -> Parse<()> {
        let mut slash = false;
        let mut star = false;
        let mut default = false;
        let mut any = false;
        while !self.is(close) {
            let t = self.tok();
            if self.eat("/") {
                if slash {
                    return self.special_token(t, "/ may appear only once");
                }
                if star {
                    return self.special_token(t, "/ must be ahead of *");
                }
                if !any {
                    if !self.is(",") {
                        self.at -= 1;
                        self.far = self.at;
                        return Err(Stop::Generic);
                    }
                    return self.special_token(t, "at least one argument must precede /");
                }
                slash = true;
                if self.is("*") {
                    let s = self.tok();
                    return self.special_token(s, "expected comma between / and *");
                }
            } else if self.eat("**") {
                self.parameter(lambda)?;
                if self.is("=") {
                    let e = self.tok();
                    return self.special_token(e, "var-keyword argument cannot have default value");
                }
                if self.is(",") && !self.is_ahead(1, close) {
                    self.at += 1;
                    let n = self.tok();
                    if self.is("*") || self.is("**") || self.is("/") || self.is_name() {
                        return self.special_token(n, "arguments cannot follow var-keyword argument");
                    }
                    return Err(Stop::Generic);
                }
            } else if self.eat("*") {
                if star {
                    return self.special_token(t, "* argument may appear only once");
                }
                star = true;
                if self.is(close) || (self.is(",") && (self.is_ahead(1, close) || self.is_ahead(1, "**"))) {
                    return self.special_token(t, "named arguments must follow bare *");
                }
                if !self.is(",") {
                    self.parameter(lambda)?;
                    if self.is("=") {
                        let e = self.tok();
                        return self.special_token(e, "var-positional argument cannot have default value");
                    }
                }
            } else if self.is("(") {
                return self.parenthesized_parameters(lambda);
            } else {
                let name = self.tok();
                self.parameter(lambda)?;
                let end = self.last().end;
                if self.is("=") {
                    let equals = self.tok();
                    self.at += 1;
                    if self.is(",") || self.is(close) {
                        return self.special_token(equals, "expected default value expression");
                    }
                    self.expression()?;
                    default = true;
                } else if default && !star && (self.is(",") || self.is(close)) {
                    return self.special(name.start, end, "parameter without a default follows parameter with a default");
                }
            }
            any = true;
            if !self.eat(",") {
                break;
            }
        }
        if self.is(close) { Ok(()) } else { Err(Stop::Generic) }
    }

    fn parameter(&mut self, lambda: bool) -> Parse<()> {
        self.name()?;
        if !lambda && self.eat(":") {
            self.star_expression()?;
        }
        Ok(())
    }

    fn parenthesized_parameters(&mut self, lambda: bool) -> Parse<()> {
        let open = self.expect("(")?;
        let far = self.far;
        let mut names = false;
        while self.is_name() {
            self.at += 1;
            names = true;
            if !self.eat(",") {
                break;
            }
        }
        if names && self.eat(")") {
            let end = self.last().end;
            let what = if lambda { "Lambda expression" } else { "Function" };
            return self.special(open.start, end, format!("{what} parameters cannot be parenthesized"));
        }
        self.far = far;
        Err(Stop::Generic)
    }
}
