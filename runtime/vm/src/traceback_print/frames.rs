//! The entries of a stack trace: file, line, function, and the source with its marks.

use super::anchors::{anchors, spans_whole_statement};
use super::source::Sources;
use crate::native::*;
use crate::objects::traceback::Traceback;

/// Repetitions of one entry beyond these are only counted.
const SHOWN_REPETITIONS: usize = 3;

/// One entry, as it is printed.
struct Entry {
    filename: String,
    line: Option<u32>,
    name: String,
    text: String,
}

/// The entries from `tb` inwards, at most the innermost `limit`.
pub fn format_stack(t: &Thread, tb: Option<Ref<Traceback>>, limit: Option<usize>, sources: &mut Sources) -> Vec<String> {
    let mut count = 0usize;
    let mut at = tb;
    while let Some(entry) = at {
        count += 1;
        at = entry.next();
    }
    let skip = limit.map_or(0, |n| count.saturating_sub(n));
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<Entry> = None;
    let mut same = 0usize;
    let mut at = tb;
    for i in 0.. {
        let Some(tb) = at else { break };
        at = tb.next();
        if i < skip {
            continue;
        }
        let repeats = last.as_ref().is_some_and(|last| is_same_place(t, tb, last));
        if !repeats {
            report_repetitions(&mut out, same);
            same = 0;
            last = Some(entry(t, tb, sources));
        }
        same += 1;
        if same > SHOWN_REPETITIONS {
            continue;
        }
        // Repetitions of a line may fail at different columns.
        let e = if repeats { entry(t, tb, sources) } else { last.take().unwrap_or_else(|| entry(t, tb, sources)) };
        out.push(e.text.clone());
        last = Some(e);
    }
    report_repetitions(&mut out, same);
    out
}

fn report_repetitions(out: &mut Vec<String>, same: usize) {
    if same > SHOWN_REPETITIONS {
        let more = same - SHOWN_REPETITIONS;
        out.push(format!("  [Previous line repeated {more} more time{}]\n", if more > 1 { "s" } else { "" }));
    }
}

fn place(_t: &Thread, tb: Ref<Traceback>) -> (String, String) {
    match tb.code() {
        Some(code) => (super::printable(code.filename.expect()), super::printable(code.name.expect())),
        None => ("<unknown>".to_owned(), "<unknown>".to_owned()),
    }
}

fn is_same_place(t: &Thread, tb: Ref<Traceback>, last: &Entry) -> bool {
    // A line that is not known is never the same as another.
    if tb.line().is_none() || tb.line() != last.line {
        return false;
    }
    let (filename, name) = place(t, tb);
    filename == last.filename && name == last.name
}

fn entry(t: &Thread, tb: Ref<Traceback>, sources: &mut Sources) -> Entry {
    let (filename, name) = place(t, tb);
    let line = tb.line();
    let shown = if filename.starts_with("<stdin-") && filename.ends_with('>') { "<stdin>" } else { &filename };
    let number = line.map_or_else(|| "None".to_owned(), |n| n.to_string());
    let mut text = format!("  File \"{shown}\", line {number}, in {name}\n");
    if let (Some(line), Some(code)) = (line, tb.code()) {
        let mut position = tb.position().unwrap_or_default();
        // An entry made by hand may have a line of its own.
        if position.line != line {
            position = taipan_compiler::Position { line, ..Default::default() };
        }
        let has_columns = position.end_line >= line && (position.end_line, position.end_col) > (line, position.col);
        let end_line = if has_columns { position.end_line } else { line };
        let unit = Some(&code.unit);
        let lines: Vec<Vec<char>> = (line..=end_line).map(|n| sources.line(&filename, unit, n).chars().collect()).collect();
        if lines.iter().any(|l| !l.is_empty()) {
            if has_columns {
                text.push_str(&marked(&lines, position.col as usize, position.end_col as usize));
            } else {
                let first: String = lines[0].iter().collect();
                text.push_str(&format!("    {}\n", first.trim()));
            }
        }
    }
    Entry { filename, line, name, text }
}

/// Characters in the first `bytes` bytes of the line's UTF-8 form.
fn char_offset(line: &[char], bytes: usize) -> usize {
    let mut at = 0;
    for (i, c) in line.iter().enumerate() {
        if at >= bytes {
            return i;
        }
        at += c.len_utf8();
    }
    line.len()
}

/// Columns that the first `n` characters take on a terminal.
fn display_width(line: &[char], n: usize) -> usize {
    if line.iter().all(char::is_ascii) {
        return n;
    }
    line.iter().take(n).map(|&c| if matches!(taipan_text::unicode::east_asian_width(c as u32), "W" | "F") { 2 } else { 1 }).sum()
}

/// Leading blanks that all lines with text share.
fn margin(lines: &[Vec<char>]) -> usize {
    let mut common: Option<&[char]> = None;
    for line in lines.iter().filter(|l| l.iter().any(|c| !c.is_whitespace())) {
        let indent = line.iter().take_while(|c| matches!(c, ' ' | '\t')).count();
        let indent = &line[..indent];
        common = Some(match common {
            None => indent,
            Some(c) => &c[..c.iter().zip(indent).take_while(|(a, b)| a == b).count()],
        });
    }
    common.map_or(0, <[char]>::len)
}

fn dedent(lines: &[Vec<char>]) -> Vec<Vec<char>> {
    let n = margin(lines);
    lines.iter().map(|l| if l.iter().all(|c| c.is_whitespace()) { Vec::new() } else { l[n..].to_vec() }).collect()
}

/// The lines of an instruction that spans `col` (of the first) to `end_col` (of the last line; both in bytes), with marks under
/// it where they tell something. Far apart lines are left out.
fn marked(original: &[Vec<char>], col: usize, end_col: usize) -> String {
    let last = original.len() - 1;
    let lines = dedent(original);
    let dedented = original[0].len() - lines[0].len();
    let start = char_offset(&original[0], col).saturating_sub(dedented);
    let end = char_offset(&original[last], end_col).saturating_sub(dedented);
    let shown_start = display_width(&lines[0], start);
    let shown_end = display_width(&lines[last], end);

    let mut segment = lines.clone();
    segment[last].truncate(end);
    let cut = start.min(segment[0].len());
    segment[0].drain(..cut);
    let found = anchors(&segment).map(|mut a| {
        // The segment's first line begins at `start`.
        if a.left.0 == 0 {
            a.left.1 += start;
        }
        if a.right.0 == 0 {
            a.right.1 += start;
        }
        a.left.1 = display_width(&lines[a.left.0], a.left.1);
        a.right.1 = display_width(&lines[a.right.0], a.right.1);
        a
    });
    let outside = |part: &[char]| part.iter().any(|c| !c.is_whitespace());
    let show_marks = !spans_whole_statement(&lines, start, end)
        && (found.is_some()
            || outside(&lines[0][..start.min(lines[0].len())])
            || outside(lines[last].get(end..).unwrap_or_default()));

    let mut significant = std::collections::BTreeSet::from([0, last]);
    if let Some(a) = &found {
        for at in [a.left.0, a.right.0] {
            significant.extend(at.saturating_sub(1)..=(at + 1).min(last));
        }
    }
    let (primary, secondary) = if found.is_some() { ('~', '^') } else { ('^', '^') };
    let mut out: Vec<String> = Vec::new();
    let output = |out: &mut Vec<String>, n: usize| {
        let line = &lines[n];
        out.push(line.iter().collect());
        if !show_marks {
            return;
        }
        let indent = line.iter().take_while(|c| c.is_whitespace()).count();
        let marks = if n == last { shown_end } else { display_width(line, line.len()) };
        let mark = |column: usize| {
            if column < indent || (n == 0 && column < shown_start) {
                return ' ';
            }
            match &found {
                Some(a) if (n, column) >= a.left && (n, column) < a.right => secondary,
                _ => primary,
            }
        };
        out.push((0..marks).map(mark).collect());
    };
    let mut before: Option<usize> = None;
    for &n in &significant {
        if let Some(before) = before {
            match n - before {
                2 => output(&mut out, n - 1),
                0 | 1 => {}
                gap => out.push(format!("...<{} lines>...", gap - 1)),
            }
        }
        output(&mut out, n);
        before = Some(n);
    }
    // What is shown may have more blanks in common than the whole had.
    let out: Vec<Vec<char>> = out.iter().map(|l| l.chars().collect()).collect();
    dedent(&out).iter().map(|l| format!("    {}\n", l.iter().collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, col: usize, end_col: usize) -> String {
        let lines: Vec<Vec<char>> = text.lines().map(|l| l.chars().collect()).collect();
        marked(&lines, col, end_col)
    }

    #[test]
    fn marks() {
        assert_eq!(show("    x = a + b", 8, 13), "    x = a + b\n        ~~^~~\n");
        assert_eq!(show("f(x)", 0, 4), "    f(x)\n    ~^^^\n");
        assert_eq!(show("    raise ValueError(1)", 4, 23), "    raise ValueError(1)\n");
        assert_eq!(show("  x.y.z", 2, 5), "    x.y.z\n    ^^^\n");
        assert_eq!(show("  return f(x)", 9, 13), "    return f(x)\n");
    }

    #[test]
    fn many_lines() {
        let text = "f(\n  a,\n  b,\n  c,\n  d,\n)";
        assert_eq!(show(text, 0, 1), "    f(\n    ~^\n      a,\n      ^^\n    ...<2 lines>...\n      d,\n      ^^\n    )\n    ^\n");
    }
}
