//! A server of a test's own: a cluster in a temporary directory, reached by a socket in it.

use super::Error;
use super::client::Session;
use super::install::{self, Origin, run};
use ::postgres::config::Host;
use ::postgres::{Client, Config, NoTls};
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Runs the server until standard input closes, then stops it and removes its directory. Standard
/// input closes when the test is done with the server and also when the test process is killed, so
/// no server outlives its test. A line on standard input starts the server again if it is gone.
const KEEPER: &str = r#"
directory=$1; shift
"$@" >"$directory/log" 2>&1 </dev/null &
server=$!
while read -r line; do
    kill -0 $server 2>/dev/null && continue
    wait $server 2>/dev/null
    "$@" >>"$directory/log" 2>&1 </dev/null &
    server=$!
done
kill -INT $server 2>/dev/null
rounds=0
while kill -0 $server 2>/dev/null && [ $rounds -lt 100 ]; do sleep 0.1; rounds=$((rounds + 1)); done
kill -KILL $server 2>/dev/null
wait $server 2>/dev/null
rm -rf -- "$directory"
"#;

/// How long a server may take until it answers; generous, for machines under load.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A PostgreSQL server. Stops when dropped.
pub struct Server {
    major: u32,
    config: Config,
    kind: Kind,
    /// The databases of [`Server::connect_apart`].
    databases: Mutex<Vec<String>>,
}

enum Kind {
    /// Started here; its keeper, whose standard input keeps it running, and its directory.
    Own { keeper: Child, directory: PathBuf },
    /// Somebody else's; this database on it is ours.
    Foreign { dsn: Box<Config>, database: String },
}

impl Server {
    /// A server of a major version with an empty database.
    ///
    /// # Errors
    ///
    /// When neither the environment nor npm has such a server, or when it does not start.
    pub fn start(major: u32) -> Result<Self, Error> {
        match install::find(major)? {
            Origin::Running(dsn) => Self::foreign(major, &dsn),
            Origin::Programs(programs) => Self::own(major, &programs, None),
        }
    }

    /// A server that listens at a port of 127.0.0.1 as well: what is tested needs a network.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the server of the version is somebody else's.
    pub fn start_on_network(major: u32) -> Result<Self, Error> {
        let Origin::Programs(programs) = install::find(major)? else {
            return Err(Error::NotOwn);
        };
        // Free a moment ago; nobody else is likely to take it.
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(Error::io("a port of 127.0.0.1"))?
            .port();
        Self::own(major, &programs, Some(port))
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.config.get_ports().first().copied().unwrap_or(5432)
    }

    /// Its directory, which it may write to.
    ///
    /// # Errors
    ///
    /// When the server is somebody else's.
    pub fn directory(&self) -> Result<&Path, Error> {
        match &self.kind {
            Kind::Own { directory, .. } => Ok(directory),
            Kind::Foreign { .. } => Err(Error::NotOwn),
        }
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// When the server does not accept it.
    pub fn connect(&self) -> Result<Session, Error> {
        Ok(Session::new(self.config.connect(NoTls)?))
    }

    /// Opens a connection to a new database, which is removed together with the server.
    ///
    /// # Errors
    ///
    /// When the server does not make it.
    pub fn connect_apart(&self) -> Result<Session, Error> {
        let mut databases = self
            .databases
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let database = format!(
            "{}_{}",
            self.config.get_dbname().unwrap_or("postgres"),
            databases.len()
        );
        self.config
            .connect(NoTls)?
            .batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0"))?;
        let mut config = self.config.clone();
        config.dbname(&database);
        databases.push(database);
        Ok(Session::new(config.connect(NoTls)?))
    }

    /// Its major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The address of its database, for any client.
    #[must_use]
    pub fn dsn(&self) -> String {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let host = hosts.collect::<Vec<_>>().join(",");
        let port = self.port();
        let user = self.config.get_user().unwrap_or("postgres");
        let database = self.config.get_dbname().unwrap_or("postgres");
        let password = self
            .config
            .get_password()
            .map_or(String::new(), |password| {
                format!(" password='{}'", String::from_utf8_lossy(password))
            });
        format!("host={host} port={port} user={user} dbname={database}{password}")
    }

    /// The process of its postmaster.
    ///
    /// # Errors
    ///
    /// When the server is somebody else's, or does not run.
    pub fn pid(&self) -> Result<u32, Error> {
        let Kind::Own { directory, .. } = &self.kind else {
            return Err(Error::NotOwn);
        };
        let path = directory.join("data/postmaster.pid");
        let what = || path.display().to_string();
        let text = fs::read_to_string(&path).map_err(Error::io(what()))?;
        let first = text.lines().next().unwrap_or_default();
        first
            .parse()
            .map_err(|_| Error::io(what())(std::io::ErrorKind::InvalidData.into()))
    }

    /// Kills its postmaster, as a failing machine would. The server is gone until
    /// [`restart`](Self::restart).
    ///
    /// # Errors
    ///
    /// When the server is somebody else's, or does not run.
    pub fn kill(&self) -> Result<(), Error> {
        run(Command::new("kill")
            .arg("-KILL")
            .arg(self.pid()?.to_string()))
    }

    /// Starts it again after [`kill`](Self::kill), and waits until it has recovered.
    ///
    /// # Errors
    ///
    /// When the server is somebody else's, or does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        let Kind::Own { keeper, directory } = &mut self.kind else {
            return Err(Error::NotOwn);
        };
        let directory = directory.clone();
        let mut keeper_input = keeper.stdin.take();
        let started = Instant::now();
        let ready = loop {
            if let Some(input) = &mut keeper_input {
                // Again and again: while backends of the old postmaster are there, it refuses.
                writeln!(input).map_err(Error::io("the server's keeper"))?;
            }
            if self.config.connect(NoTls).is_ok() || started.elapsed() > START_LIMIT {
                break self.wait_until_ready(&directory);
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        if let Kind::Own { keeper, .. } = &mut self.kind {
            keeper.stdin = keeper_input;
        }
        ready
    }

    fn foreign(major: u32, dsn: &str) -> Result<Self, Error> {
        let dsn = Config::from_str(dsn)?;
        let mut client = dsn.connect(NoTls)?;
        let database = format!(
            "rqg_test_{}_{}",
            std::process::id(),
            std::time::UNIX_EPOCH
                .elapsed()
                .unwrap_or_default()
                .as_nanos()
        );
        client.batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0"))?;
        let mut config = dsn.clone();
        config.dbname(&database);
        Ok(Self {
            major,
            config,
            kind: Kind::Foreign {
                dsn: Box::new(dsn),
                database,
            },
            databases: Mutex::default(),
        })
    }

    fn own(major: u32, programs: &Path, network: Option<u16>) -> Result<Self, Error> {
        let directory = tempfile::Builder::new()
            .prefix("rqg-postgres-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .map_err(Error::io("a directory in /tmp"))?;
        let user = User::for_server(directory.path())?;
        let data = directory.path().join("data");
        run(user
            .command(&programs.join("initdb"))
            .arg("-D")
            .arg(&data)
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8"])
            .args(["--locale=C", "--no-sync"])
            .current_dir("/"))?;

        // From here on the keeper removes the directory.
        let directory = directory.keep();
        let keeper = user
            .command(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "keeper"])
            .arg(&directory)
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&directory)
            .args(["-h", network.map_or("", |_| "127.0.0.1")])
            .args(["-p", &network.unwrap_or(5432).to_string()])
            .args(["-c", "max_connections=20"])
            .args(["-c", "fsync=off", "-c", "synchronous_commit=off"])
            .args(["-c", "full_page_writes=off", "-c", "shared_buffers=32MB"])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::io("/bin/sh"))?;
        let mut config = Config::new();
        config
            .host_path(&directory)
            .port(network.unwrap_or(5432))
            .user("postgres")
            .dbname("postgres");
        let server = Self {
            major,
            config,
            kind: Kind::Own {
                keeper,
                directory: directory.clone(),
            },
            databases: Mutex::default(),
        };
        server.wait_until_ready(&directory)?;
        Ok(server)
    }

    fn wait_until_ready(&self, directory: &Path) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            match self.config.connect(NoTls) {
                Ok(_) => return Ok(()),
                Err(error) if started.elapsed() > START_LIMIT => {
                    return Err(Error::NotReady {
                        major: self.major,
                        reason: error.to_string(),
                        log: fs::read_to_string(directory.join("log")).unwrap_or_default(),
                    });
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that is failing already should fail for its own reason, so errors stay unsaid.
        match &mut self.kind {
            Kind::Own { keeper, .. } => {
                drop(keeper.stdin.take());
                keeper.wait().ok();
            }
            Kind::Foreign { dsn, database } => {
                if let Ok(mut client) = dsn.connect(NoTls) {
                    let more = self.databases.get_mut();
                    for database in more.unwrap_or_else(std::sync::PoisonError::into_inner) {
                        drop_database(&mut client, database);
                    }
                    drop_database(&mut client, database);
                }
            }
        }
    }
}

fn drop_database(client: &mut Client, database: &str) {
    client
        .batch_execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        ))
        .ok();
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {database}"))
        .ok();
}

/// Who runs the server: PostgreSQL refuses to run as root.
enum User {
    /// Whoever runs the tests.
    Same,
    /// `nobody`, by its numbers.
    Other { user: u32, group: u32 },
}

impl User {
    /// The user for a server whose cluster lies in `directory`, which becomes that user's.
    fn for_server(directory: &Path) -> Result<Self, Error> {
        let what = || directory.display().to_string();
        if fs::metadata(directory).map_err(Error::io(what()))?.uid() != 0 {
            return Ok(Self::Same);
        }
        let (user, group) = nobody();
        chown(directory, Some(user), Some(group)).map_err(Error::io(what()))?;
        Ok(Self::Other { user, group })
    }

    /// A command that runs as this user. For another user the standard library also drops the
    /// supplementary groups.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_remove("PGDATA").env("LC_ALL", "C");
        if let Self::Other { user, group } = *self {
            command.uid(user).gid(group).env("HOME", "/");
        }
        command
    }
}

/// The numbers of the user `nobody`: as the system's list has them, else the usual ones.
fn nobody() -> (u32, u32) {
    let users = fs::read_to_string(PathBuf::from("/etc/passwd")).unwrap_or_default();
    users
        .lines()
        .find_map(|line| {
            let mut fields = line.strip_prefix("nobody:")?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .unwrap_or((65534, 65534))
}
