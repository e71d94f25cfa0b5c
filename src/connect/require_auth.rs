//! `require_auth`, as libpq 16 has it: which ways of authentication the server may ask for.
//!
//! The driver answers whatever the server asks for. So the server's messages are watched on their
//! way to the driver, and one that asks for what is not allowed never gets there: the password is
//! not handed out.

use std::fmt;

use super::ConnectError;

/// A way of authentication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Password,
    Md5,
    Gss,
    Sspi,
    Scram,
    Oauth,
    /// The server asks for nothing: it trusts, or looks at the certificate or the user of a socket.
    None,
}

const METHODS: [(&str, Method); 7] = [
    ("password", Method::Password),
    ("md5", Method::Md5),
    ("gss", Method::Gss),
    ("sspi", Method::Sspi),
    ("scram-sha-256", Method::Scram),
    ("oauth", Method::Oauth),
    ("none", Method::None),
];

/// The ways that are allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RequireAuth {
    written: String,
    allowed: Vec<Method>,
}

impl RequireAuth {
    /// Reads `scram-sha-256,md5`, or `!password,!md5` for all but those.
    ///
    /// # Errors
    /// If a method is unknown or named twice, or some are negated and others are not.
    pub(super) fn parse(text: &str) -> Result<Self, ConnectError> {
        let wrong = |expected: &str| ConnectError::InvalidValue {
            parameter: "require_auth",
            value: text.to_owned(),
            expected: expected.to_owned(),
        };
        let mut named = Vec::new();
        for item in text.split(',') {
            let name = item.strip_prefix('!').unwrap_or(item);
            let method =
                METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method);
            let method = method.ok_or_else(|| {
                let known = METHODS.map(|(known, _)| known).join(", ");
                wrong(&format!("a list of {known}, or of these with `!` before each"))
            })?;
            if named.contains(&method) {
                return Err(wrong("each method once"));
            }
            named.push(method);
        }
        let negated = text.split(',').filter(|item| item.starts_with('!')).count();
        let allowed = match negated {
            0 => named,
            all if all == named.len() => METHODS
                .iter()
                .map(|(_, method)| *method)
                .filter(|method| !named.contains(method))
                .collect(),
            _ => return Err(wrong("`!` before each method, or before none")),
        };
        Ok(Self { written: text.to_owned(), allowed })
    }

    fn check(&self, method: Method) -> Result<(), NotAllowed> {
        if self.allowed.contains(&method) {
            return Ok(());
        }
        Err(NotAllowed { asked: Some(method), written: self.written.clone() })
    }
}

/// The server asked for what is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotAllowed {
    asked: Option<Method>,
    written: String,
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = match self.asked {
            Some(Method::None) => "the server does not ask for authentication (none)",
            Some(Method::Password) => "the server asks for the password in clear text (password)",
            Some(Method::Md5) => "the server asks for an MD5 hash of the password (md5)",
            Some(Method::Scram) => "the server asks for scram-sha-256",
            Some(Method::Gss) => "the server asks for GSSAPI (gss)",
            Some(Method::Sspi) => "the server asks for SSPI (sspi)",
            Some(Method::Oauth) => "the server asks for OAuth (oauth)",
            None => "the server asks for an unknown method",
        };
        write!(f, "{asked}, which require_auth={} does not allow", self.written)
    }
}

impl std::error::Error for NotAllowed {}

/// Watches the first messages of a server, up to the one that ends authentication (protocol,
/// "Start-up" and "Message Formats").
#[derive(Clone, Debug)]
pub(super) struct Watch {
    rule: RequireAuth,
    /// The first bytes of a message: its type, its length, and the code of an `Authentication`.
    head: Vec<u8>,
    /// How many bytes of the message are to come.
    rest: usize,
    /// Whether the client has proved who it is.
    proved: bool,
    done: bool,
}

impl Watch {
    /// Watches for what is not allowed.
    pub(super) fn new(rule: RequireAuth) -> Self {
        Self { rule, head: Vec::with_capacity(9), rest: 0, proved: false, done: false }
    }

    /// Looks at bytes before the driver gets them.
    ///
    /// # Errors
    /// If they ask for what is not allowed.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), NotAllowed> {
        let mut bytes = bytes;
        while !self.done {
            let passed = self.rest.min(bytes.len());
            self.rest -= passed;
            bytes = &bytes[passed..];
            let Some((first, after)) = bytes.split_first() else { break };
            self.head.push(*first);
            bytes = after;
            let length = match self.head.get(1..5) {
                Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]) as usize,
                _ => continue,
            };
            let asks = self.head[0] == b'R' && length >= 8;
            if asks && self.head.len() < 9 {
                continue;
            }
            if asks && let Some(&[a, b, c, d]) = self.head.get(5..9) {
                self.asked(u32::from_be_bytes([a, b, c, d]))?;
            }
            self.rest = (length + 1).saturating_sub(self.head.len());
            self.head.clear();
        }
        Ok(())
    }

    fn asked(&mut self, code: u32) -> Result<(), NotAllowed> {
        match code {
            0 => {
                self.done = true;
                if self.proved { Ok(()) } else { self.rule.check(Method::None) }
            }
            3 | 5 => {
                self.proved = true;
                self.rule.check(if code == 3 { Method::Password } else { Method::Md5 })
            }
            7 => self.rule.check(Method::Gss),
            9 => self.rule.check(Method::Sspi),
            // Of SASL the driver knows SCRAM only.
            10 => self.rule.check(Method::Scram),
            8 | 11 => Ok(()),
            // The server has proved that it knows the password too; the driver checks that.
            12 => Ok(self.proved = true),
            _ => Err(NotAllowed { asked: None, written: self.rule.written.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    }

    fn asking(code: u32) -> Vec<u8> {
        message(b'R', &[&code.to_be_bytes()[..], b"salt\0\0"].concat())
    }

    /// What becomes of a stream, whole and byte by byte.
    fn seen(rule: &str, stream: &[u8]) -> Result<(), String> {
        let rule = RequireAuth::parse(rule).unwrap();
        let mut whole = Watch::new(rule.clone());
        let mut slow = Watch::new(rule);
        let result = whole.see(stream);
        let slowly: Result<(), NotAllowed> = stream.iter().try_for_each(|byte| slow.see(&[*byte]));
        assert_eq!(result, slowly);
        result.map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_read_as_in_libpq() {
        let allowed = |text: &str| RequireAuth::parse(text).map(|rule| rule.allowed.len());
        assert_eq!(allowed("scram-sha-256"), Ok(1));
        assert_eq!(allowed("scram-sha-256,none"), Ok(2));
        assert_eq!(allowed("!password,!md5"), Ok(5));
        for wrong in ["scram", "md5,", "md5,!none", "!md5,none", "md5,md5", "md5, none", "!"] {
            assert!(RequireAuth::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_allowed_never_reaches_the_driver() {
        let refused = |rule: &str, stream: &[u8]| seen(rule, stream).unwrap_err();
        let greeting = message(b'v', &[0; 8]);
        let clear = [greeting.clone(), asking(3)].concat();
        assert!(refused("scram-sha-256", &clear).contains("in clear text (password)"));
        assert!(refused("!password", &clear).contains("require_auth=!password does not allow"));
        assert!(refused("scram-sha-256", &asking(5)).contains("(md5)"));
        assert!(refused("md5", &asking(10)).contains("asks for scram-sha-256"));
        assert!(refused("password,md5,scram-sha-256", &asking(0)).contains("(none)"));
        assert!(refused("!none", &asking(2)).contains("unknown"));
    }

    #[test]
    fn what_is_allowed_passes_and_so_does_everything_after_it() {
        let after = asking(3);
        let scram = [asking(10), asking(11), asking(12), asking(0), after.clone()].concat();
        assert_eq!(seen("scram-sha-256", &scram), Ok(()));
        // Half of an exchange proves nothing.
        assert!(seen("scram-sha-256", &[asking(10), asking(11), asking(0)].concat()).is_err());
        assert_eq!(seen("md5", &[asking(5), asking(0), after.clone()].concat()), Ok(()));
        assert_eq!(seen("none", &[asking(0), after].concat()), Ok(()));
    }
}
