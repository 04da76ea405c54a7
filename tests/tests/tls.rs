//! Encrypted connections, and what of the server's certificate is looked at.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rqg_server::executor::Rules;
use rqg_server::outcome::Outcome;
use rqg_server::{Dsn, Options, Server};
use rqg_tests::exec::{count, run, settings};
use rqg_tests::postgres;
use std::fs;
use std::path::Path;

/// Somebody who issues certificates.
fn issuer() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("an issuer")
}

/// Makes the server write a file that only it may read.
fn write(session: &mut postgres::Session, path: &Path, text: &str) {
    let command = format!(
        "COPY (SELECT unnest(string_to_array('{}', E'\\n'))) TO PROGRAM 'umask 077; cat > {}'",
        text.trim_end(),
        path.display()
    );
    session.execute(&command).expect("a file");
}

/// A server whose certificate is for `localhost`.
fn encrypted(certificate: &str, key: &str) -> postgres::Server {
    let server = postgres::Server::start_on_network(15).expect("a server");
    let directory = server.directory().expect("ours").to_owned();
    let mut session = server.connect().expect("a connection");
    for (setting, file, text) in [
        ("ssl_cert_file", "server.crt", certificate),
        ("ssl_key_file", "server.key", key),
    ] {
        let path = directory.join(file);
        write(&mut session, &path, text);
        session
            .execute(&format!(
                "ALTER SYSTEM SET {setting} = '{}'",
                path.display()
            ))
            .expect("a setting");
    }
    session
        .execute("ALTER SYSTEM SET ssl = on")
        .expect("a setting");
    session
        .execute("SELECT pg_reload_conf()")
        .expect("a reload");
    server
}

#[test]
fn certificates_are_looked_at_as_asked() {
    let (trusted, other) = (issuer(), issuer());
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let certificate = params
        .signed_by(&key, &trusted)
        .expect("a certificate")
        .pem();
    let postgres = encrypted(&certificate, &key.serialize_pem());
    let files = tempfile::tempdir().expect("a directory");
    let file = |name: &str, text: &str| {
        let path = files.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let trusted = file("trusted.pem", &trusted.pem());
    let other = file("other.pem", &other.pem());
    let own = file("own.pem", &certificate);
    let empty = file("empty.pem", "nothing\n");

    let address = |host: &str, more: &str| {
        format!(
            "host={host} hostaddr=127.0.0.1 port={} user=postgres dbname=postgres {more}",
            postgres.port()
        )
    };
    let connect = |host: &str, more: &str| {
        let dsn = Dsn::parse(&address(host, more)).expect("an address");
        Server::connect(&dsn, &Options::default()).map_err(|error| error.to_string())
    };
    let is_encrypted = |server: &Server| {
        let summary = run(server, &settings(1, 1), Rules::default(), |_| {
            vec!["SELECT 1 / ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()".to_owned()]
        });
        count(&summary, Outcome::Ok, "-") == 1
    };

    // The settings have been taken when the first encrypted connection is to be had.
    while connect("localhost", "sslmode=require").is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for (host, more) in [
        ("localhost", String::new()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        (
            "127.0.0.1",
            format!("sslmode=verify-ca sslrootcert={trusted}"),
        ),
        (
            "localhost",
            format!("sslmode=verify-full sslrootcert={trusted}"),
        ),
        (
            "localhost",
            format!("sslmode=verify-full sslrootcert={own}"),
        ),
        ("127.0.0.1", format!("sslmode=verify-ca sslrootcert={own}")),
    ] {
        let server = connect(host, &more).unwrap_or_else(|error| panic!("{more}: {error}"));
        assert!(is_encrypted(&server), "{host} {more}");
    }
    let plain = connect("localhost", "sslmode=disable").expect("a connection");
    assert!(!is_encrypted(&plain));

    for (host, more) in [
        (
            "127.0.0.1",
            format!("sslmode=verify-full sslrootcert={trusted}"),
        ),
        (
            "127.0.0.1",
            format!("sslmode=verify-full sslrootcert={own}"),
        ),
        (
            "localhost",
            format!("sslmode=verify-ca sslrootcert={other}"),
        ),
        ("localhost", format!("sslmode=require sslrootcert={other}")),
    ] {
        let error = connect(host, &more)
            .err()
            .unwrap_or_else(|| panic!("{more}"));
        assert!(error.contains("certificate"), "{error}");
        assert!(
            error.contains("help: check sslmode and sslrootcert"),
            "{error}"
        );
    }
    let error = connect(
        "localhost",
        &format!("sslmode=verify-ca sslrootcert={empty}"),
    );
    assert!(error.err().is_some_and(|error| error.contains("empty.pem")));
}
