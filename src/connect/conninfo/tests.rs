//! Connection strings and variables, and what they come to.

use super::*;

fn env(vars: &[(&str, &str)]) -> Env {
    let system = ("PGSYSCONFDIR", "/nonexistent");
    let vars = vars.iter().chain([&system]);
    let vars = vars.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Env { vars, home: None, user: Some("ann".to_owned()) }
}

fn shown(text: &str, vars: &[(&str, &str)]) -> String {
    ConnInfo::parse(text, &env(vars)).unwrap().to_string()
}

fn refused(text: &str, vars: &[(&str, &str)]) -> String {
    ConnInfo::parse(text, &env(vars)).unwrap_err().to_string()
}

/// A file in the temporary directory, gone when dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, text: &str) -> Temporary {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("conninfo-{name}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        Temporary(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_connection_is_shown_as_a_url_without_its_password() {
    for (text, expected) in [
        ("postgres://app:hunter2@db.example/clinic", "postgresql://app@db.example:5432/clinic"),
        ("host=db dbname=clinic user=app password=hunter2", "postgresql://app@db:5432/clinic"),
        ("host=db", "postgresql://ann@db:5432/ann"),
        ("host=a,b port=1,2 dbname=d", "postgresql://ann@a:1,b:2/d"),
        ("host=a,b port=6000", "postgresql://ann@a:6000,b:6000/ann"),
        ("host=::1 dbname=d", "postgresql://ann@[::1]:5432/d"),
        ("hostaddr=10.0.0.1 dbname=d", "postgresql://ann@10.0.0.1:5432/d"),
        ("host=/run/x dbname=d", "postgresql://ann@/d?host=/run/x"),
        ("host=/run/x port=5433 dbname='a b'", "postgresql://ann@/a%20b?host=/run/x&port=5433"),
        ("host=/run/x,db dbname=d", "postgresql://ann@%2Frun%2Fx:5432,db:5432/d"),
        ("postgresql://db/d?password=hunter2&sslmode=disable", "postgresql://ann@db:5432/d"),
    ] {
        let info = ConnInfo::parse(text, &env(&[])).unwrap();
        assert_eq!(info.to_string(), expected, "{text}");
        assert_eq!(format!("{info:?}"), format!("ConnInfo({expected})"));
        assert_eq!(shown(expected, &[]), expected, "what is shown can be given again");
    }
}

#[test]
fn what_is_given_wins_over_the_service_and_that_over_the_environment() {
    let file = Temporary::new("service", "[clinic]\nhost=from-service\ndbname=from-service\n");
    let vars = [
        ("PGSERVICEFILE", file.path()),
        ("PGSERVICE", "clinic"),
        ("PGHOST", "from-env"),
        ("PGDATABASE", "from-env"),
        ("PGUSER", "from-env"),
        ("PGPORT", "6000"),
    ];
    assert_eq!(shown("", &vars), "postgresql://from-env@from-service:6000/from-service");
    assert_eq!(shown("dbname=given", &vars), "postgresql://from-env@from-service:6000/given");
    assert_eq!(shown("", &vars[2..]), "postgresql://from-env@from-env:6000/from-env");
    let by_url = shown("postgresql:///?service=clinic", &[("PGSERVICEFILE", file.path())]);
    assert_eq!(by_url, "postgresql://ann@from-service:5432/from-service");
    assert!(refused("service=nope", &vars).starts_with("service `nope`: not defined; looked for"));
}

#[test]
fn the_environment_alone_is_enough() {
    let env = env(&[("PGHOST", "db"), ("PGDATABASE", "clinic"), ("PGPASSWORD", "hunter2")]);
    let info = ConnInfo::from_env(&env).unwrap();
    assert_eq!(info.to_string(), "postgresql://ann@db:5432/clinic");
    assert_eq!(info.password(&info.servers[0]), Some(("hunter2", None)));
    assert!(ConnInfo::names_a_server(&env));
}

#[test]
fn only_three_variables_name_a_server() {
    for (name, expected) in [
        ("PGHOST", true),
        ("PGSERVICE", true),
        ("PGDATABASE", true),
        ("PGUSER", false),
        ("PGPORT", false),
    ] {
        assert_eq!(ConnInfo::names_a_server(&env(&[(name, "x")])), expected, "{name}");
    }
    assert!(!ConnInfo::names_a_server(&env(&[("PGHOST", "")])));
}

#[test]
fn wrong_values_are_answered_with_what_was_expected() {
    for (text, expected) in [
        (
            "port=abc",
            "invalid value `abc` for connection parameter `port`: expected a number from 1 to \
             65535",
        ),
        ("port=70000", "a number from 1 to 65535"),
        ("host=a,b port=1,2,3", "`port` has 3 entries for 2 servers"),
        ("host=a,b hostaddr=10.0.0.1", "`host` has 2 entries and `hostaddr` has 1"),
        ("hostaddr=db.example", "a numeric address"),
        ("connect_timeout=soon", "expected a whole number"),
        (
            "target_session_attrs=master",
            "expected any, read-write, read-only, primary, standby, prefer-standby",
        ),
        ("host=@abstract", "abstract sockets"),
        ("gssencmode=require", "`gssencmode=require` is not supported"),
        ("mysql://u:hunter2@h/d", "`mysql://` is not the scheme"),
        ("postgresql+psycopg2://u:hunter2@h/d", "`postgresql+psycopg2://` is not the scheme"),
        ("clinic", "neither a URL nor a list"),
        ("host=h user", "without `=`"),
    ] {
        let message = refused(text, &[]);
        assert!(message.contains(expected) && !message.contains("hunter2"), "{text}: {message}");
    }
}

#[test]
fn without_a_user_there_is_no_connection() {
    let nobody = Env { user: None, ..env(&[]) };
    assert_eq!(ConnInfo::parse("host=db", &nobody).unwrap_err(), ConnectError::NoUser);
}

#[test]
fn the_password_file_serves_the_database_that_is_connected_to() {
    let file = Temporary::new(
        "pass",
        "db:5432:one:ann:first\ndb:5432:two:ann:second\nlocalhost:*:*:*:local\n",
    );
    let info = ConnInfo::parse("host=db dbname=one", &env(&[("PGPASSFILE", file.path())])).unwrap();
    let password =
        |info: &ConnInfo| info.password(&info.servers[0]).map(|(text, _)| text.to_owned());
    assert_eq!(password(&info).as_deref(), Some("first"));
    assert_eq!(password(&info.with_database("two")).as_deref(), Some("second"));
    assert_eq!(password(&info.with_database("three")), None);
    for (host, expected) in [("/tmp", Some("local")), ("/somewhere/else", None)] {
        let text = format!("host={host} passfile={}", file.path());
        assert_eq!(password(&ConnInfo::parse(&text, &env(&[])).unwrap()).as_deref(), expected);
    }
}

#[test]
fn a_password_file_that_others_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let file = Temporary::new("open-pass", "*:*:*:*:hunter2\n");
    std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o644)).unwrap();
    let info = ConnInfo::parse("host=db", &env(&[("PGPASSFILE", file.path())])).unwrap();
    assert_eq!(info.password(&info.servers[0]), None);
    assert!(info.warnings()[0].contains("group or world access"), "{:?}", info.warnings());
}

#[test]
fn without_a_host_the_socket_decides_and_else_this_machine() {
    let dir = std::env::temp_dir().join(format!("sockets-{}", std::process::id()));
    let (empty, full) = (dir.join("empty"), dir.join("full"));
    for dir in [&empty, &full] {
        std::fs::create_dir_all(dir).unwrap();
    }
    std::fs::write(full.join(".s.PGSQL.5432"), "").unwrap();
    let (empty, full) = (empty.to_str().unwrap(), full.to_str().unwrap());
    assert_eq!(default_host(&[empty, full], 5432), full);
    assert_eq!(default_host(&[empty, full], 5433), empty);
    assert_eq!(default_host(&["/nonexistent"], 5432), "localhost");
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn timeouts_of_zero_or_less_are_none() {
    for (text, expected) in [("0", None), ("-1", None), ("7", Some(Duration::from_secs(7)))] {
        let info = ConnInfo::parse(&format!("host=h connect_timeout={text}"), &env(&[])).unwrap();
        assert_eq!(info.connect_timeout, expected);
    }
}
