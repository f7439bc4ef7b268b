//! Which characters of a failing expression are marked `^` among the `~`: the operator of a binary operation, the brackets
//! of a subscript or a call.
//!
//! The text is the exact source range of one expression, so no full parser is needed: tokens, the nesting of brackets and the
//! precedence of operators tell what its outermost operation is.

/// Lines from 0 and columns in characters, inside the segment: `^` from `left` up to `right`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchors {
    pub left: (usize, usize),
    pub right: (usize, usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Name,
    Keyword,
    /// Number, string, `...`
    Literal,
    Op(&'static str),
    Open(char),
    Close(char),
    Newline,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: (usize, usize),
    end: (usize, usize),
    /// Index of the matching bracket.
    pair: usize,
}

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];
/// Longest first.
const OPERATORS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "**", "//", ">>", "<<", "!=", "->", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=", "==",
    "<=", ">=", ":=", "+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", ",", ":", ".", ";", "=", "!",
];

/// The anchors of the expression whose text is `lines`.
pub fn anchors(lines: &[Vec<char>]) -> Option<Anchors> {
    let tokens: Vec<Token> = tokenize(lines)?.into_iter().filter(|t| t.kind != Kind::Newline).collect();
    let tokens = repair(tokens)?;
    match outermost(&tokens, 0, tokens.len())? {
        Outermost::Binary { operator, right } => {
            let at = tokens[operator].start;
            let mut end = at.1 + 1;
            // An operator has one character or two; the second must come before the right operand (whose own parentheses
            // do not count as part of it) and be no space.
            let line = &lines[at.0];
            let before_right = right.0 > at.0 || end < right.1;
            if let Some(&c) = line.get(end)
                && before_right
                && !c.is_whitespace()
                && c != '\\'
                && c != '#'
            {
                end += 1;
            }
            Some(Anchors { left: at, right: (at.0, end) })
        }
        Outermost::Trailer { open } => Some(Anchors { left: tokens[open].start, right: tokens.last()?.end }),
    }
}

enum Outermost {
    /// Index of the operator's token; where the right operand starts.
    Binary { operator: usize, right: (usize, usize) },
    /// The last operation on a primary: a call or a subscript.
    Trailer { open: usize },
}

/// Brackets were paired by index before newlines were dropped; pairs them again.
fn repair(mut tokens: Vec<Token>) -> Option<Vec<Token>> {
    pair_brackets(&mut tokens)?;
    Some(tokens)
}

fn pair_brackets(tokens: &mut [Token]) -> Option<()> {
    let mut open: Vec<usize> = Vec::new();
    for i in 0..tokens.len() {
        match tokens[i].kind {
            Kind::Open(_) => open.push(i),
            Kind::Close(c) => {
                let o = open.pop()?;
                let expected = match tokens[o].kind {
                    Kind::Open('(') => ')',
                    Kind::Open('[') => ']',
                    _ => '}',
                };
                if c != expected {
                    return None;
                }
                tokens[o].pair = i;
                tokens[i].pair = o;
            }
            _ => {}
        }
    }
    open.is_empty().then_some(())
}

fn precedence(op: &str) -> Option<u8> {
    Some(match op {
        "|" => 1,
        "^" => 2,
        "&" => 3,
        "<<" | ">>" => 4,
        "+" | "-" => 5,
        "*" | "/" | "//" | "%" | "@" => 6,
        "**" => 8,
        _ => return None,
    })
}

/// The outermost operation of the expression in `tokens[from..to]`, if it is one of the three kinds.
fn outermost(tokens: &[Token], from: usize, to: usize) -> Option<Outermost> {
    // (token index, precedence) of the binary operators outside brackets.
    let mut operators: Vec<(usize, u8)> = Vec::new();
    let mut i = from;
    let (mut first_is_signed, mut first_awaits) = (false, false);
    let mut last_trailer;
    loop {
        // An operand: signs, `await`, an atom, trailers.
        while let Kind::Op("+" | "-" | "~") = tokens.get(i).filter(|_| i < to)?.kind {
            first_is_signed |= operators.is_empty();
            i += 1;
        }
        if is_keyword(tokens, i, "await") {
            first_awaits |= operators.is_empty();
            i += 1;
        }
        let atom = tokens.get(i).filter(|_| i < to)?;
        match atom.kind {
            Kind::Name => i += 1,
            // Strings next to each other are one.
            Kind::Literal => {
                while i < to && tokens[i].kind == Kind::Literal {
                    i += 1;
                }
            }
            Kind::Open(_) => i = atom.pair + 1,
            _ => return None,
        }
        last_trailer = None;
        while i < to {
            match tokens[i].kind {
                Kind::Open('(' | '[') => {
                    last_trailer = Some(i);
                    i = tokens[i].pair + 1;
                }
                Kind::Op(".") => {
                    last_trailer = None;
                    i += 2;
                }
                _ => break,
            }
        }
        if i >= to {
            break;
        }
        let Kind::Op(op) = tokens[i].kind else { return None };
        operators.push((i, precedence(op)?));
        i += 1;
    }
    let Some(lowest) = operators.iter().map(|(_, p)| *p).min() else {
        if first_is_signed || first_awaits {
            return None;
        }
        return last_trailer.map(|open| Outermost::Trailer { open });
    };
    let operator = if lowest == 8 {
        // `-a ** b` is `-(a ** b)`; `a ** b ** c` is `a ** (b ** c)`.
        if first_is_signed {
            return None;
        }
        operators[0].0
    } else {
        operators.iter().rev().find(|(_, p)| *p == lowest)?.0
    };
    Some(Outermost::Binary { operator, right: start_of(tokens, operator + 1, to)? })
}

/// Where the expression in `tokens[from..to]` starts, its own parentheses left out.
fn start_of(tokens: &[Token], mut from: usize, mut to: usize) -> Option<(usize, usize)> {
    loop {
        let first = tokens.get(from).filter(|_| from < to)?;
        let grouped = first.kind == Kind::Open('(') && first.pair + 1 == to && is_group(tokens, from + 1, to - 1);
        if !grouped {
            return Some(first.start);
        }
        from += 1;
        to -= 1;
    }
}

/// Whether parentheses around these tokens only group: they make no tuple and no generator expression.
fn is_group(tokens: &[Token], from: usize, to: usize) -> bool {
    let mut i = from;
    while i < to {
        match tokens[i].kind {
            Kind::Open(_) => i = tokens[i].pair,
            Kind::Op(",") => return false,
            Kind::Keyword if is_keyword(tokens, i, "for") || is_keyword(tokens, i, "async") => return false,
            _ => {}
        }
        i += 1;
    }
    from < to
}

/// Whether token `i` is the keyword `word`.
fn is_keyword(tokens: &[Token], i: usize, word: &str) -> bool {
    tokens.get(i).is_some_and(|t| t.kind == Kind::Keyword && t.pair == keyword_index(word))
}
/// Keyword tokens keep their number in `pair`, which they have no other use for.
fn keyword_index(word: &str) -> usize {
    KEYWORDS.iter().position(|k| *k == word).unwrap_or(usize::MAX)
}

/// Whether `lines` are a statement `return name(…)` or `name = call(…)` whose call is exactly the range from `start` on the
/// first line to `end` on the last one: marking the whole of it would tell nothing.
pub fn spans_whole_statement(lines: &[Vec<char>], start: usize, end: usize) -> bool {
    let check = || -> Option<bool> {
        let tokens = tokenize(lines)?;
        let stop = tokens.iter().position(|t| t.start == (0, start))?;
        let last = tokens.iter().rposition(|t| t.end == (lines.len() - 1, end))?;
        let is_return = is_keyword(&tokens, 0, "return");
        let head = if is_return { 1 } else { 2 };
        let is_assignment = tokens[0].kind == Kind::Name && tokens.get(1).is_some_and(|t| t.kind == Kind::Op("="));
        if !(is_return || is_assignment) || stop < head || last < stop {
            return Some(false);
        }
        // Parentheses around the call.
        let parentheses = stop - head;
        if !(head..stop).all(|i| tokens[i].kind == Kind::Open('('))
            || !(1..=parentheses).all(|i| tokens.get(last + i).is_some_and(|t| t.kind == Kind::Close(')')))
        {
            return Some(false);
        }
        if !matches!(tokens.get(last + parentheses + 1).map(|t| t.kind), None | Some(Kind::Newline | Kind::Op(";"))) {
            return Some(false);
        }
        let call: Vec<Token> = tokens[stop..=last].iter().copied().filter(|t| t.kind != Kind::Newline).collect();
        let call = repair(call)?;
        let Some(Outermost::Trailer { open }) = outermost(&call, 0, call.len()) else {
            return Some(false);
        };
        let plain_name = open == 1 && call[0].kind == Kind::Name;
        Some(call[open].kind == Kind::Open('(') && (plain_name || is_assignment))
    };
    check().unwrap_or(false)
}

/// Tokens of the text; `None` where it is not Python's. Newlines inside brackets are left out, as are comments.
fn tokenize(lines: &[Vec<char>]) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut depth = 0usize;
    let (mut line, mut col) = (0, 0);
    let mut joined = false;
    while line < lines.len() {
        let text = &lines[line];
        if col >= text.len() {
            if depth == 0 && !joined && tokens.last().is_some_and(|t| t.kind != Kind::Newline) {
                tokens.push(Token { kind: Kind::Newline, start: (line, col), end: (line, col), pair: 0 });
            }
            (joined, col) = (false, 0);
            line += 1;
            continue;
        }
        let c = text[col];
        let start = (line, col);
        if c.is_whitespace() {
            col += 1;
            continue;
        }
        if c == '#' {
            col = text.len();
            continue;
        }
        if c == '\\' {
            if text[col + 1..].iter().any(|c| !c.is_whitespace()) {
                return None;
            }
            joined = true;
            col = text.len();
            continue;
        }
        let mut pair = 0;
        let kind;
        if c.is_alphabetic() || c == '_' || (c as u32) >= 0x80 {
            let mut end = col + 1;
            while end < text.len() && (text[end].is_alphanumeric() || text[end] == '_' || (text[end] as u32) >= 0x80) {
                end += 1;
            }
            let word: String = text[col..end].iter().collect();
            let is_prefix = end < text.len()
                && matches!(text[end], '"' | '\'')
                && word.len() <= 2
                && word.chars().all(|c| "rRbBuUfFtT".contains(c));
            if is_prefix {
                (line, col) = string_end(lines, (line, end), &word)?;
                kind = Kind::Literal;
            } else {
                col = end;
                kind = match KEYWORDS.iter().position(|k| *k == word) {
                    Some(0..=2) => Kind::Literal,
                    Some(i) => {
                        pair = i;
                        Kind::Keyword
                    }
                    None => Kind::Name,
                };
            }
        } else if c == '"' || c == '\'' {
            (line, col) = string_end(lines, (line, col), "")?;
            kind = Kind::Literal;
        } else if c.is_ascii_digit() || (c == '.' && text.get(col + 1).is_some_and(char::is_ascii_digit)) {
            col = number_end(text, col);
            kind = Kind::Literal;
        } else if text[col..].starts_with(&['.', '.', '.']) {
            col += 3;
            kind = Kind::Literal;
        } else if "([{".contains(c) {
            depth += 1;
            col += 1;
            kind = Kind::Open(c);
        } else if ")]}".contains(c) {
            depth = depth.checked_sub(1)?;
            col += 1;
            kind = Kind::Close(c);
        } else {
            let op = OPERATORS.iter().find(|op| op.chars().enumerate().all(|(i, o)| text.get(col + i) == Some(&o)))?;
            col += op.len();
            kind = Kind::Op(op);
        }
        tokens.push(Token { kind, start, end: (line, col), pair });
    }
    Some(tokens)
}

fn number_end(text: &[char], mut col: usize) -> usize {
    let hexadecimal = text[col] == '0' && text.get(col + 1).is_some_and(|c| "xXoObB".contains(*c));
    while let Some(&c) = text.get(col) {
        let sign = !hexadecimal && (c == '+' || c == '-') && matches!(text[col - 1], 'e' | 'E');
        if !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || sign) {
            break;
        }
        // `1if x else y`: a keyword may follow a number directly.
        if !hexadecimal && c.is_ascii_alphabetic() && !"eEjJ".contains(c) {
            break;
        }
        col += 1;
    }
    col
}

/// Position after the string literal whose opening quote is at `at`.
fn string_end(lines: &[Vec<char>], at: (usize, usize), prefix: &str) -> Option<(usize, usize)> {
    let (mut line, mut col) = at;
    let quote = lines[line][col];
    let triple = lines[line][col..].starts_with(&[quote, quote, quote]);
    let formatted = prefix.chars().any(|c| "fFtT".contains(c));
    col += if triple { 3 } else { 1 };
    loop {
        let text = lines.get(line)?;
        let Some(&c) = text.get(col) else {
            // Only triple quotes and an escaped newline go on to the next line.
            let continued = triple || text.last() == Some(&'\\');
            if !continued {
                return None;
            }
            (line, col) = (line + 1, 0);
            continue;
        };
        if c == '\\' {
            col += 2;
            if col > text.len() {
                (line, col) = (line + 1, 0);
            }
        } else if c == quote && (!triple || text[col..].starts_with(&[quote, quote, quote])) {
            return Some((line, col + if triple { 3 } else { 1 }));
        } else if formatted && c == '{' {
            if text.get(col + 1) == Some(&'{') {
                col += 2;
            } else {
                (line, col) = replacement_end(lines, (line, col + 1), quote, triple)?;
            }
        } else {
            col += 1;
        }
    }
}

/// Position after the `}` that ends a replacement field which begins before `at`.
fn replacement_end(lines: &[Vec<char>], at: (usize, usize), quote: char, triple: bool) -> Option<(usize, usize)> {
    let (mut line, mut col) = at;
    let mut depth = 0usize;
    let mut in_spec = false;
    loop {
        let text = lines.get(line)?;
        let Some(&c) = text.get(col) else {
            (line, col) = (line + 1, 0);
            continue;
        };
        match c {
            '{' if in_spec => {
                (line, col) = replacement_end(lines, (line, col + 1), quote, triple)?;
                continue;
            }
            '}' if depth == 0 => return Some((line, col + 1)),
            _ if in_spec => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ':' if depth == 0 => in_spec = true,
            '#' => {
                (line, col) = (line + 1, 0);
                continue;
            }
            '"' | '\'' => {
                let before: String = text[..col].iter().rev().take_while(|c| c.is_alphabetic()).take(2).collect();
                (line, col) = string_end(lines, (line, col), &before)?;
                continue;
            }
            _ => {}
        }
        col += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Vec<char>> {
        text.lines().map(|l| l.chars().collect()).collect()
    }
    /// The marks under a one-line segment.
    fn marks(text: &str) -> String {
        match anchors(&lines(text)) {
            None => "none".into(),
            Some(a) => (0..text.chars().count()).map(|i| if i >= a.left.1 && i < a.right.1 { '^' } else { '~' }).collect(),
        }
    }

    #[test]
    fn binary_operations() {
        assert_eq!(marks("a + b"), "~~^~~");
        assert_eq!(marks("a+b*c"), "~^~~~");
        assert_eq!(marks("a*b + c"), "~~~~^~~");
        assert_eq!(marks("a - b - c"), "~~~~~~^~~");
        assert_eq!(marks("a ** b ** c"), "~~^^~~~~~~~");
        assert_eq!(marks("-a ** b"), "none");
        assert_eq!(marks("-a // b"), "~~~^^~~");
        assert_eq!(marks("f('+') | [1 + 2]"), "~~~~~~~^~~~~~~~~");
        assert_eq!(marks("a+(b)"), "~^^~~");
        assert_eq!(marks("a+(b, c)"), "~^~~~~~~");
        assert_eq!(marks("await a + b"), "~~~~~~~~^~~");
    }

    #[test]
    fn calls_and_subscripts() {
        assert_eq!(marks("f(x)"), "~^^^");
        assert_eq!(marks("a.b(c)[d]"), "~~~~~~^^^");
        assert_eq!(marks("f(x).y"), "none");
        assert_eq!(marks("(f)(x)"), "~~~^^^");
        assert_eq!(marks("await f(x)"), "none");
        assert_eq!(marks(r#"f"{a["x"]}"[3]"#), r#"~~~~~~~~~~~^^^"#);
    }

    #[test]
    fn other_expressions_have_none() {
        for text in
            ["a < b", "not a", "a if b else c", "a, b", "x = f(1)", "a.b", "lambda: a + b", "raise X(1)", "f(", "a and b + c"]
        {
            assert_eq!(marks(text), "none", "{text}");
        }
    }

    #[test]
    fn whole_statements() {
        let whole = |text: &str, start, end| spans_whole_statement(&lines(text), start, end);
        assert!(whole("return f(x)", 7, 11));
        assert!(!whole("return a.f(x)", 7, 13));
        assert!(whole("x = a.f(x)", 4, 10));
        assert!(!whole("x = a.f(x) + 1", 4, 10));
        assert!(!whole("x = y = f(x)", 8, 12));
        assert!(!whole("f(x)", 0, 4));
    }
}
