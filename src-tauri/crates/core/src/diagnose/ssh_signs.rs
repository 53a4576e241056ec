//! Lines of ssh, and of the shell it starts at the far side, that name the cause of a whole run's failure. They have no prefix.
//!
//! ssh is called with `LogLevel=ERROR`, so banners and notes do not come. rsync adds its own lines behind them.

use super::codes::FailureCode::{self, *};
use super::signs::connect_errno;

/// What ssh says when the other side is there and then is not.
const BROKEN: [&str; 9] = [
    "kex_exchange_identification: ",
    "ssh_exchange_identification: ",
    "Connection closed by ",
    "Connection reset by ",
    "Connection to ",
    "client_loop: ",
    "Timeout, server ",
    "Received disconnect from ",
    "Disconnected from ",
];

/// What ssh says of its own configuration.
const OPTIONS: [&str; 6] = [
    "command-line: line ",
    "command-line line ",
    "Bad owner or permissions on ",
    "unknown option -- ",
    "Bad port ",
    "Unsupported option ",
];

/// About the shared connection: each session falls back to a connection of its own.
const NOISE: [&str; 7] = [
    "mux_client_",
    "muxclient: ",
    "muxclient_",
    "Control socket connect(",
    "ControlSocket ",
    "Session open refused by peer",
    "Master refused ",
];

/// What stands around the lines that tell, of a changed key and of an open one.
const PROSE: [&str; 17] = [
    "@@@@@",
    "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!",
    "Someone could be eavesdropping on you",
    "It is also possible that a host key has just been changed",
    "The fingerprint for the ",
    "SHA256:",
    "Please contact your system administrator",
    "Add correct host key in ",
    "Offending ",
    "  remove with:",
    "  ssh-keygen -f ",
    "Host key for ",
    "Permissions 0",
    "It is required that your private key files are NOT accessible",
    "This private key will be ignored.",
    "Load key ",
    "(see the rsync manpage for an explanation)",
];

/// Reads a line as the cause of a failure; `put` takes what its sentence fills in.
pub(super) fn shell(text: &str, put: &mut impl FnMut(&str, &str)) -> Option<FailureCode> {
    put("reason", text);
    if let Some(rest) = text.strip_prefix("ssh: connect to host ") {
        if let Some(port) = rest.split_once(" port ").and_then(|(_, rest)| rest.split(':').next()) {
            put("port", port);
        }
        return Some(connect_errno(text));
    }
    if text.starts_with("ssh: Could not resolve hostname ") {
        return Some(if text.contains("Temporary failure") { ResolverDown } else { HostNotFound });
    }
    let banner = text.trim_matches(|c| c == '@' || c == ' ');
    if banner.starts_with("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED") {
        return Some(HostKeyChanged);
    }
    if banner.starts_with("WARNING: UNPROTECTED PRIVATE KEY FILE") {
        return Some(SshKeyMode);
    }
    let unknown = text.starts_with("No ") && text.contains(" host key is known for ");
    if unknown || text.starts_with("Host key verification failed") {
        return Some(HostKeyUnknown);
    }
    if text.starts_with("Warning: Identity file ") {
        return Some(SshKeyMissing);
    }
    if text.contains("Too many authentication failures")
        || (text.contains(": Permission denied (") && text.ends_with(")."))
    {
        return Some(SshKeyRefused);
    }
    if text.starts_with("Unable to negotiate with ") {
        return Some(SshNoCommon);
    }
    if OPTIONS.iter().any(|stem| text.starts_with(stem)) || text.contains(": Bad configuration option: ") {
        return Some(SshOptions);
    }
    if text.starts_with("Connection timed out during banner exchange") {
        return Some(ConnectTimeout);
    }
    if BROKEN.iter().any(|stem| text.starts_with(stem)) {
        return Some(ConnectionLost);
    }
    let shells = ["bash: ", "sh: ", "zsh:", "ash: ", "dash: ", "ksh: ", "fish: "];
    let bare = text.trim_start_matches('-');
    let bare = bare.strip_prefix("/bin/").or_else(|| bare.strip_prefix("/usr/bin/")).unwrap_or(bare);
    let from_shell = shells.iter().any(|shell| bare.starts_with(shell));
    if from_shell && (text.contains("not found") || text.ends_with("No such file or directory")) {
        return Some(RemoteRsyncMissing);
    }
    (from_shell && text.ends_with("Permission denied")).then_some(RemoteRsyncNotExecutable)
}

/// True if a line tells nothing of its own.
pub(super) fn is_noise(raw: &[u8]) -> bool {
    NOISE.iter().chain(&PROSE).any(|stem| raw.starts_with(stem.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_known_for_what_it_says() {
        let cases = [
            ("ssh: connect to host nas port 2222: Connection refused", ConnectionRefused),
            ("ssh: connect to host nas port 22: No route to host", NoRoute),
            ("ssh: Could not resolve hostname nas: Name or service not known", HostNotFound),
            ("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", HostKeyChanged),
            ("No RSA host key is known for nas and you have requested strict checking.", HostKeyUnknown),
            ("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", SshKeyRefused),
            ("u@nas: Permission denied (publickey).", SshKeyRefused),
            ("Unable to negotiate with 10.0.0.1 port 22: no matching host key type found.", SshNoCommon),
            ("command-line: line 0: Bad configuration option: nonsense", SshOptions),
            ("/home/u/.ssh/config: line 3: Bad configuration option: nonsense", SshOptions),
            ("Timeout, server nas not responding.", ConnectionLost),
            ("-bash: line 1: rsync: command not found", RemoteRsyncMissing),
            ("/bin/sh: 1: rsync: not found", RemoteRsyncMissing),
            ("bash: line 1: /opt/rsync: Permission denied", RemoteRsyncNotExecutable),
        ];
        for (line, code) in cases {
            assert_eq!(shell(line, &mut |_, _| ()), Some(code), "{line}");
        }
        assert_eq!(shell("something else", &mut |_, _| ()), None);
        let mut port = String::new();
        shell(cases[0].0, &mut |name, value| {
            if name == "port" {
                port = value.to_owned();
            }
        });
        assert_eq!(port, "2222");
    }

    #[test]
    fn the_most_telling_of_two_lines_stands_first() {
        assert!(HostKeyChanged < HostKeyUnknown, "a changed key ends as an unknown one does");
        assert!(SshKeyMode < SshKeyRefused && SshKeyMissing < SshKeyRefused && SshKeyLocked < SshKeyRefused);
        assert!(SshKeyRefused < ConnectionLost && SshOptions < ConnectionLost);
    }
}
