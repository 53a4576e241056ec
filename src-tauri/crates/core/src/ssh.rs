//! How ssh is called for a sync of kind `rsyncssh`.
//!
//! - `BatchMode=yes` stands first, and ssh takes the first value of an option: nothing ever waits for a prompt.
//! - Then what the configuration says (`-i`, `-p`, `-o NAME=VALUE`, `_extra`), then our own defaults, which it may so change:
//!   a bound for connecting, keep-alives that notice a dead machine, no banners, and none of the forwardings that a person
//!   may have set up for that machine.
//! - rsync takes its remote shell as one text and splits it itself: at blanks, quotes keep a word together, and a doubled quote
//!   inside quotes is one. No shell reads it.

use crate::config::SshOptions;

/// Options of ours, where the configuration says nothing else.
const DEFAULTS: [&str; 5] = [
    "ClearAllForwardings=yes",
    "ConnectTimeout=30",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    "LogLevel=ERROR",
];

/// One way to one machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SshCall {
    /// The program: a path, or a name to be found in PATH.
    pub program: String,
    /// Its words, without the machine.
    pub words: Vec<String>,
    /// `user@host` or `host`, as ssh takes it: an IPv6 address without brackets.
    pub host: String,
}

impl SshCall {
    /// From `ssh = {…}`; `host` as rsync takes it. `absolute` makes a relative path of the configuration whole.
    pub fn new(options: &SshOptions, host: &str, absolute: impl Fn(&str) -> String) -> SshCall {
        let mut words = option("BatchMode=yes").to_vec();
        if let Some(file) = &options.identity_file {
            // ssh knows what `~` and `%` stand for.
            let whole = if file.starts_with(['~', '%', '$']) { file.clone() } else { absolute(file) };
            words.extend(["-i".to_owned(), whole]);
        }
        if let Some(port) = options.port {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        for (name, value) in options.options.iter().flatten() {
            words.extend(option(&format!("{name}={value}")));
        }
        words.extend(options.extra.iter().cloned());
        words.extend(DEFAULTS.into_iter().flat_map(option));
        let program = match options.binary.as_deref() {
            None => "ssh".to_owned(),
            Some(path) if path.contains('/') => absolute(path),
            Some(name) => name.to_owned(),
        };
        SshCall { program, words, host: host.replace(['[', ']'], "") }
    }

    /// False if the configuration shares a connection in a way of its own, which then holds.
    pub fn may_share(&self) -> bool {
        !self.words.iter().any(|word| {
            let name = word.strip_prefix("-o").unwrap_or(word).trim_start();
            let own = ["controlmaster", "controlpath", "controlpersist"];
            own.iter().any(|own| name.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own)))
                || word.starts_with("-S")
                || word.starts_with("-M")
        })
    }

    /// The words of a call through the connection that waits at `socket`; without one each call connects by itself.
    pub fn through(&self, socket: Option<&str>) -> Vec<String> {
        let shared =
            socket.map(|socket| ["-S".to_owned(), socket.to_owned(), "-o".to_owned(), "ControlMaster=no".to_owned()]);
        shared.into_iter().flatten().chain(self.words.iter().cloned()).collect()
    }

    /// The words that say what ssh makes of all its configuration for this call, one option a line, without connecting.
    pub fn resolving(&self) -> Vec<String> {
        self.words.iter().cloned().chain(["-G", "--", &self.host].map(str::to_owned)).collect()
    }

    /// The words of the connection that is kept, waiting at `socket`.
    pub fn keeping(&self, socket: &str) -> Vec<String> {
        // It may say more than our default lets through: some refusals are no errors to ssh. Nobody reads it while all is well.
        let own = ["-M", "-N", "-S", socket, "-o", "ControlPersist=no", "-o", "LogLevel=INFO"].map(str::to_owned);
        let to = ["--", &self.host].map(str::to_owned);
        own.into_iter().chain(self.words.iter().cloned()).chain(to).collect()
    }

    /// The words of a call that runs a command there, which follows.
    pub fn towards(&self, socket: Option<&str>) -> Vec<String> {
        let mut words = self.through(socket);
        words.extend(["--".to_owned(), self.host.clone()]);
        words
    }

    /// The value of rsync's `--rsh`: the program (as `program` names it) and its words.
    pub fn rsh(&self, program: &str, socket: Option<&str>) -> String {
        let words = self.through(socket);
        std::iter::once(program).chain(words.iter().map(String::as_str)).map(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// True if the private key in `text` (a file's content) is of no use without its passphrase.
pub fn is_locked(text: &str) -> bool {
    // OpenSSH's own format, in base64: its magic, then the name of the cipher behind its length.
    const OWN: &str = "b3BlbnNzaC1rZXktdjEA";
    const PLAIN: &str = "AAAABG5vbmU";
    let mut lines = text.lines().map(str::trim);
    match lines.next() {
        Some("-----BEGIN OPENSSH PRIVATE KEY-----") => {
            let body: String = lines.take(2).collect();
            body.strip_prefix(OWN).is_some_and(|rest| !rest.starts_with(PLAIN))
        }
        Some("-----BEGIN ENCRYPTED PRIVATE KEY-----") => true,
        Some(first) if first.starts_with("-----BEGIN ") => lines.next() == Some("Proc-Type: 4,ENCRYPTED"),
        _ => false,
    }
}

fn option(text: &str) -> [String; 2] {
    ["-o".to_owned(), text.to_owned()]
}

/// A word as rsync reads it back.
fn quoted(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\'', '"']) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn call(options: Value, host: &str) -> SshCall {
        let options: SshOptions = serde_json::from_value(options).unwrap();
        SshCall::new(&options, host, |path| format!("/etc/{path}"))
    }

    #[test]
    fn what_is_written_stands_before_our_defaults_and_behind_batch_mode() {
        let options = json!({
            "identityFile": "k y", "port": 2222, "options": { "User": "u", "BatchMode": "no" }, "_extra": ["-4"]
        });
        assert_eq!(
            call(options, "h").rsh("/usr/bin/ssh", None),
            "/usr/bin/ssh -o BatchMode=yes -i '/etc/k y' -p 2222 -o BatchMode=no -o User=u -4 -o ClearAllForwardings=yes -o ConnectTimeout=30 \
             -o ServerAliveInterval=15 -o ServerAliveCountMax=3 -o LogLevel=ERROR"
        );
        assert_eq!(call(json!({}), "u@[fe80::1]").host, "u@fe80::1");
        assert_eq!(call(json!({ "identityFile": "~/.ssh/k" }), "h").words[3], "~/.ssh/k");
        assert_eq!(call(json!({ "binary": "bin/ssh" }), "h").program, "/etc/bin/ssh");
    }

    #[test]
    fn a_word_is_quoted_as_rsync_reads_it() {
        for (word, read) in [("a", "a"), ("", "''"), ("a b", "'a b'"), ("it's", "'it''s'"), ("\"", "'\"'")] {
            assert_eq!(quoted(word), read);
        }
    }

    #[test]
    fn a_key_with_a_passphrase_is_known_by_its_head() {
        let own = |body: &str| format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END");
        for (text, locked) in [
            (own("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"), false),
            (own("b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBzcGFjZQ"), true),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF".to_owned(), true),
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n".to_owned(), true),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE".to_owned(), false),
            ("ssh-ed25519 AAAA".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_locked(&text), locked, "{text}");
        }
    }

    #[test]
    fn the_shared_connection_comes_first_and_only_where_nobody_shares_otherwise() {
        let plain = call(json!({}), "h");
        assert!(plain.may_share());
        assert_eq!(plain.through(Some("/run/s"))[..4], ["-S", "/run/s", "-o", "ControlMaster=no"]);
        for own in [
            json!({ "options": { "ControlPath": "~/c" } }),
            json!({ "options": { "controlmaster": "auto" } }),
            json!({ "_extra": ["-oControlPersist=5"] }),
            json!({ "_extra": ["-S", "none"] }),
        ] {
            assert!(!call(own.clone(), "h").may_share(), "{own}");
        }
    }
}
