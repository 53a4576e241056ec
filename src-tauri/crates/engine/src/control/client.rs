//! The end that asks; blocking, with a bound, for programs that ask once and go.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Answer, Ask, ENDING, LONGEST_ANSWER, Question, Reply, VERSION, socket_path};

const PATIENCE: Duration = Duration::from_secs(10);

/// A program that runs and can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    path: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody is there any more.
    #[error("nothing is running there")]
    Gone,
    /// Somebody is there and says nothing in time.
    #[error("it runs but did not answer within {} s", PATIENCE.as_secs())]
    Silent,
    /// It speaks another version of these lines.
    #[error("it runs another version of Driftless; restart it, or use the command of that version")]
    OtherVersion,
    /// It said something else than an answer.
    #[error("its answer could not be read: {0}")]
    Unreadable(String),
}

/// All that runs of this person, by the name of the socket.
pub fn instances(runtime_dir: &Path) -> Vec<Instance> {
    let Ok(entries) = std::fs::read_dir(runtime_dir) else { return Vec::new() };
    let mut found: Vec<Instance> = entries
        .flatten()
        .map(|entry| Instance { path: entry.path() })
        .filter(|i| i.path.extension().is_some_and(|e| e == ENDING) && i.connect().is_ok())
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The one that runs this configuration, if it does.
pub fn find(runtime_dir: &Path, identity: &str) -> Option<Instance> {
    let instance = Instance { path: socket_path(runtime_dir, identity) };
    instance.connect().is_ok().then_some(instance)
}

impl Instance {
    fn connect(&self) -> Result<UnixStream, NoAnswer> {
        let stream = UnixStream::connect(&self.path).map_err(|_| NoAnswer::Gone)?;
        let both = stream.set_read_timeout(Some(PATIENCE)).and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
        both.map_err(|_| NoAnswer::Gone)?;
        Ok(stream)
    }

    /// Asks one question.
    pub fn ask(&self, ask: &Ask) -> Result<Answer, NoAnswer> {
        let mut stream = self.connect()?;
        let question = Question { v: VERSION, ask: ask.clone() };
        let mut line = serde_json::to_vec(&question).map_err(|e| NoAnswer::Unreadable(e.to_string()))?;
        line.push(b'\n');
        stream.write_all(&line).map_err(|e| why(&e))?;
        let mut answer = Vec::new();
        BufReader::new(stream.take(LONGEST_ANSWER)).read_until(b'\n', &mut answer).map_err(|e| why(&e))?;
        if answer.is_empty() {
            return Err(NoAnswer::Gone);
        }
        match serde_json::from_slice::<Reply>(&answer) {
            Ok(Reply { answer: Answer::Refused(code), .. }) if code == "version" => Err(NoAnswer::OtherVersion),
            Ok(Reply { v: VERSION, answer }) => Ok(answer),
            Ok(_) => Err(NoAnswer::OtherVersion),
            Err(e) => Err(NoAnswer::Unreadable(e.to_string())),
        }
    }
}

fn why(error: &io::Error) -> NoAnswer {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => NoAnswer::Silent,
        _ => NoAnswer::Gone,
    }
}
