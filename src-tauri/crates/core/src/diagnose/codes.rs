//! Every way a run can fail, declared once: code, kebab-case name, what becomes of the sync, how soon it is tried
//! again. Daemon first, then connection, files, ssh; the general ones stand last, because where several lines of
//! one run are recognised the first in this order is the cause and the others its consequences.
//!
//! Rules: a failure whose cause somebody must remove is `Held` — shown as needing action — and is tried again all
//! the same, slowly, so that the target catches up by itself. Only `AfterAnswer` waits for a person.

use serde::{Deserialize, Serialize};

/// What becomes of the paths a run listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was done.
    Done,
    /// Exactly the failed paths stay dirty (all, where [`super::Diagnosis::all_dirty`] says so).
    Partial,
    /// Nothing is certain: all stays dirty and is tried again, no one has to act.
    Again,
    /// All stays dirty, somebody must act; tried again slowly, unless the retry waits for an answer.
    Held,
}

/// How soon to try again; the queue turns it into times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryClass {
    /// There is nothing to repeat.
    Nothing,
    /// 50 to 500 ms: the daemon had not yet freed the connection of our own last run.
    Quick,
    /// When the path has been quiet for a second: the file changed while it was read.
    QuietSecond,
    /// Back-off from the sync's delay upwards.
    Normal,
    /// Back-off that begins at a minute: the cause will not go by itself in a second.
    Slow,
    /// Only after a person has answered.
    AfterAnswer,
}

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $outcome:ident $retry:ident,)*) => {
        /// Why a run failed. `failure-CODE` is the key of its sentences.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FailureCode { $($(#[$doc])* $variant,)* }

        impl FailureCode {
            /// Every code, the most telling first.
            pub const ALL: &'static [FailureCode] = &[$(FailureCode::$variant,)*];

            /// The stable name, for example `auth-failed`.
            pub const fn as_str(self) -> &'static str {
                match self { $(FailureCode::$variant => $name,)* }
            }

            /// The code of that name.
            pub fn from_name(name: &str) -> Option<FailureCode> {
                FailureCode::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// What a run that ended so means for the paths it listed, and how soon to try again.
            pub const fn verdict(self) -> (Outcome, RetryClass) {
                match self { $(FailureCode::$variant => (Outcome::$outcome, RetryClass::$retry),)* }
            }
        }
    };
}

failure_codes! {
    // The daemon's greeting and its checks (exit 5, 1, 4).
    /// The daemon asked for a password and there was none.
    PasswordMissing "password-missing" Held Slow,
    /// User or password refused. The daemon never says which, nor whether its own secrets file is the reason.
    AuthFailed "auth-failed" Held Slow,
    /// No module of that name.
    UnknownModule "unknown-module" Held Slow,
    /// `hosts allow` or `hosts deny`.
    AccessDenied "access-denied" Held Slow,
    /// `max connections` is negative: the module is switched off.
    ModuleDisabled "module-disabled" Held Slow,
    /// `max connections` are taken.
    MaxConnections "max-connections" Again Normal,
    /// The module's directory cannot be entered.
    ModuleChdirFailed "module-chdir-failed" Held Slow,
    /// The module has no `path`.
    ModuleNoPath "module-no-path" Held Slow,
    /// The module's lock file cannot be opened.
    ModuleLockFile "module-lock-file" Held Slow,
    /// The module's `uid` or `gid` does not exist there, or cannot be taken on.
    ModuleIdentity "module-identity" Held Slow,
    /// Another refusal of the daemon in its own words.
    DaemonRefused "daemon-refused" Held Slow,
    /// Something else than an rsync daemon answers at that port.
    NotRsyncd "not-rsyncd" Held Slow,
    /// The server hung up before its greeting.
    NoGreeting "no-greeting" Again Normal,
    /// `read only = yes`, rsyncd's default.
    ModuleReadOnly "module-read-only" Held Slow,
    /// `write only = yes` and we read.
    ModuleWriteOnly "module-write-only" Held Slow,
    /// `refuse options` names one that we send.
    RefusedOption "refused-option" Held Slow,
    /// The daemon's `pre-xfer exec` said no.
    PreXferRefused "pre-xfer-refused" Held Slow,
    /// The folder of `temp_dir` is not there (in the module, for a daemon).
    TempDirMissing "temp-dir-missing" Held Slow,
    // The target itself (exit 11, 3, 23).
    /// The folder above the target does not exist.
    TargetParentMissing "target-parent-missing" Held Slow,
    /// The target cannot be entered or looked at.
    TargetNotAccessible "target-not-accessible" Held Slow,
    /// The target is not a folder.
    TargetNotDirectory "target-not-directory" Held Slow,
    /// Disk or quota full.
    TargetFull "target-full" Held Slow,
    /// Its file system is read-only.
    TargetReadOnly "target-read-only" Held Slow,
    /// Single files may not be written there.
    TargetPermission "target-permission" Held Slow,
    // The way there (exit 10, 30, 35).
    /// Nothing listens at that port.
    ConnectionRefused "connection-refused" Again Normal,
    /// No route to the host.
    NoRoute "no-route" Again Normal,
    /// This machine has no network.
    NetworkDown "network-down" Again Normal,
    /// This machine's own firewall forbids the connection.
    ConnectForbidden "connect-forbidden" Held Slow,
    /// The name is unknown.
    HostNotFound "host-not-found" Held Normal,
    /// The name service does not answer.
    ResolverDown "resolver-down" Again Normal,
    /// No answer to the attempt to connect.
    ConnectTimeout "connect-timeout" Again Normal,
    /// Connected, then silence.
    IoTimeout "io-timeout" Again Normal,
    // Our own password file (exit 1).
    /// It is missing or unreadable.
    PasswordFileMissing "password-file-missing" Held Slow,
    /// Others may read it.
    PasswordFileOpen "password-file-open" Held Slow,
    /// It is not root's while we run as root.
    PasswordFileOwner "password-file-owner" Held Slow,
    /// It is empty.
    PasswordFileEmpty "password-file-empty" Held Slow,
    /// It was given for a target that is no daemon.
    PasswordFileUnused "password-file-unused" Held Slow,
    /// It cannot be read.
    PasswordFileUnreadable "password-file-unreadable" Held Slow,
    // The keyring: the run was never started.
    /// The keyring is locked.
    KeyringLocked "keyring-locked" Held Slow,
    /// There is no keyring on this machine.
    KeyringAbsent "keyring-absent" Held Slow,
    /// The keyring or the person refused.
    KeyringDenied "keyring-denied" Held Slow,
    /// The keyring does not answer.
    KeyringSlow "keyring-slow" Again Normal,
    /// What the keyring gave is no password.
    KeyringUnreadable "keyring-unreadable" Held Slow,
    /// No password has been stored for this target.
    PasswordNotStored "password-not-stored" Held Slow,
    // The source (exit 23, 3).
    /// The source is not there.
    SourceGone "source-gone" Held Slow,
    /// Files or folders of the source may not be read.
    SourceUnreadable "source-unreadable" Held Slow,
    /// The source gives read errors: a failing disk or a lost network drive.
    SourceReadError "source-read-error" Held Slow,
    /// The net of `--max-delete` was hit.
    TooManyDeletions "too-many-deletions" Held AfterAnswer,
    // The remote shell (exit 255, 127, 126, 12, 2, 14).
    // A changed key is told as an unknown one too, hence in front of it.
    /// The host's key has changed. Never accepted by itself.
    HostKeyChanged "host-key-changed" Held Slow,
    /// The host's key is not known yet.
    HostKeyUnknown "host-key-unknown" Held Slow,
    /// The file of the ssh key is missing.
    SshKeyMissing "ssh-key-missing" Held Slow,
    /// Others may read the ssh key.
    SshKeyMode "ssh-key-mode" Held Slow,
    /// The ssh key has a passphrase, and no agent holds it: found out by a look at its file, since ssh only says "refused".
    SshKeyLocked "ssh-key-locked" Held Slow,
    /// Key or user refused.
    SshKeyRefused "ssh-key-refused" Held Slow,
    /// No rsync on the other side.
    RemoteRsyncMissing "remote-rsync-missing" Held Slow,
    /// The other side's rsync cannot be run.
    RemoteRsyncNotExecutable "remote-rsync-not-executable" Held Slow,
    /// ssh does not understand what it is configured to do, here.
    SshOptions "ssh-options" Held Slow,
    /// The two ends of ssh have no method in common.
    SshNoCommon "ssh-no-common" Held Slow,
    /// The login scripts of the other side print text.
    ShellNotClean "shell-not-clean" Held Slow,
    /// No ssh on this machine.
    SshMissing "ssh-missing" Held Slow,
    // rsync itself.
    /// A receiver that cannot take missing arguments: the caller uses its fallback for deletions.
    MissingArgsRefused "missing-args-refused" Again Normal,
    /// rsync knows an option not, or takes two of them not together.
    BadOption "bad-option" Held Slow,
    /// The two rsyncs don't understand one another.
    ProtocolMismatch "protocol-mismatch" Held Slow,
    /// No rsync on this machine.
    RsyncMissing "rsync-missing" Held Slow,
    /// This machine's rsync cannot be run.
    RsyncNotExecutable "rsync-not-executable" Held Slow,
    /// The system would not start another process.
    RsyncNotStarted "rsync-not-started" Again Normal,
    /// No memory left, here or there.
    OutOfMemory "out-of-memory" Again Slow,
    // Single files (exit 23).
    /// A folder of the target stands where a file belongs, and holds what must stay.
    Conflict "conflict" Held Slow,
    /// The daemon's configuration keeps such files out.
    TargetExcludes "target-excludes" Held Slow,
    /// Files changed while they were read.
    ChangedWhileRead "changed-while-read" Again QuietSecond,
    /// A name that the target cannot store.
    NameRefused "name-refused" Held Slow,
    /// Other files that could not be brought over.
    PartialTransfer "partial-transfer" Again Slow,
    // What is left when nothing better was said.
    /// The connection broke.
    ConnectionLost "connection-lost" Again Normal,
    /// Nothing moved for so long that we ended it.
    Stalled "stalled" Again Normal,
    /// rsync was stopped, not by us.
    Interrupted "interrupted" Again Normal,
    /// rsync was killed, not by us.
    Killed "killed" Again Normal,
    /// A file operation failed in a way we don't know.
    FileError "file-error" Again Slow,
    /// None of the above.
    Unknown "unknown" Held Slow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_the_same_in_serde() {
        for code in FailureCode::ALL {
            let name = code.as_str();
            assert_eq!(serde_json::to_value(code).unwrap(), serde_json::json!(name));
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
        }
    }

    #[test]
    fn only_questions_wait_for_an_answer() {
        let asking: Vec<_> = FailureCode::ALL.iter().filter(|c| c.verdict().1 == RetryClass::AfterAnswer).collect();
        assert_eq!(asking, [&FailureCode::TooManyDeletions]);
    }
}
