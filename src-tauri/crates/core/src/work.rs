//! What the engine is to run, as data: loggable, testable, without a secret in it.

use std::time::Duration;

use crate::native::Native;
use crate::paths::{RelPath, show_bytes};
use crate::plan::Password;
use crate::ssh::SshCall;

/// One child process.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandSpec {
    /// The program: a path, or a name to be found in PATH.
    pub program: String,
    /// Its words.
    pub args: Vec<Arg>,
    /// What it reads.
    pub stdin: Stdin,
    /// Where it starts.
    pub cwd: Cwd,
    /// End it when it makes no progress for so long (no output, no bytes moved); [`Duration::MAX`]: never.
    pub stall: Duration,
    /// It runs long and can wait: others go first, on the processor and on the disk.
    pub low: bool,
    /// The same, where we do it ourselves: this first, and the child only for what it leaves.
    pub native: Option<Box<Native>>,
}

/// One word of a command line.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// As it is.
    Word(String),
    /// `prefix` followed by the path of a descriptor (`/dev/fd/N`) from which the child reads the secret. The engine
    /// resolves it at the start of each run and writes it into a pipe.
    Secret {
        /// For example `--password-file=`.
        prefix: String,
        /// Where the secret is.
        from: Password,
    },
    /// `prefix` followed by the path of a descriptor from which the child reads these bytes (long filter lists).
    Inline {
        /// For example `--filter=. `.
        prefix: String,
        /// What it reads.
        content: Vec<u8>,
    },
    /// ssh's own words, up to the machine; a command for the far side follows.
    SshItself {
        /// How it is called.
        call: SshCall,
        /// The socket of the kept connection.
        socket: Option<String>,
    },
    /// rsync's remote shell (`--rsh=`). The engine finds the program, and puts in the connection that it keeps.
    Ssh {
        /// How it is called.
        call: SshCall,
        /// The socket of the kept connection; `None`: each run connects by itself.
        socket: Option<String>,
    },
}

/// What a child reads on standard input.
#[derive(Debug, Clone, PartialEq)]
pub enum Stdin {
    /// Nothing.
    Null,
    /// This, complete in memory before the start: a list that ends early would be obeyed.
    Bytes(Vec<u8>),
    /// The files below the working directory that the sync does not leave out, as the engine finds them when it starts the run:
    /// each as `./path` from there, ended by NUL. If they are too small to matter, the run is not made, and counts as made.
    Files,
}

/// Where a child starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cwd {
    /// In the very source directory that was looked at (its descriptor, not its path).
    Source,
    /// In this folder below it, entered without following a link.
    Below(RelPath),
    /// In `/`.
    Root,
}

impl CommandSpec {
    /// The command line for a log: one bracket for each word, secrets and descriptors by name only.
    pub fn shown(&self) -> String {
        let mut out = self.program.clone();
        for arg in &self.args {
            if let Arg::SshItself { call, socket } = arg {
                for word in call.towards(socket.as_deref()) {
                    out.push_str(&format!(" [{}]", show_bytes(word.as_bytes())));
                }
                continue;
            }
            let word = match arg {
                Arg::SshItself { .. } => continue,
                Arg::Word(word) => show_bytes(word.as_bytes()),
                Arg::Secret { prefix, .. } => format!("{prefix}/dev/fd/N"),
                Arg::Inline { prefix, .. } => format!("{prefix}/dev/fd/N"),
                Arg::Ssh { call, socket } => {
                    let rsh = call.rsh(&call.program, socket.as_deref());
                    format!("--rsh={}", show_bytes(rsh.as_bytes()))
                }
            };
            out.push_str(&format!(" [{word}]"));
        }
        out
    }
}
