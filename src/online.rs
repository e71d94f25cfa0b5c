//! Which relations are in use while a plan is applied, so that what is planned for them may not block for long:
//! those that are there, and are larger than a limit or of unknown size.

use std::fmt;
use std::str::FromStr;

/// When a change takes the way that does not block for long, where there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Online {
    /// On relations above the limit, and on those of which the size is unknown.
    #[default]
    Auto,
    /// On every relation that is there.
    Always,
    /// Never: in as few transactions as possible.
    Off,
}

impl Online {
    /// The words for all of them.
    pub const NAMES: [&'static str; 3] = ["auto", "always", "off"];
}

impl fmt::Display for Online {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES[*self as usize])
    }
}

impl FromStr for Online {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "off" => Ok(Self::Off),
            _ => Err(format!("`{text}` is none of {}", Self::NAMES.join(", "))),
        }
    }
}

/// The limit unless `online_above` says another: 16 MB, which a server reads in a fraction of a second.
pub const USUAL_LIMIT: u64 = 16 << 20;

/// What decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// When.
    pub online: Online,
    /// The limit in bytes.
    pub above: u64,
    /// Whether that holds whatever is said of a table: it stands on the command line.
    pub fixed: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { online: Online::Auto, above: USUAL_LIMIT, fixed: false }
    }
}

impl Policy {
    /// Whether what others use is changed in steps that do not block for long, by whether it has rows, and whether it is
    /// larger than the limit; `None`: its size is not known.
    pub(crate) fn is_in_use(self, large: Option<bool>) -> bool {
        match self.online {
            Online::Always => true,
            Online::Off => false,
            Online::Auto => large != Some(false),
        }
    }
}

/// Reads a size as people write it: `16MB`, `1 GB`, `8192`; units as in PostgreSQL's configuration, powers of 1024.
///
/// # Errors
/// What is wrong with the text.
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write a number and one of B, kB, MB, GB, TB");
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    let number: u64 = trimmed[..end].parse().map_err(|_| wrong())?;
    let factor = match trimmed[end..].trim() {
        "" | "B" => 1,
        "kB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1_u64 << 40,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(bytes("16MB"), Ok(16 << 20));
        assert_eq!(bytes(" 1 GB "), Ok(1 << 30));
        assert_eq!(bytes("0"), Ok(0));
        for wrong in ["", "MB", "16mb", "-1", "99999999999TB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
