//! Each recorded failure of a real rsync leads to its diagnosis. The recordings are made by
//! `tests/record/record_failures.py`; what they are to mean stands here.
#![allow(clippy::disallowed_methods, reason = "the recordings are files")]
#![allow(clippy::expect_used, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;

use driftless_core::diagnose::{
    Context, Diagnosis, Exit, FailureCode, OutputParser, PathMapper, Report, Side, Stream, diagnose,
};
use driftless_core::mirror::{End, Why};
use driftless_core::target::Target;
use serde_json::Value;

const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stderr");

/// Name, code (or `-`), outcome, retry, further consequences, failed paths (`+` deep, `?` guess).
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("01-wrong-password", "auth-failed", "held", "slow", "", ""),
    ("02-user-not-in-auth-users", "auth-failed", "held", "slow", "", ""),
    ("03-user-not-in-secrets", "auth-failed", "held", "slow", "", ""),
    ("04-secrets-file-mode", "auth-failed", "held", "slow", "", ""),
    ("05-secrets-file-owner", "auth-failed", "held", "slow", "", ""),
    ("06-secrets-file-missing", "auth-failed", "held", "slow", "", ""),
    ("07-no-password", "password-missing", "held", "slow", "", ""),
    ("08-unknown-module", "unknown-module", "held", "slow", "", ""),
    ("09-access-denied", "access-denied", "held", "slow", "", ""),
    ("10-max-connections", "max-connections", "again", "normal", "", ""),
    ("10-module-disabled", "module-disabled", "held", "slow", "", ""),
    ("11-module-path-missing", "module-chdir-failed", "held", "slow", "", ""),
    ("12-module-without-path", "module-no-path", "held", "slow", "", ""),
    ("13-lock-file", "module-lock-file", "held", "slow", "", ""),
    ("14-bad-uid", "module-identity", "held", "slow", "", ""),
    ("15-not-rsyncd", "not-rsyncd", "held", "slow", "", ""),
    ("16-no-greeting", "no-greeting", "again", "normal", "", ""),
    ("16-reset", "connection-lost", "again", "normal", "resend-later", ""),
    ("17-module-read-only", "module-read-only", "held", "slow", "", ""),
    ("18-module-write-only", "module-write-only", "held", "slow", "", ""),
    ("19-refused-option", "refused-option", "held", "slow", "", ""),
    ("20-pre-xfer-exec", "pre-xfer-refused", "held", "slow", "", ""),
    ("21-temp-dir-missing", "temp-dir-missing", "held", "slow", "", ""),
    ("22-target-parent-missing", "target-parent-missing", "held", "slow", "", ".+"),
    ("23-module-not-accessible", "target-not-accessible", "held", "slow", "", ""),
    ("24-target-full", "target-full", "held", "slow", "delete-first", "big"),
    ("25-target-read-only", "target-read-only", "partial", "slow", "", ". .a? a? d+"),
    ("26-no-permission", "target-permission", "partial", "slow", "", ". d d/.b? d/b? new+"),
    ("26-no-permission-below", "target-permission", "partial", "slow", "", ". d d/.b? d/b? new+"),
    ("26-no-permission-chroot", "target-permission", "partial", "slow", "", ". d d/.b? d/b? new+"),
    ("27-connection-refused", "connection-refused", "again", "normal", "", ""),
    ("28-no-route", "no-route", "again", "normal", "", ""),
    ("29-no-network", "network-down", "again", "normal", "", ""),
    ("30-connect-forbidden", "connect-forbidden", "held", "slow", "", ""),
    ("31-host-not-found", "host-not-found", "held", "normal", "", ""),
    ("32-resolver-down", "resolver-down", "again", "normal", "", ""),
    ("33-connect-timeout", "connect-timeout", "again", "normal", "", ""),
    ("34-frozen-server", "io-timeout", "again", "normal", "resend-later", ""),
    ("34-silent-server", "io-timeout", "again", "normal", "resend-later", ""),
    ("35-server-killed", "connection-lost", "again", "normal", "resend-later", ""),
    ("36-killed", "killed", "again", "normal", "resend-later", ""),
    ("36-stopped", "interrupted", "again", "normal", "resend-later", ""),
    ("37-password-file-missing", "password-file-missing", "held", "slow", "", ""),
    ("38-password-file-open", "password-file-open", "held", "slow", "", ""),
    ("39-password-file-owner", "password-file-owner", "held", "slow", "", ""),
    ("40-password-file-empty", "password-file-empty", "held", "slow", "", ""),
    ("41-password-file-unused", "password-file-unused", "held", "slow", "", ""),
    ("42-source-gone", "source-gone", "held", "slow", "", ".+"),
    ("42-source-gone-batch", "source-gone", "held", "slow", "", ".+"),
    ("42-source-removed", "source-gone", "held", "slow", "", ""),
    ("43-source-unreadable", "source-unreadable", "partial", "slow", "", "d/we\"ird\\x0aä locked+ secret"),
    ("44-vanished", "-", "done", "nothing", "", ""),
    ("45-max-delete", "too-many-deletions", "held", "after-answer", "", ""),
    ("45-max-delete-daemon", "too-many-deletions", "held", "after-answer", "", ""),
    ("46-host-key-unknown", "host-key-unknown", "held", "slow", "", ""),
    ("47-host-key-changed", "host-key-changed", "held", "slow", "", ""),
    ("48-key-refused", "ssh-key-refused", "held", "slow", "", ""),
    ("48-key-locked", "ssh-key-refused", "held", "slow", "", ""),
    ("49-key-missing", "ssh-key-missing", "held", "slow", "", ""),
    ("50-key-mode", "ssh-key-mode", "held", "slow", "", ""),
    ("51-ssh-refused", "connection-refused", "again", "normal", "", ""),
    ("51-ssh-no-route", "network-down", "again", "normal", "", ""),
    ("51-ssh-resolver-down", "resolver-down", "again", "normal", "", ""),
    ("52-remote-rsync-missing", "remote-rsync-missing", "held", "slow", "", ""),
    ("52-remote-rsync-not-in-path", "remote-rsync-missing", "held", "slow", "", ""),
    ("53-remote-rsync-not-executable", "remote-rsync-not-executable", "held", "slow", "", ""),
    ("54-shell-not-clean", "shell-not-clean", "held", "slow", "", ""),
    ("55-remote-target-is-a-file", "target-not-directory", "held", "slow", "", ""),
    ("56-ssh-missing", "ssh-missing", "held", "slow", "", ""),
    ("57-ssh-options", "ssh-options", "held", "slow", "", ""),
    ("57-ssh-no-common", "ssh-no-common", "held", "slow", "", ""),
    ("58-connection-cut", "connection-lost", "again", "normal", "resend-later", ""),
    ("80-shell-relative-target", "target-permission", "partial", "slow", "", "d/.b? d/b?"),
    ("81-bad-option", "bad-option", "held", "slow", "", ""),
    ("82-no-referent", "partial-transfer", "partial", "slow", "", "link"),
    ("83-missing-args-refused", "missing-args-refused", "again", "normal", "fallback-f", ""),
    ("84-daemon-excludes", "target-excludes", "partial", "slow", "", "d/hidden hiddendir+"),
    ("85-temp-dir", "target-permission", "partial", "slow", "", "d/b"),
    ("90-conflict", "conflict", "partial", "slow", "", "a+"),
    ("91-not-empty", "-", "done", "nothing", "", ""),
    ("92-special", "-", "done", "nothing", "", ""),
    ("93-changed-while-read", "changed-while-read", "partial", "quiet-second", "", "big"),
    ("94-local-full", "target-full", "held", "slow", "delete-first", "big"),
    ("95-local-read-only", "target-read-only", "partial", "slow", "", ". .a? a? d+"),
    ("96-local-parent-missing", "target-parent-missing", "held", "slow", "", ".+"),
    ("97-local-target-is-a-file", "target-not-directory", "held", "slow", "", ""),
    ("98-cannot-delete", "target-permission", "partial", "slow", "", "gone/file"),
    ("99-cannot-make", "target-permission", "partial", "slow", "", "d/.b? d/b?"),
];

struct Recording {
    target: Target,
    end: Exit,
    stdout: String,
    stderr: String,
    source: String,
}

fn recording(name: &str) -> Recording {
    let text = std::fs::read_to_string(format!("{RECORDINGS}/{name}.json")).expect(name);
    let value: Value = serde_json::from_str(&text).expect(name);
    let word = |key: &str| value[key].as_str().expect(key).to_owned();
    let code = |key: &str| value[key].as_i64().map(|n| i32::try_from(n).expect(key));
    let words: Vec<&str> = value["argv"].as_array().expect("argv").iter().filter_map(Value::as_str).collect();
    let source = if words[words.len() - 2] == "./" { "/source" } else { words[words.len() - 2] };
    Recording {
        target: Target::parse(&word("target")).expect(name),
        end: code("exit").map(Exit::Code).or_else(|| code("signal").map(Exit::Signal)).expect(name),
        stdout: word("stdout"),
        stderr: word("stderr"),
        source: source.to_owned(),
    }
}

impl Recording {
    fn report(&self) -> Report {
        let mut parser = OutputParser::new(PathMapper::new(self.source.as_bytes(), &self.target));
        // Pipes cut where they like.
        for piece in self.stdout.as_bytes().chunks(7) {
            parser.feed(Stream::Stdout, piece);
        }
        for piece in self.stderr.as_bytes().chunks(5) {
            parser.feed(Stream::Stderr, piece);
        }
        parser.finish()
    }

    fn context(&self) -> Context<'_> {
        Context {
            target: &self.target,
            source: &self.source,
            binary: "rsync",
            stopped_by_us: false,
            ran_just_before: false,
        }
    }

    fn diagnosis(&self) -> (Diagnosis, Report) {
        let report = self.report();
        let end = End::Exited { exit: self.end, report: Box::new(report.clone()), stalled: false };
        (diagnose(&end, &self.context()), report)
    }
}

fn name_of(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).expect("a name").as_str().expect("a name").to_owned()
}

fn consequences(d: &Diagnosis) -> String {
    let all = [
        (d.all_dirty, "all-dirty"),
        (d.resend_later, "resend-later"),
        (d.fallback_f, "fallback-f"),
        (d.delete_first, "delete-first"),
    ];
    all.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

fn failed(report: &Report) -> String {
    let one = |f: &driftless_core::diagnose::FailedPath| {
        let path = if f.path.is_root() { ".".to_owned() } else { f.path.shown() };
        format!("{path}{}{}", if f.deep { "+" } else { "" }, if f.guess { "?" } else { "" })
    };
    report.failed.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_recording_leads_to_its_diagnosis() {
    for (name, code, outcome, retry, follows, paths) in ROWS {
        let (d, report) = recording(name).diagnosis();
        let got_code = d.failure.as_ref().map_or("-", |f| f.code.as_str());
        let got = (got_code, name_of(d.outcome), name_of(d.retry), consequences(&d), failed(&report));
        let want = (*code, (*outcome).to_owned(), (*retry).to_owned(), (*follows).to_owned(), (*paths).to_owned());
        assert_eq!(got, want, "{name}: {:#?}", report.tail);
        assert!(!report.unmapped, "{name}: a line was not understood: {:#?}", report.tail);
    }
}

#[test]
fn every_recording_is_in_the_table_and_every_row_has_one() {
    let files: BTreeSet<String> = std::fs::read_dir(RECORDINGS)
        .expect("recordings")
        .map(|e| e.expect("entry").file_name().to_string_lossy().trim_end_matches(".json").to_owned())
        .collect();
    let table: BTreeSet<String> = ROWS.iter().map(|r| r.0.to_owned()).collect();
    assert_eq!(files, table);
    for row in 1..=45 {
        let prefix = format!("{row:02}-");
        assert!(table.iter().any(|name| name.starts_with(&prefix)), "row {row} has no recording");
    }
}

#[test]
fn remarks_are_heard() {
    let vanished = recording("44-vanished").report();
    assert_eq!(vanished.vanished.iter().map(|p| p.shown()).collect::<Vec<_>>(), ["later"]);
    let left = recording("91-not-empty").report();
    assert_eq!(left.not_deleted.iter().map(|p| p.shown()).collect::<Vec<_>>(), ["gone"]);
    let special = recording("92-special").report();
    assert_eq!(special.skipped_special.iter().map(|p| p.shown()).collect::<Vec<_>>(), ["pipe"]);
    assert_eq!((special.counts.sent, special.counts.sent_bytes), (2, 8));
    let deleted = recording("45-max-delete").report();
    assert_eq!((deleted.counts.deleted, deleted.parts.deleted()), (1, 1));
    assert!(recording("43-source-unreadable").report().deletions_skipped);
}

#[test]
fn what_a_sentence_needs_is_told() {
    let cases = [
        ("01-wrong-password", "module", "m"),
        ("01-wrong-password", "user", "u"),
        ("10-max-connections", "limit", "1"),
        ("15-not-rsyncd", "greeting", "SSH-2.0-OpenSSH_9.2"),
        ("19-refused-option", "option", "--delete"),
        ("21-temp-dir-missing", "path", "/module/tmp/"),
        ("37-password-file-missing", "path", "/no-such-file"),
        ("27-connection-refused", "host", "127.0.0.1"),
        ("27-connection-refused", "port", "8730"),
        ("43-source-unreadable", "count", "3"),
        ("45-max-delete", "skipped", "2"),
        ("90-conflict", "path", "a"),
    ];
    for (name, arg, want) in cases {
        let failure = recording(name).diagnosis().0.failure.expect(name);
        assert_eq!(failure.args.get(arg).map(String::as_str), Some(want), "{name} {arg}");
        assert!(!failure.args["output"].is_empty(), "{name}: rsync's own words are kept");
    }
}

#[test]
fn circumstances_change_the_verdict() {
    let busy = recording("10-max-connections");
    let end = || End::Exited { exit: busy.end, report: Box::new(busy.report()), stalled: false };
    let at_once = diagnose(&end(), &Context { ran_just_before: true, ..busy.context() });
    assert_eq!(name_of(at_once.retry), "quick");

    let stopped = recording("36-stopped");
    let end = End::Exited { exit: stopped.end, report: Box::new(stopped.report()), stalled: false };
    let ours = diagnose(&end, &Context { stopped_by_us: true, ..stopped.context() });
    assert_eq!((ours.failure, name_of(ours.outcome)), (None, "again".to_owned()));

    let end = End::Exited { exit: Exit::Signal(9), report: Box::default(), stalled: true };
    let hung = diagnose(&end, &stopped.context());
    assert_eq!(hung.failure.map(|f| f.code), Some(FailureCode::Stalled));
    assert!(hung.resend_later);
}

#[test]
fn a_run_that_never_began() {
    let any = recording("01-wrong-password");
    let code = |why: Why| diagnose(&End::NotStarted(why), &any.context()).failure.map(|f| f.code.as_str());
    assert_eq!(code(Why::Program { program: "rsync".into(), errno: 2 }), Some("rsync-missing"));
    assert_eq!(code(Why::Program { program: "rsync".into(), errno: 13 }), Some("rsync-not-executable"));
    assert_eq!(code(Why::Secret { code: "keyring-locked", what: "x".into() }), Some("keyring-locked"));
    assert_eq!(code(Why::System { errno: 11 }), Some("rsync-not-started"));
    assert_eq!(code(Why::Stopped), None);
}

#[test]
fn names_cannot_pass_for_causes_and_unknown_lines_keep_all_dirty() {
    let target = Target::parse("/target").expect("target");
    let report = |stderr: &str| {
        let mut parser = OutputParser::new(PathMapper::new(b"/source", &target));
        parser.feed(Stream::Stderr, stderr.as_bytes());
        parser.finish()
    };
    let hostile = report(
        "rsync: [sender] send_files failed to open \"/source/\\#012@ERROR: auth failed on module m\": Permission denied (13)\n",
    );
    assert_eq!(hostile.causes.keys().map(|c| c.as_str()).collect::<Vec<_>>(), ["source-unreadable"]);
    assert_eq!(hostile.failed.len(), 1);
    assert_eq!(hostile.failed[0].side, Side::Sender);

    for unknown in
        ["rsync: etwas ist schiefgegangen", "rsync: [sender] open \"/elsewhere/x\" failed: Permission denied (13)"]
    {
        assert!(report(unknown).unmapped, "{unknown}");
    }
    let endless = "x".repeat(3_000_000);
    let cut = report(&endless);
    assert!(cut.unmapped && cut.tail[0].len() < 2_000);
}

/// The sentences as text; the catalogue's own crate checks their grammar.
fn sentences() -> Vec<(String, String)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../words/catalogue/en/failure.ftl");
    let text = std::fs::read_to_string(file).expect("the catalogue");
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        match line.strip_prefix("failure-").and_then(|l| l.split_once(" = ")) {
            Some((code, rest)) => entries.push((code.to_owned(), format!("{rest}\n"))),
            None => entries.last_mut().map_or((), |e| e.1 += &format!("{line}\n")),
        }
    }
    entries
}

#[test]
fn every_code_has_its_sentences_and_nothing_else_has() {
    let entries = sentences();
    let names: Vec<&str> = entries.iter().map(|(code, _)| code.as_str()).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len(), "an entry stands twice");
    assert_eq!(unique, FailureCode::ALL.iter().map(|c| c.as_str()).collect());
    for (code, text) in &entries {
        let title = text.lines().find_map(|l| l.trim().strip_prefix(".title = ")).expect(code);
        assert!(title.chars().count() <= 40 && !title.contains('{'), "{code}: {title}");
        assert!(text.contains("\n    .remedy = "), "{code}");
    }
}

#[test]
fn sentences_use_only_what_every_failure_tells() {
    let report = Report::default();
    let unknown = End::Exited { exit: Exit::Code(99), report: Box::new(report), stalled: false };
    let any = recording("01-wrong-password");
    let told = diagnose(&unknown, &any.context()).failure.expect("a failure").args;
    let target = Target::parse("/target").expect("target");
    let never = End::NotStarted(Why::System { errno: 11 });
    let context = Context { target: &target, ..any.context() };
    let told_local = diagnose(&never, &context).failure.expect("a failure").args;
    for (code, text) in sentences() {
        for used in text.split("{ $").skip(1) {
            let name = used.split([' ', '}']).next().expect("a name");
            assert!(told.contains_key(name) && told_local.contains_key(name), "{code} uses {name}");
        }
    }
}

/// Real lines with bytes changed, cut and doubled: nothing may break, and where pipes are cut must not matter.
#[test]
fn whatever_comes_the_parser_survives_and_cuts_do_not_matter() {
    use proptest::prelude::*;
    let all: Vec<Vec<u8>> = ROWS.iter().map(|r| recording(r.0)).map(|r| (r.stderr + &r.stdout).into_bytes()).collect();
    let target = Target::parse("h::m/sub").expect("target");
    let read = |bytes: &[u8], size: usize| {
        let mut parser = OutputParser::new(PathMapper::new(b"/source", &target));
        for piece in bytes.chunks(size) {
            parser.feed(Stream::Stdout, piece);
            parser.feed(Stream::Stderr, piece);
        }
        parser.finish()
    };
    let change = (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..4));
    let changes = (prop::sample::select(all), prop::collection::vec(change, 0..12), 1..40_usize);
    proptest!(|((mut bytes, changes, size) in changes)| {
        for (at, with) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + 2).min(bytes.len());
            bytes.splice(at..end, with);
        }
        let (whole, pieces) = (read(&bytes, usize::MAX), read(&bytes, size));
        prop_assert_eq!(&whole.failed, &pieces.failed);
        prop_assert_eq!(&whole.causes, &pieces.causes);
        prop_assert_eq!(&whole.counts, &pieces.counts);
        prop_assert_eq!(whole.unmapped, pieces.unmapped);
        for line in whole.tail.iter().chain(whole.causes.values().flat_map(|args| args.values())) {
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    });
}
