//! Lines that name the cause of a whole run's failure, each anchored at its beginning so that a file name cannot
//! pass for one. The texts are those of rsync 3.1 to 3.5, rsyncd and OpenSSH; most are held to recordings in
//! `tests/stderr`.

use std::collections::BTreeMap;

use super::codes::FailureCode::{self, *};
use super::line::{Line, Side, shown};
use super::ssh_signs::shell;

/// What a recognised line fills in.
pub type Args = BTreeMap<String, String>;

/// Longest value of one argument, in characters.
const ARG: usize = 200;

/// Reads a line as the cause of a failure.
pub(super) fn read(line: &Line<'_>) -> Option<(FailureCode, Args)> {
    let whole = shown(line.text, 2_000);
    let mut args = Args::new();
    let mut put = |name: &str, value: &str| {
        args.insert(name.to_owned(), value.chars().take(ARG).collect());
    };
    let text = whole.strip_prefix("Password: @ERROR: ").unwrap_or(&whole);
    let code = if text.len() != whole.len() {
        PasswordMissing
    } else if line.refusal {
        refusal(text, &mut put)
    } else {
        daemon(line, text, &mut put)
            .or_else(|| connection(text, &mut put))
            .or_else(|| own(text, &mut put))
            .or_else(|| shell(text, &mut put))?
    };
    Some((code, args))
}

/// After `@ERROR: `.
fn refusal(text: &str, put: &mut impl FnMut(&str, &str)) -> FailureCode {
    let rules: [(&str, FailureCode); 10] = [
        ("auth failed on module ", AuthFailed),
        ("Unknown module ", UnknownModule),
        ("access denied to ", AccessDenied),
        ("chdir failed", ModuleChdirFailed),
        ("chroot failed", ModuleChdirFailed),
        ("no path setting", ModuleNoPath),
        ("failed to open lock file", ModuleLockFile),
        ("invalid uid ", ModuleIdentity),
        ("invalid gid ", ModuleIdentity),
        ("setuid failed", ModuleIdentity),
    ];
    if let Some(rest) = text.strip_prefix("max connections (") {
        let limit = rest.split(')').next().unwrap_or_default();
        put("limit", limit);
        return if limit.starts_with('-') { ModuleDisabled } else { MaxConnections };
    }
    put("reason", text);
    if text.starts_with("setgid failed") || text.starts_with("setgroups failed") {
        return ModuleIdentity;
    }
    rules.iter().find(|(stem, _)| text.starts_with(stem)).map_or(DaemonRefused, |(_, code)| *code)
}

/// What the daemon's side says in a transfer that it has let begin.
fn daemon(line: &Line<'_>, text: &str, put: &mut impl FnMut(&str, &str)) -> Option<FailureCode> {
    if text.starts_with("module is read only") {
        return Some(ModuleReadOnly);
    }
    if text.starts_with("module is write only") {
        return Some(ModuleWriteOnly);
    }
    if let Some(rest) = text.strip_prefix("The server is configured to refuse ") {
        put("option", rest.split_whitespace().next().unwrap_or_default());
        return Some(RefusedOption);
    }
    if text.starts_with("pre-xfer exec returned failure") || text.starts_with("pre-xfer exec failed") {
        put("reason", text);
        return Some(PreXferRefused);
    }
    if let Some(rest) = text.strip_prefix("The temp-dir does not exist: ") {
        put("path", rest);
        return Some(TempDirMissing);
    }
    if text.starts_with("server sent \"") {
        put("greeting", text.trim_start_matches("server sent \"").split('"').next().unwrap_or_default());
        return Some(NotRsyncd);
    }
    if text.starts_with("did not see server greeting") {
        return Some(NoGreeting);
    }
    if text.starts_with("cannot stat destination ") || (line.side != Side::Sender && text.starts_with("change_dir#")) {
        put("reason", text);
        let no_directory = text.ends_with("Not a directory (20)");
        return Some(if no_directory { TargetNotDirectory } else { TargetNotAccessible });
    }
    if text.starts_with("destination must be a directory") {
        return Some(TargetNotDirectory);
    }
    // Receivers of 3.2.7-1+deb12u6, 3.4.3 and others with the patch of May 2026 (rsync issue #910).
    if text.starts_with("invalid file mode 00 for ") {
        return Some(MissingArgsRefused);
    }
    None
}

/// The way there: rsync's own connection to a daemon.
fn connection(text: &str, put: &mut impl FnMut(&str, &str)) -> Option<FailureCode> {
    if let Some(rest) = text.strip_prefix("failed to connect to ") {
        put("address", rest.split(": ").next().unwrap_or_default());
        return Some(connect_errno(text));
    }
    if text.starts_with("getaddrinfo: ") {
        return Some(if text.contains("Temporary failure in name resolution") { ResolverDown } else { HostNotFound });
    }
    if text.starts_with("io timeout after ") || text.starts_with("daemon IO timeout") {
        return Some(IoTimeout);
    }
    let broken =
        ["connection unexpectedly closed", "write error: ", "read error: ", "error writing ", "safe_read failed"];
    let sockets = ["writefd_unbuffered failed", "safe_write failed", "did not get "];
    broken.iter().chain(&sockets).any(|stem| text.starts_with(stem)).then_some(ConnectionLost)
}

pub(super) fn connect_errno(text: &str) -> FailureCode {
    let rules: [(&str, FailureCode); 6] = [
        ("Connection refused", ConnectionRefused),
        ("Network is unreachable", NetworkDown),
        ("Permission denied", ConnectForbidden),
        ("Operation not permitted", ConnectForbidden),
        ("timed out", ConnectTimeout),
        ("Connection timed out", ConnectTimeout),
    ];
    // `No route to host`, `Host is down` and what else may be: the way is closed for now.
    rules.iter().find(|(end, _)| text.contains(end)).map_or(NoRoute, |(_, code)| *code)
}

/// What our own rsync says about its options and files.
fn own(text: &str, put: &mut impl FnMut(&str, &str)) -> Option<FailureCode> {
    if let Some(rest) = text.strip_prefix("could not open password file ") {
        put("path", rest.rsplit_once(": ").map_or(rest, |(path, _)| path));
        return Some(PasswordFileMissing);
    }
    if text.starts_with("--") && text.ends_with(": unknown option") {
        put("reason", text);
        return Some(BadOption);
    }
    let rules: [(&str, FailureCode); 12] = [
        ("password file must not be other-accessible", PasswordFileOpen),
        ("password file must be owned by root", PasswordFileOwner),
        ("failed to read a password from ", PasswordFileEmpty),
        ("The --password-file option may only be used", PasswordFileUnused),
        ("Deletions stopped due to --max-delete limit", TooManyDeletions),
        ("protocol version mismatch -- is your shell clean?", ShellNotClean),
        ("is your shell clean?", ShellNotClean),
        ("getcwd(): No such file or directory", SourceGone),
        ("opendir \".\" failed: No such file or directory", SourceGone),
        ("You may not combine ", BadOption),
        ("out of memory", OutOfMemory),
        ("Failed to exec ", SshMissing),
    ];
    let code = rules.iter().find(|(stem, _)| text.starts_with(stem)).map(|(_, code)| *code)?;
    if code == TooManyDeletions {
        put("skipped", text.rsplit('(').next().unwrap_or_default().split(' ').next().unwrap_or_default());
    }
    put("reason", text);
    Some(code)
}
