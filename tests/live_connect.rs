//! Connecting as a user of libpq knows it: passwords from a file, a service, several hosts, TLS up to the
//! check of the server's name.

mod common;

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// A server that takes passwords over TCP, only with TLS.
struct Secured {
    cluster: Arc<Cluster>,
    folder: Folder,
}

impl Secured {
    /// Starts it, with a certificate for `localhost` by an authority whose own is `root.crt` in the folder.
    async fn start() -> Self {
        let cluster = Cluster::on_tcp(home());
        let folder = Folder::declaring("[table.client.column]\nid = 'integer'\n");
        let (ours, theirs) = (Authority::new(), Authority::new());
        folder.write("root.crt.pem", &ours.certificate.pem());
        folder.write("other.crt.pem", &theirs.certificate.pem());
        let data = cluster.host().join("data");
        let key = rcgen::KeyPair::generate().expect("a key");
        let named = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let signed = named.signed_by(&key, &ours.issuer()).expect("a certificate");
        fs::write(data.join("server.crt"), signed.pem()).expect("server.crt");
        fs::write(data.join("server.key"), key.serialize_pem()).expect("server.key");
        let owner = fs::metadata(data.join("PG_VERSION")).expect("a cluster");
        for file in ["server.crt", "server.key"] {
            let path = data.join(file);
            let (uid, gid) = (
                std::os::unix::fs::MetadataExt::uid(&owner),
                std::os::unix::fs::MetadataExt::gid(&owner),
            );
            std::os::unix::fs::chown(&path, Some(uid), Some(gid)).expect("giving it away");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
        }
        let hba = "local all postgres trust\nlocal all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), hba).expect("pg_hba.conf");
        let database = Database::create(&cluster).await;
        database.execute("create role ada login superuser password 'right:one'").await;
        database.execute("alter system set ssl = on").await;
        database.execute("select pg_reload_conf()").await;
        let secured = Self { cluster, folder };
        // The reload is heard of in a moment.
        for _ in 0..100 {
            let tried = secured.plan("localhost", "require", &[("PGPASSWORD", "right:one")]);
            if tried.code == 0 {
                return secured;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not take TLS");
    }

    fn url(&self, host: &str, parameters: &str) -> String {
        format!("postgresql://ada@{host}:{}/postgres?{parameters}", self.cluster.port())
    }

    fn plan_at(&self, url: &str, environment: &[(&str, &str)]) -> Output {
        let mut run = Plumb::new(&["plan", "--schema", self.folder.arg(), "--url", url]);
        for (name, value) in environment {
            run = run.env(name, value);
        }
        run.run()
    }

    fn plan(&self, host: &str, mode: &str, environment: &[(&str, &str)]) -> Output {
        self.plan_at(&self.url(host, &format!("sslmode={mode}")), environment)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name)
    }
}

struct Authority {
    key: rcgen::KeyPair,
    parameters: rcgen::CertificateParams,
    certificate: rcgen::Certificate,
}

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::new(Vec::<String>::new()).expect("no name");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).expect("a certificate");
        Self { key, parameters, certificate }
    }

    fn issuer(&self) -> rcgen::Issuer<'_, &rcgen::KeyPair> {
        rcgen::Issuer::from_params(&self.parameters, &self.key)
    }
}

const PASSWORD: (&str, &str) = ("PGPASSWORD", "right:one");

fn refused(output: Output, words: &[&str]) {
    let text = format!("{}{}", output.stdout, output.stderr);
    assert_eq!(output.code, 1, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    assert!(!text.contains("right:one") && !text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn a_server_is_who_its_certificate_says_or_is_not_spoken_to() {
    let secured = Secured::start().await;
    let root = secured.path("root.crt.pem");
    let known = format!("sslmode=verify-full&sslrootcert={root}");
    secured.plan_at(&secured.url("localhost", &known), &[PASSWORD]).ok();
    // SCRAM is bound to the certificate.
    let bound = format!("{known}&channel_binding=require");
    secured.plan_at(&secured.url("localhost", &bound), &[PASSWORD]).ok();
    // The name in the certificate is another.
    refused(secured.plan_at(&secured.url("127.0.0.1", &known), &[PASSWORD]), &["127.0.0.1"]);
    // verify-ca does not look at the name.
    let unnamed = format!("sslmode=verify-ca&sslrootcert={root}");
    secured.plan_at(&secured.url("127.0.0.1", &unnamed), &[PASSWORD]).ok();
    // An authority that nobody named.
    let other = secured.path("other.crt.pem");
    for mode in ["verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}&sslrootcert={other}");
        let output = secured.plan_at(&secured.url("localhost", &parameters), &[PASSWORD]);
        refused(output, &["certificate"]);
    }
    // The server refuses what is not encrypted.
    refused(secured.plan("localhost", "disable", &[PASSWORD]), &["pg_hba.conf"]);
}

#[tokio::test]
async fn a_password_comes_from_the_password_file_that_only_its_owner_reads() {
    let secured = Secured::start().await;
    let file = secured.path("passwords");
    let line = format!("localhost:{}:*:ada:right\\:one\n", secured.cluster.port());
    fs::write(&file, format!("elsewhere:5432:*:ada:wrong\n{line}")).expect("a password file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
    let environment = [("PGPASSFILE", file.as_str())];
    secured.plan("localhost", "require", &environment).ok();
    // Whoever may read it may have changed it: libpq does not use it then, and says so.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("its mode");
    refused(secured.plan("localhost", "require", &environment), &["password"]);
}

#[tokio::test]
async fn a_service_and_several_hosts_lead_to_the_server() {
    let secured = Secured::start().await;
    let port = secured.cluster.port();
    secured.folder.write(
        "services.conf",
        &format!(
            "[ward]\nhost=localhost\nport={port}\nuser=ada\ndbname=postgres\nsslmode=require\n"
        ),
    );
    let services = secured.path("services.conf");
    let by_service = [("PGSERVICEFILE", services.as_str()), PASSWORD];
    secured.plan_at("service=ward", &by_service).ok();
    // A server that is not there is passed over.
    let hosts = format!(
        "postgresql://ada@127.0.0.1:1,localhost:{port}/postgres?sslmode=require&connect_timeout=5"
    );
    secured.plan_at(&hosts, &[PASSWORD]).ok();
    // A wrong password is final.
    let wrong = [("PGPASSWORD", "wrong")];
    refused(secured.plan("localhost", "require", &wrong), &["password", "ada"]);
}
