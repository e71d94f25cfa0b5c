//! Annotations of a pull request, as workflow commands of GitHub: `::error file=...::message`.

use super::{Alert, Level};
use crate::shown;

/// Writes alerts as workflow commands, a line each. A runner shows ten errors and ten warnings of a step, so that errors
/// come first.
#[must_use]
pub fn github(alerts: &[Alert]) -> String {
    let mut sorted: Vec<&Alert> = alerts.iter().collect();
    sorted.sort_by_key(|alert| std::cmp::Reverse(alert.level));
    sorted.into_iter().map(line).collect()
}

fn line(alert: &Alert) -> String {
    let command = match alert.level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let mut properties = Vec::new();
    if let Some(place) = &alert.place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={},col={}", place.line, place.column));
    }
    properties.push(format!("title={}", property(&format!("plumb {}", alert.rule))));
    format!("::{command} {}::{}\n", properties.join(","), data(&alert.message))
}

/// The text of a command: `%` and line ends are escaped, as the runner takes them back (`ActionCommand.UnescapeData`).
/// What deceives is escaped as everywhere, and no older command (`##[`) stands in it.
fn data(text: &str) -> String {
    shown::line(text).replace('%', "%25").replace("##", "#\\#")
}

/// The value of a property, in which colons and commas are escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
