//! Syslog: datagrams to `/dev/log`.
//!
//! The `syslog` crate takes its times from the `time` crate, which falls back to UTC in a process with threads, and it
//! does not reconnect; what is needed is one socket and one line.

use std::io;
use std::os::unix::net::UnixDatagram;

const SOCKET: &str = "/dev/log";
const FACILITIES: [&str; 24] = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "security",
    "console",
    "solaris-cron",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
];

/// The number of a facility, given by name (in any case) or as a number.
pub fn facility(word: &str) -> Option<u8> {
    if let Ok(number) = word.parse::<u8>() {
        return (usize::from(number) < FACILITIES.len()).then_some(number);
    }
    let word = word.to_ascii_lowercase();
    FACILITIES.iter().position(|f| *f == word).and_then(|n| u8::try_from(n).ok())
}

/// The way to the system's log.
#[derive(Debug, Default)]
pub struct Syslog {
    socket: Option<UnixDatagram>,
}

impl Syslog {
    /// Sends one datagram; connects first if need be, and once more if the system's log was restarted.
    pub fn send(&mut self, datagram: &str) -> io::Result<()> {
        if let Some(socket) = &self.socket
            && socket.send(datagram.as_bytes()).is_ok()
        {
            return Ok(());
        }
        let socket = UnixDatagram::unbound()?;
        socket.connect(SOCKET)?;
        // A log that does not keep up must not hold up the mirror.
        socket.set_nonblocking(true)?;
        let sent = socket.send(datagram.as_bytes());
        self.socket = Some(socket);
        sent.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_have_names_and_numbers() {
        assert_eq!(facility("user"), Some(1));
        assert_eq!(facility("LOCAL7"), Some(23));
        assert_eq!(facility("3"), Some(3));
        assert_eq!(facility("24"), None);
        assert_eq!(facility("nonsense"), None);
    }
}
