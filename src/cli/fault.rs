//! A fault of plumb's own: a panic. Its message may repeat what a declaration, a database or a file name says,
//! so that it is printed as everything else is, and the exit code is that of an error.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};

use super::{Exit, output};

/// Has panics of all threads printed like errors.
pub(crate) fn watch(colours: output::Colours) {
    panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        output::complain(&message(panic.payload(), panic.location()), colours);
    }));
}

/// Runs the command; one that panics ends as an error does.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Exit> {
    panic::catch_unwind(AssertUnwindSafe(run)).map_err(|_| Exit::Error)
}

fn message(payload: &dyn Any, at: Option<&Location<'_>>) -> String {
    let said = payload.downcast_ref::<&str>().copied();
    let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let at = at.map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    format!("plumb itself is at fault{at}: {}; please report it", said.unwrap_or("it panicked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_says_what_happened() {
        let name = "a\u{1b}[2J".to_owned();
        let at = Location::caller();
        let said = message(&name, Some(at));
        assert!(said.contains(&name) && said.contains("fault.rs:"), "{said}");
        assert!(message(&"plain", None).contains("at fault: plain;"));
        assert!(message(&1, None).contains("it panicked"));
        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| panic!("{name}")), Err::<(), _>(Exit::Error));
    }
}
