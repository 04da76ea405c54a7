//! The pool of connections.

use crate::classify::fault;
use crate::outcome::Fault;
use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use std::future::poll_fn;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connections to one database.
pub type Pool = managed::Pool<Manager>;

/// A connection of the pool; back in it when dropped.
pub type Object = managed::Object<Manager>;

/// Makes connections.
pub struct Manager {
    /// The address and the login.
    pub config: Config,
    /// TLS.
    pub tls: MakeRustlsConnect,
}

/// A connection.
pub struct Link {
    client: Client,
    farewell: Arc<Mutex<Option<Fault>>>,
    task: JoinHandle<()>,
}

impl Link {
    /// What the server said when it ended the session, beside the answers to statements: it warns
    /// of the crash of another backend (57P02), and of a shutdown between two statements.
    pub fn farewell(&self) -> Option<Fault> {
        self.farewell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Deref for Link {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl managed::Manager for Manager {
    type Type = Link;
    type Error = Error;

    async fn create(&self) -> Result<Link, Error> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await?;
        let farewell = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&farewell);
        let task = tokio::spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                let said = match &message {
                    Ok(AsyncMessage::Notice(notice)) => Some(notice),
                    Ok(_) => None,
                    Err(error) => error.as_db_error(),
                };
                // The class of an operator's intervention.
                if let Some(said) = said.filter(|said| said.code().code().starts_with("57P")) {
                    *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault(said));
                }
                if message.is_err() {
                    return;
                }
            }
        });
        Ok(Link {
            client,
            farewell,
            task,
        })
    }

    async fn recycle(&self, link: &mut Link, _: &Metrics) -> RecycleResult<Error> {
        if link.is_closed() {
            Err(RecycleError::message("the connection is closed"))
        } else {
            Ok(())
        }
    }
}
