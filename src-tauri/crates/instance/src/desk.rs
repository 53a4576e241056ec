//! What a running instance answers over its control socket.

use std::time::Duration;

use driftless_core::mirror::{Reply, Request};
use driftless_engine::Handle;
use driftless_engine::control::{Answer, Answers, Ask, MOST_ENTRIES, Report};
use tokio::sync::mpsc::UnboundedSender;

/// So long the watcher may take to say up to when everything is told.
const FRESH: Duration = Duration::from_millis(500);

/// Passes questions on to the engine.
pub struct Desk {
    /// Who knows.
    pub engine: Handle,
    /// The configuration, as a person calls it.
    pub config: String,
    /// Where a request to end goes.
    pub stop: UnboundedSender<()>,
}

impl Answers for Desk {
    async fn answer(&self, ask: Ask) -> Answer {
        match ask {
            Ask::Status => Answer::Status(Box::new(Report {
                pid: std::process::id(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                config: self.config.clone(),
                status: (*self.engine.fresh_status(FRESH).await).clone(),
            })),
            Ask::Waiting { sync, from, count } => self.page(sync, from, count).await,
            Ask::Pause { sync, until_wall_ms } => self.request(Request::Pause { sync, until_wall_ms }).await,
            Ask::Allow { sync } => self.request(Request::Allow { sync }).await,
            Ask::Anyway { sync } => self.request(Request::Anyway { sync }).await,
            Ask::Rehearse { sync } => self.request(Request::Rehearse { sync }).await,
            Ask::Resume { sync } => self.request(Request::Resume { sync }).await,
            Ask::Sync { sync } => self.request(Request::SyncNow { sync }).await,
            Ask::Stop => match self.stop.send(()) {
                Ok(()) => Answer::Done(Vec::new()),
                Err(_) => ending(),
            },
        }
    }
}

impl Desk {
    async fn page(&self, asked: String, from: usize, count: usize) -> Answer {
        let status = self.engine.status();
        let Some(sync) = status.syncs.iter().find(|s| s.id == asked || s.name == asked) else {
            return Answer::NoSuchSync { asked, known: status.syncs.iter().map(|s| s.name.clone()).collect() };
        };
        match self.engine.waiting(sync.key, from, count.min(MOST_ENTRIES)).await {
            Ok(entries) => Answer::Waiting(entries),
            Err(_) => ending(),
        }
    }

    async fn request(&self, request: Request) -> Answer {
        match self.engine.ask(request).await {
            Ok(Reply::Done(ids)) => Answer::Done(ids),
            Ok(Reply::NoSuchSync { asked, known }) => Answer::NoSuchSync { asked, known },
            Err(_) => ending(),
        }
    }
}

fn ending() -> Answer {
    Answer::Refused("ending".to_owned())
}
