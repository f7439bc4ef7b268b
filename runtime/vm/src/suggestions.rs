//! The known name closest to a misspelt one: the search behind "Did you mean".
//!
//! Distances are those of CPython, in bytes of UTF-8: a changed, added or removed byte costs two, another case one.

/// With more candidates than this no search is made.
const MAX_CANDIDATES: usize = 750;
/// Longer names are not compared.
const MAX_NAME: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// The candidate with the smallest distance from `wrong`, if at most a third of the characters involved need changing.
pub fn closest(candidates: &[String], wrong: &str) -> Option<String> {
    if candidates.len() >= MAX_CANDIDATES {
        return None;
    }
    let mut best = usize::MAX;
    let mut found = None;
    for name in candidates {
        if name == wrong {
            continue;
        }
        let most = ((wrong.len() + name.len() + 3) * MOVE_COST / 6).min(best - 1);
        let distance = distance(wrong.as_bytes(), name.as_bytes(), most);
        if distance <= most && distance < best {
            best = distance;
            found = Some(name.clone());
        }
        if best == 0 {
            break;
        }
    }
    found
}

fn substitution_cost(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Levenshtein distance with cheap changes of case, in one row; anything above `most` once it cannot be less.
fn distance<'a>(mut a: &'a [u8], mut b: &'a [u8], most: usize) -> usize {
    while let ([x, a_rest @ ..], [y, b_rest @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (a_rest, b_rest);
    }
    while let ([a_rest @ .., x], [b_rest @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (a_rest, b_rest);
    }
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_NAME || b.len() > MAX_NAME {
        return most + 1;
    }
    if b.len() < a.len() {
        (a, b) = (b, a);
    }
    if (b.len() - a.len()) * MOVE_COST > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (i, &y) in b.iter().enumerate() {
        // cost(b[..i], a[..0]), then along the row.
        let mut diagonal = i * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (slot, &x) in row.iter_mut().zip(a) {
            let substitute = diagonal + substitution_cost(y, x);
            diagonal = *slot;
            result = (result.min(diagonal) + MOVE_COST).min(substitute);
            *slot = result;
            minimum = minimum.min(result);
        }
        if minimum > most {
            return most + 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let d = |a: &str, b: &str| distance(a.as_bytes(), b.as_bytes(), 100);
        assert_eq!(d("abc", "abc"), 0);
        assert_eq!(d("abc", "abC"), 1);
        assert_eq!(d("abc", "abd"), 2);
        assert_eq!(d("kitten", "sitting"), 6);
        assert_eq!(d("", "ab"), 4);
    }

    #[test]
    fn closest_names() {
        let of = |names: &[&str], wrong| closest(&names.iter().map(|s| s.to_string()).collect::<Vec<_>>(), wrong);
        assert_eq!(of(&["append", "extend"], "apend").as_deref(), Some("append"));
        assert_eq!(of(&["append", "extend"], "zzz"), None);
        assert_eq!(of(&["Foo", "fou"], "foo").as_deref(), Some("Foo"));
    }
}
