//! The end that answers.
//!
//! Whoever asks is not trusted to behave: a line has a limit, a connection a time, and there are so many at once.

use std::future::Future;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Answer, Ask, LONGEST_ASK, Question, Reply, VERSION, socket_path};

const MOST_CLIENTS: usize = 32;
const IDLE: Duration = Duration::from_secs(30);

/// Who knows the answers.
pub trait Answers: Send + Sync + 'static {
    /// Answers one question.
    fn answer(&self, ask: Ask) -> impl Future<Output = Answer> + Send;
}

/// The open socket; its file is removed when this is dropped.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Opens the socket. The caller holds the lock of the configuration: a socket that is there is a leftover.
    /// To be called inside a tokio runtime.
    pub fn bind(runtime_dir: &Path, identity: &str) -> io::Result<Listener> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(runtime_dir)?;
        let path = socket_path(runtime_dir, identity);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let socket = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Listener { socket, path })
    }

    /// Answers until it is dropped.
    pub async fn serve<A: Answers>(self, answers: Arc<A>) {
        let seats = Arc::new(Semaphore::new(MOST_CLIENTS));
        loop {
            let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { return };
            match self.socket.accept().await {
                Ok((stream, _)) if is_ours(&stream) => {
                    let answers = Arc::clone(&answers);
                    tokio::spawn(async move {
                        let _seat = seat;
                        // A client that goes away in the middle is its own affair.
                        let _ = converse(stream, &*answers).await;
                    });
                }
                Ok(_) => {}
                // Out of descriptors, most likely: they come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The same person, or root.
fn is_ours(stream: &UnixStream) -> bool {
    let me = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == me || peer.uid() == 0)
}

async fn converse<A: Answers>(stream: UnixStream, answers: &A) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    while let Some(line) = timeout(IDLE, next_line(&mut read)).await?? {
        let answer = match line {
            Line::TooLong => Answer::Refused("bad-request".to_owned()),
            Line::Whole(text) => match serde_json::from_slice::<Question>(&text) {
                Ok(question) if question.v == VERSION => answers.answer(question.ask).await,
                Ok(_) => Answer::Refused("version".to_owned()),
                Err(_) => Answer::Refused(version_or_bad(&text).to_owned()),
            },
        };
        let last = matches!(&answer, Answer::Refused(why) if why == "bad-request");
        let mut out = serde_json::to_vec(&Reply { v: VERSION, answer })?;
        out.push(b'\n');
        timeout(IDLE, write.write_all(&out)).await??;
        if last {
            break;
        }
    }
    Ok(())
}

/// A newer client may ask what this version cannot read: it is to hear that, not that it is wrong.
fn version_or_bad(text: &[u8]) -> &'static str {
    #[derive(serde::Deserialize)]
    struct Versioned {
        v: u32,
    }
    match serde_json::from_slice::<Versioned>(text) {
        Ok(Versioned { v }) if v != VERSION => "version",
        _ => "bad-request",
    }
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

async fn next_line<R: AsyncBufRead + Unpin>(read: &mut R) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let limit = u64::try_from(LONGEST_ASK).unwrap_or(u64::MAX);
    read.take(limit).read_until(b'\n', &mut line).await?;
    Ok(match line.last() {
        None => None,
        Some(b'\n') => Some(Line::Whole(line)),
        Some(_) if line.len() >= LONGEST_ASK => Some(Line::TooLong),
        Some(_) => None,
    })
}
