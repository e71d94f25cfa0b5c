//! The name that somebody probably meant.

/// Returns the known name nearest to a wrong one, if it is near enough to be meant.
///
/// Near enough is one slip (a letter missing, too many, wrong, or two swapped) for each three
/// letters; letter case, and `-` or a space for `_`, count for nothing. Of names equally near, the first wins.
#[must_use]
pub fn suggest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = folded(wrong);
    let bound = (wrong.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let candidate = folded(name);
        // No number of slips under the bound makes up for such a difference in length.
        if candidate.len().abs_diff(wrong.len()) > bound {
            continue;
        }
        let slips = distance(&wrong, &candidate);
        // A name of which no letter is left was not meant.
        let related = slips < wrong.len().max(candidate.len());
        if related && slips <= bound && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, name));
        }
    }
    best.map(|(_, name)| name)
}

fn folded(name: &str) -> Vec<char> {
    let same = |letter: char| if matches!(letter, '-' | ' ') { '_' } else { letter };
    name.chars().flat_map(char::to_lowercase).map(same).collect()
}

/// Returns the optimal string alignment distance: edits, with a swap of neighbours as one.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1; right.len() + 1];
        for (j, b) in right.iter().enumerate() {
            let changed = above[j] + usize::from(a != b);
            row[j + 1] = changed.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 7] =
        ["table", "view", "materialized_view", "index", "function", "enum", "column"];

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        for (wrong, meant) in [
            ("tabel", "table"),
            ("tables", "table"),
            ("colum", "column"),
            ("Index", "index"),
            ("materialised-view", "materialized_view"),
            ("materialized view", "materialized_view"),
            ("veiw", "view"),
            ("functoin", "function"),
        ] {
            assert_eq!(suggest(wrong, KINDS), Some(meant), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_near_is_not_suggested() {
        for wrong in ["", "x", "policy", "sequence", "able_to_leap"] {
            assert_eq!(suggest(wrong, KINDS), None, "{wrong}");
        }
        assert_eq!(suggest("a", ["b"]), None);
        assert_eq!(suggest("ab", ["ac"]), Some("ac"));
    }

    #[test]
    fn of_two_names_equally_near_the_first_wins() {
        assert_eq!(suggest("cat", ["bat", "rat"]), Some("bat"));
        assert_eq!(suggest("cat", ["bat", "cat_"]), Some("bat"));
        assert_eq!(suggest("user-id", ["user_ids", "user_id"]), Some("user_id"));
    }
}
