//! The known name that a wrong name probably stands for.

/// Returns the known name nearest to a wrong one, if it is near enough to be meant.
///
/// Near enough is one slip (a letter missing, too many, wrong, or two swapped) for each three
/// letters; letter case, and `-` or a space for `_`, count for nothing. Of names equally near, the first wins.
#[must_use]
pub fn suggest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = folded(wrong);
    let letters = |name: &str| name.chars().count();
    let bound = (letters(&wrong) / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let candidate = folded(name);
        // No number of slips under the bound makes up for such a difference in length.
        if letters(&candidate).abs_diff(letters(&wrong)) > bound {
            continue;
        }
        let slips = strsim::osa_distance(&wrong, &candidate);
        // A name of which no letter is left was not meant.
        let related = slips < letters(&wrong).max(letters(&candidate));
        if related && slips <= bound && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, name));
        }
    }
    best.map(|(_, name)| name)
}

fn folded(name: &str) -> String {
    let same = |letter: char| if matches!(letter, '-' | ' ') { '_' } else { letter };
    name.chars().flat_map(char::to_lowercase).map(same).collect()
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
