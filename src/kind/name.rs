//! The names that PostgreSQL gives to what nobody named (`makeObjectName`, indexcmds.c): parts
//! joined by underscores, shortened to 63 bytes.
//!
//! Whether a name is free is not known here: the number that makes one unique is another's affair.

/// The bytes that a name may have (`NAMEDATALEN` - 1).
const MOST: usize = 63;

/// `part1_part2_label`, the longer of the two parts cut first, never inside a character.
pub(crate) fn object_name(part1: &str, part2: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(part2.is_some());
    let room = MOST.saturating_sub(overhead);
    let (mut first, mut second) = (part1.len(), part2.map_or(0, str::len));
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let mut name = clip(part1, first).to_owned();
    if let Some(part2) = part2 {
        name.push('_');
        name.push_str(clip(part2, second));
    }
    name.push('_');
    name.push_str(label);
    name
}

/// A name that is not taken for what gives its own away for a while.
pub(crate) fn temporary_name(name: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut pass = 0;
    let mut label = "former".to_owned();
    loop {
        let spare = object_name(name, None, &label);
        if !taken(&spare) {
            return spare;
        }
        pass += 1;
        label = format!("former{pass}");
    }
}

/// The longest beginning of at most `bytes` bytes that ends with a character (`pg_mbcliplen`).
fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_its_parts() {
        assert_eq!(object_name("client", Some("id"), "fkey"), "client_id_fkey");
        assert_eq!(object_name("client", None, "pkey"), "client_pkey");
    }

    #[test]
    fn the_longer_part_is_cut_first() {
        let name = object_name(&"t".repeat(60), Some("column"), "check");
        assert_eq!(name, format!("{}_column_check", "t".repeat(50)));
        let name = object_name(&"t".repeat(63), Some(&"c".repeat(63)), "key");
        assert_eq!(name, format!("{}_{}_key", "t".repeat(29), "c".repeat(29)));
        assert_eq!(object_name(&"t".repeat(63), None, "pkey").len(), 63);
    }

    #[test]
    fn a_character_is_never_cut_in_two() {
        let name = object_name(&"é".repeat(31), Some("ab"), "seq");
        assert_eq!(name, format!("{}_ab_seq", "é".repeat(28)));
    }
}
