//! Requests to the API of a code host. The token goes to that one host and nowhere else: no redirection is followed, a next page
//! on another host is an error, and without TLS only the own machine is reached. No message says what the token is.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{Request, StatusCode};
use ureq::{Agent, Body};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request is made that changes nothing.
const ATTEMPTS: u32 = 3;
/// The longest pause before another attempt, whatever the server asks for.
const PAUSE: Duration = Duration::from_secs(20);
/// The longest answer that is read.
const LONGEST: u64 = 64 << 20;
/// More pages than these are not read: 100,000 items.
const PAGES: usize = 1_000;

/// Why the code host did not do what was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The token may not: 401, 403, or 404 where the host hides what may not be seen.
    #[error("the token may not do that ({0})")]
    Denied(String),
    /// There is no such thing (any more).
    #[error("not found ({0})")]
    Missing(String),
    /// The host takes the request and refuses its content.
    #[error("the content is refused ({0})")]
    Refused(String),
    /// The same request may succeed later: too many requests, an error of the host, no answer.
    #[error("{0}")]
    Later(String),
    /// Something else, which is not the host's fault.
    #[error("{0}")]
    Other(String),
}

/// How a token is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    /// `Authorization: Bearer`, for GitHub.
    Bearer,
    /// `PRIVATE-TOKEN`, for GitLab.
    Private,
}

/// An API with its token.
pub(crate) struct Api {
    agent: Agent,
    /// Without a slash at the end.
    base: String,
    scheme: Scheme,
    token: String,
}

/// What a page says, and where the next one is.
struct Page {
    value: Value,
    next: Option<String>,
}

impl Api {
    /// The API at a URL.
    ///
    /// # Errors
    /// If the URL is not one of HTTP, or would carry the token without TLS to another machine.
    pub(crate) fn new(base: &str, scheme: Scheme, token: String) -> Result<Self, Trouble> {
        let base = base.trim_end_matches('/').to_owned();
        let host = host(&base);
        let loopback = matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"));
        match host {
            Some(_) if base.starts_with("https://") || loopback => {}
            Some(_) => {
                return Err(Trouble::Other(format!(
                    "{base} has no TLS: the token would be readable on its way, and is not sent"
                )));
            }
            None => return Err(Trouble::Other(format!("{base} is no URL of an API"))),
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("plumb/", env!("CARGO_PKG_VERSION")));
        let config = if loopback { config.proxy(None) } else { config };
        Ok(Self { agent: with_tls(config).new_agent(), base, scheme, token })
    }

    /// Every item of a list, page after page.
    ///
    /// # Errors
    /// If one page cannot be had: a part of a list would be read as the whole.
    pub(crate) fn all(&self, path: &str) -> Result<Vec<Value>, Trouble> {
        let mut next = Some(format!("{}{path}", self.base));
        let mut items = Vec::new();
        for _ in 0..PAGES {
            let Some(url) = next else { return Ok(items) };
            let page = self.read(&url)?;
            match page.value {
                Value::Array(list) => items.extend(list),
                _ => return Err(Trouble::Other(format!("{} is no list", self.named(&url)))),
            }
            next = page.next;
        }
        Err(Trouble::Other(format!("{path} has more than {PAGES} pages")))
    }

    /// One thing.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Trouble> {
        Ok(self.read(&format!("{}{path}", self.base))?.value)
    }

    /// Makes or changes something; once, since a second attempt could make it twice.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Trouble> {
        let url = format!("{}{path}", self.base);
        Ok(self.once(method, &url, Some(body))?.value)
    }

    fn read(&self, url: &str) -> Result<Page, Trouble> {
        let mut pause = Duration::from_secs(1);
        for _ in 1..ATTEMPTS {
            match self.once("GET", url, None) {
                Err(Trouble::Later(_)) => std::thread::sleep(pause.min(PAUSE)),
                other => return other,
            }
            pause *= 2;
        }
        self.once("GET", url, None)
    }

    fn once(&self, method: &str, url: &str, body: Option<&Value>) -> Result<Page, Trouble> {
        let header = match self.scheme {
            Scheme::Bearer => ("authorization", format!("Bearer {}", self.token)),
            Scheme::Private => ("private-token", self.token.clone()),
        };
        let named = format!("{method} {}", self.named(url));
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(header.0, header.1)
            .header("accept", "application/json")
            .header("content-type", "application/json");
        let built = |error| Trouble::Other(format!("{named}: {error}"));
        let answer = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).map_err(built)?),
            None => self.agent.run(request.body(()).map_err(built)?),
        };
        let mut answer = answer.map_err(|error| Trouble::Later(format!("{named}: {error}")))?;
        let get = |name: &str| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (status, link) = (answer.status(), get("link"));
        // Denied for now, by a limit: https://docs.github.com/rest, "Rate limits for the REST API".
        let limited = get("retry-after").is_some()
            || get("x-ratelimit-remaining").is_some_and(|left| left == "0");
        let text =
            text(answer.body_mut()).map_err(|why| Trouble::Later(format!("{named}: {why}")))?;
        if !status.is_success() {
            return Err(trouble(status, limited, &named, &text));
        }
        let next = match link.as_deref().and_then(next_of) {
            // The token must not follow a link to another host.
            Some(url) if url.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/')) => {
                Some(url)
            }
            Some(_) => {
                return Err(Trouble::Other(format!("{named}: the next page is on another host")));
            }
            None => None,
        };
        let value = if text.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text)
                .map_err(|error| Trouble::Other(format!("{named} answers no JSON: {error}")))?
        };
        Ok(Page { value, next })
    }

    /// A URL without the base, which is always the same, and without the query.
    fn named<'a>(&self, url: &'a str) -> &'a str {
        let path = url.strip_prefix(&self.base).unwrap_or(url);
        path.split('?').next().unwrap_or(path)
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Api({})", self.base)
    }
}

/// Host and perhaps port-less name out of `http://host:port/path`; `None`: no such URL, or one with a user.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(six) => six.find(']').map(|end| &authority[..end + 2]),
        None => authority.split(':').next(),
    }
}

/// The certificates that this machine trusts, as for connections to databases.
#[cfg(feature = "tls")]
fn with_tls(
    config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>,
) -> ureq::config::Config {
    use std::sync::Arc;
    use ureq::tls::{Certificate, RootCerts, TlsConfig};
    let found = rustls_native_certs::load_native_certs();
    let roots: Vec<Certificate<'static>> =
        found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    config.tls_config(tls).build()
}

#[cfg(not(feature = "tls"))]
fn with_tls(
    config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>,
) -> ureq::config::Config {
    config.build()
}

fn text(body: &mut Body) -> Result<String, String> {
    body.with_config()
        .limit(LONGEST)
        .lossy_utf8(true)
        .read_to_string()
        .map_err(|error| error.to_string())
}

/// What a status says.
fn trouble(status: StatusCode, limited: bool, named: &str, text: &str) -> Trouble {
    let why = why(text);
    let said = match why.as_str() {
        "" => format!("{named}: {}", status.as_u16()),
        why => format!("{named}: {}, {why}", status.as_u16()),
    };
    match status.as_u16() {
        403 | 429 if limited => Trouble::Later(said),
        429 | 500..=599 => Trouble::Later(said),
        401 | 403 => Trouble::Denied(said),
        404 | 410 => Trouble::Missing(said),
        400 | 413 | 422 => Trouble::Refused(said),
        _ => Trouble::Other(said),
    }
}

/// The message of an error, in a line: `message` of GitHub with the first of `errors`, `message` or `error` of GitLab.
fn why(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let first = value.pointer("/errors/0");
    let detail = first.and_then(|first| first.as_str().or_else(|| first.get("message")?.as_str()));
    let message = value.get("message").or_else(|| value.get("error"));
    let message = message.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
    let said: Vec<String> =
        message.into_iter().chain(detail.map(str::to_owned)).filter(|it| !it.is_empty()).collect();
    let said: String = said.join(": ").chars().take(200).collect();
    pgplumb::shown::line(&said).into_owned()
}

/// The URL of `rel="next"` in a header `Link` (RFC 8288).
fn next_of(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (url, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| {
            let (name, value) = parameter.trim().split_once('=')?;
            let is_rel = name.trim().eq_ignore_ascii_case("rel");
            let mut relations = value.trim().trim_matches('"').split(' ');
            (is_rel && relations.any(|it| it == "next")).then_some(())
        };
        rest.split(';').any(|it| is_next(it).is_some()).then(|| url.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_links() {
        let link = r#"<https://h/a?page=1>; rel="prev", <https://h/a?page=3>; rel="next", <https://h/a?page=9>; rel="last""#;
        assert_eq!(next_of(link).as_deref(), Some("https://h/a?page=3"));
        assert_eq!(next_of(r#"<https://h/a?page=1>; rel="first""#), None);
        assert_eq!(next_of(""), None);
    }

    #[test]
    fn a_token_goes_nowhere_without_tls_but_to_the_own_machine() {
        let api = |url| Api::new(url, Scheme::Bearer, "t".to_owned()).map(|_| ());
        for url in [
            "https://api.example",
            "http://127.0.0.1:80",
            "http://localhost/v3",
            "http://[::1]:7/x",
        ] {
            assert_eq!(api(url), Ok(()), "{url}");
        }
        for url in [
            "http://api.example",
            "http://localhost.example",
            "http://127.0.0.1.example/",
            "http://127.0.0.1@evil.example",
            "https://user:pass@h",
            "ftp://h",
            "",
        ] {
            assert!(api(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_limit_is_waited_for_and_a_missing_right_is_not() {
        let of = |status: u16, limited| {
            trouble(StatusCode::from_u16(status).unwrap(), limited, "GET /x", "")
        };
        assert!(matches!(of(403, false), Trouble::Denied(_)));
        assert!(matches!(of(403, true), Trouble::Later(_)));
        assert!(matches!(of(429, false), Trouble::Later(_)));
        assert!(matches!(of(502, false), Trouble::Later(_)));
        assert!(matches!(of(422, false), Trouble::Refused(_)));
        assert!(matches!(of(404, false), Trouble::Missing(_)));
        assert!(matches!(of(302, false), Trouble::Other(_)));
    }

    #[test]
    fn the_reason_of_an_error_is_a_line() {
        let github =
            r#"{"message": "Validation Failed", "errors": [{"message": "body is too long\n::x"}]}"#;
        assert_eq!(why(github), "Validation Failed: body is too long\\n::x");
        assert_eq!(why(r#"{"message": {"body": ["is too long"]}}"#), r#"{"body":["is too long"]}"#);
        assert_eq!(why("<html>"), "");
    }
}
