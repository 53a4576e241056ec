//! One case a rule: a sync as in a file, and the codes it earns at which key.

use serde_json::{Value, json};

use super::*;
use crate::config::Config;

/// `key code` of each problem, warnings with a `?` behind.
fn codes(config: Value) -> Vec<String> {
    let config: Config = serde_json::from_value(config).unwrap();
    check(&config, &mut |file| if file == "/ex" { Ok(b"*.o\n".to_vec()) } else { Err("not there".to_owned()) })
        .into_iter()
        .map(|p| {
            let mark = if p.severity == crate::problem::Severity::Warning { "?" } else { "" };
            format!("{} {}{mark}", p.path, p.code)
        })
        .collect()
}

fn of_sync(more: Value) -> Vec<String> {
    let mut sync = json!({ "kind": "rsync", "source": "/a", "target": "/b" });
    sync.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sync.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    codes(json!({ "sync": [sync] })).into_iter().map(|c| c.replace("sync[0].", "")).collect()
}

fn expect(cases: &[(Value, &[&str])]) {
    for (sync, expected) in cases {
        assert_eq!(of_sync(sync.clone()), *expected, "{sync}");
    }
}

#[test]
fn a_sound_configuration_has_no_problem() {
    expect(&[
        (json!({}), &[]),
        (json!({ "target": "u@h::m", "delete": "running", "excludeFrom": "/ex", "delay": 0.5 }), &[]),
        (json!({ "kind": "rsyncssh", "target": null, "host": "u@h", "targetdir": "backup/" }), &[]),
        (json!({ "kind": "direct" }), &[]),
    ]);
}

#[test]
fn our_own_keys_name_disks_and_hours() {
    expect(&[
        (json!({ "source": "/m/a", "driftless": { "sourceDisk": "auto", "targetDisk": "UUID=1-2" } }), &[]),
        (json!({ "source": "/m/x/a", "driftless": { "sourceDisk": "UUID=1-2/x/a" } }), &[]),
        (json!({ "driftless": { "sourceDisk": "UUID=1-2/" } }), &[]),
        (
            json!({ "source": "/m/xa", "driftless": { "sourceDisk": "UUID=1-2/a" } }),
            &["driftless.sourceDisk check-disk-folder"],
        ),
        (json!({ "driftless": { "sourceDisk": "/dev/sdb1" } }), &["driftless.sourceDisk check-disk"]),
        (json!({ "driftless": { "sourceDisk": "" } }), &["driftless.sourceDisk check-empty"]),
        (
            json!({ "target": "h::m", "driftless": { "targetDisk": "UUID=1-2" } }),
            &["driftless.targetDisk check-disk-not-local"],
        ),
        (
            json!({ "driftless": { "onlyHours": ["22:00-06:00", "night"], "onlyNetworks": "" } }),
            &["driftless.onlyHours check-hours", "driftless.onlyNetworks check-network-empty"],
        ),
        (json!({ "driftless": { "deleteShare": 101 } }), &["driftless.deleteShare check-too-large"]),
        (json!({ "driftless": { "keep": 0 } }), &["driftless.keep check-too-small"]),
        (json!({ "driftless": { "keep": 30 } }), &[]),
        (
            json!({ "driftless": { "keep": 30 }, "rsync": { "backup": true, "backup_dir": "/b" } }),
            &["driftless.keep check-keep-with-backup"],
        ),
        (
            json!({ "driftless": { "keep": 30 }, "rsync": { "_extra": ["-b", "--backup-dir=x"] } }),
            &["driftless.keep check-keep-with-backup"],
        ),
    ]);
}

#[test]
fn source_and_target_are_written_whole() {
    expect(&[
        (json!({ "source": "" }), &["source check-source-missing"]),
        (json!({ "source": "home" }), &["source check-source-relative"]),
        (json!({ "source": "~/x" }), &["source check-source-relative"]),
        (json!({ "source": "/a/../b" }), &["source check-source-dots"]),
        (json!({ "source": "/a\nb" }), &["source check-line-break"]),
        (json!({ "target": null }), &["target check-target-missing"]),
        (json!({ "target": "b" }), &["target check-target-relative"]),
        (json!({ "target": "h::" }), &["target check-target-no-module"]),
        (json!({ "target": "u@::m" }), &["target check-target-no-host"]),
        (json!({ "target": "rsync://h:0/m" }), &["target check-target-bad-port"]),
        (json!({ "target": "/" }), &["target check-target-is-root", "target check-source-inside-target"]),
        (json!({ "target": "/b/.." }), &["target check-target-dots"]),
        (json!({ "target": "h::m/../n" }), &["target check-target-dots"]),
        (json!({ "target": "-oProxyCommand=x:y" }), &["target check-host-dash"]),
        (json!({ "target": "h:~/x" }), &["target check-target-tilde"]),
        (json!({ "target": "h:~/x", "rsync": { "protect_args": false } }), &[]),
        (json!({ "kind": "direct", "target": "h::m" }), &["target check-direct-not-local"]),
    ]);
}

#[test]
fn each_kind_has_its_own_keys() {
    let ssh = |more: Value| {
        let mut sync = json!({ "kind": "rsyncssh", "target": null, "host": "h", "targetdir": "d" });
        sync.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sync
    };
    expect(&[
        (ssh(json!({ "target": "/b" })), &["target check-target-of-rsyncssh"]),
        (ssh(json!({ "host": null })), &["host check-host-missing"]),
        (ssh(json!({ "targetdir": null })), &["targetdir check-targetdir-missing"]),
        (ssh(json!({ "host": "-x" })), &["host check-host-dash"]),
        (ssh(json!({ "maxProcesses": 2 })), &["maxProcesses check-rsyncssh-processes"]),
        (ssh(json!({ "exitcodes": { "1": "ok" } })), &["exitcodes check-key-of-other-kind"]),
        (json!({ "host": "h" }), &["host check-host-without-rsyncssh"]),
        (json!({ "ssh": { "port": 22 } }), &["ssh check-key-of-other-kind"]),
    ]);
}

#[test]
fn numbers_keep_their_range() {
    expect(&[
        (json!({ "delay": -1 }), &["delay check-too-small"]),
        (json!({ "delay": 1e12 }), &["delay check-too-large"]),
        (json!({ "maxProcesses": 0 }), &["maxProcesses check-too-small"]),
        (json!({ "batchSizeLimit": 5 }), &["batchSizeLimit check-batch-size-limit-alone"]),
        (json!({ "batchSizeLimit": 5, "maxProcesses": 2 }), &[]),
    ]);
    let mut config: Config = serde_json::from_value(json!({ "sync": [
        { "kind": "rsync", "source": "/a", "target": "/b" }
    ] }))
    .unwrap();
    config.sync[0].delay = Some(f64::NAN);
    let found = check(&config, &mut |_| Err(String::new()));
    assert_eq!((found[0].path.as_str(), found[0].code.as_str()), ("sync[0].delay", "check-not-a-number"));
}

#[test]
fn one_inside_the_other_is_refused_unless_left_out() {
    let within = "target check-target-inside-source";
    let around = "target check-source-inside-target";
    expect(&[
        (json!({ "target": "/a/" }), &["target check-target-is-source"]),
        (json!({ "target": "/a/b/c" }), &[within]),
        (json!({ "target": "/a/b/c", "exclude": ["/b/"] }), &[]),
        (json!({ "target": "/a/b/c", "exclude": ["c"] }), &[]),
        (json!({ "target": "/a/b/c", "exclude": ["c"], "rsync": { "delete_excluded": true } }), &[within]),
        (json!({ "target": "/a/b/c", "rsync": { "_extra": ["--exclude", "/b"] } }), &[]),
        (json!({ "source": "/b/x" }), &[around]),
        (json!({ "source": "/b/x", "exclude": "/x" }), &[]),
        (json!({ "source": "/ab", "target": "/a" }), &[]),
        (json!({ "source": "/" }), &[within]),
    ]);
}

#[test]
fn options_that_break_each_other_are_told() {
    let rsync = |options: Value| json!({ "rsync": options });
    expect(&[
        (rsync(json!({ "inplace": true, "hard_links": true })), &["rsync.inplace check-inplace-hard-links"]),
        (rsync(json!({ "inplace": true, "_extra": ["-H"] })), &["rsync.inplace check-inplace-hard-links"]),
        (
            rsync(json!({ "inplace": true, "_extra": ["--partial-dir=.p"] })),
            &["rsync.inplace check-inplace-partial-dir"],
        ),
        (rsync(json!({ "append": true })), &["rsync.append check-append?"]),
        (
            rsync(json!({ "append_verify": true, "whole_file": true })),
            &["rsync.append_verify check-append?", "rsync.append_verify check-append-whole-file"],
        ),
        (rsync(json!({ "backup": true })), &["rsync.backup check-backup-without-dir?"]),
        (rsync(json!({ "backup_dir": ".bk", "suffix": ".1" })), &[]),
        (rsync(json!({ "suffix": ".1" })), &["rsync.suffix check-suffix-without-backup?"]),
        (rsync(json!({ "suffix": "" })), &["rsync.suffix check-suffix-empty"]),
        (
            rsync(json!({ "suffix": "/x", "backup": true })),
            &["rsync.backup check-backup-without-dir?", "rsync.suffix check-suffix-slash"],
        ),
        (rsync(json!({ "times": false })), &["rsync.times check-times-off?"]),
        (rsync(json!({ "dry_run": true })), &["rsync.dry_run check-dry-run?"]),
        (rsync(json!({ "chown": "a:b", "usermap": "a:b" })), &["rsync.chown check-chown-with-map"]),
        (rsync(json!({ "binary": "" })), &["rsync.binary check-empty"]),
        (rsync(json!({ "password_file": "/p" })), &["rsync.password_file check-password-file-not-daemon"]),
        (rsync(json!({ "rsh": "ssh" })), &["rsync.rsh check-rsh-local?"]),
        (rsync(json!({ "_extra": ["--contimeout=5"] })), &["rsync._extra check-contimeout-not-daemon"]),
        (
            json!({ "target": "h::m", "rsync": { "password_file": "p" } }),
            &["rsync.password_file check-password-file-relative"],
        ),
        (json!({ "target": "h::m", "rsync": { "rsh": "ssh" } }), &["rsync.rsh check-rsh-with-daemon?"]),
        (json!({ "target": "h::m", "rsync": { "temp_dir": "/t" } }), &["rsync.temp_dir check-temp-dir-in-module?"]),
        (
            json!({ "target": "h::m", "rsync": { "_extra": ["--temp-dir=/t"] } }),
            &["rsync._extra check-temp-dir-in-module?"],
        ),
        (
            json!({ "delete": false, "rsync": { "delete_excluded": true } }),
            &["rsync.delete_excluded check-delete-excluded-alone?"],
        ),
    ]);
}

#[test]
fn words_of_extra_that_lose_data_are_refused_by_name() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["-r"], &["check-extra-tree -r"]),
        (&["-avz"], &["check-extra-has-key -a"]),
        (&["-dR"], &["check-extra-tree -d", "check-extra-tree -R"]),
        (&["--no-dirs"], &["check-extra-tree --no-dirs"]),
        (&["--no-relative"], &["check-extra-tree --no-relative"]),
        (&["--no-implied-dirs"], &["check-extra-tree --no-implied-dirs"]),
        (&["--no-r"], &["check-extra-tree --no-r"]),
        (&["-n"], &["check-extra-has-key -n"]),
        (&["--list-only"], &["check-extra-nothing --list-only"]),
        (&["--only-write-batch=f"], &["check-extra-nothing --only-write-batch"]),
        (&["--read-batch", "f"], &["check-extra-nothing --read-batch"]),
        (&["--files-from=f"], &["check-extra-list --files-from"]),
        (&["--from0"], &["check-extra-list --from0"]),
        (&["--remove-source-files"], &["check-extra-source --remove-source-files"]),
        (&["--remove-source"], &["check-extra-source --remove-source"]),
        (&["--ignore-errors"], &["check-extra-deletes --ignore-errors"]),
        (&["--delete-missing-args"], &["check-extra-deletes --delete-missing-args"]),
        (&["--delete"], &["check-extra-deletes --delete"]),
        (&["--max-delete=5"], &["check-extra-deletes --max-delete"]),
        (&["-F"], &["filter-option-f "]),
        (&["--link-dest=/x"], &["check-extra-basis --link-dest"]),
        (&["--partial"], &["check-extra-partial --partial"]),
        (&["-P"], &["check-extra-partial -P"]),
        (&["--stop-after=5"], &["check-extra-early --stop-after"]),
        (&["--daemon"], &["check-extra-mode --daemon"]),
        (&["--server"], &["check-extra-mode --server"]),
        (&["-e", "ssh -p 2"], &["check-extra-has-key -e"]),
        (&["--password-file=/p"], &["check-extra-has-key --password-file"]),
        (&["-y"], &["check-extra-fuzzy -y"]),
        (&["--out-format=%n"], &["check-extra-dropped --out-format"]),
        (&["-hi"], &["check-extra-dropped -h", "check-extra-dropped -i"]),
        (&["--size-only"], &["check-extra-size-only --size-only"]),
        (&["--frobnicate"], &["check-extra-unknown --frobnicate"]),
        (&["--temp-dir"], &["check-extra-without-value --temp-dir"]),
        (&["stray"], &["check-extra-not-an-option "]),
        (&["--max-size", "1G", "--no-motd", "-z", "--no-perms", "--exclude", "x", "--numeric-ids"], &[]),
    ];
    for (words, expected) in cases {
        let config: Config = serde_json::from_value(json!({ "sync": [
            { "kind": "rsync", "source": "/a", "target": "/b", "rsync": { "_extra": words } }
        ] }))
        .unwrap();
        let found: Vec<String> = check(&config, &mut |_| Err(String::new()))
            .iter()
            .inspect(|p| assert_eq!(p.path, "sync[0].rsync._extra"))
            .map(|p| format!("{} {}", p.code, p.args.get("option").map(String::as_str).unwrap_or_default()))
            .collect();
        assert_eq!(found, *expected, "{words:?}");
    }
}

#[test]
fn filters_are_read_and_doubtful_ones_told() {
    expect(&[
        (json!({ "excludeFrom": "/nowhere" }), &["excludeFrom filter-file-unreadable"]),
        (json!({ "exclude": ["/a/tmp"] }), &["exclude filter-starts-with-source?"]),
        (json!({ "filter": ["x foo"] }), &["filter filter-unknown-rule"]),
    ]);
}

#[test]
fn a_cap_over_all_is_no_trouble_for_rsyncssh() {
    let sync = json!({ "kind": "rsyncssh", "source": "/a", "host": "h", "targetdir": "d" });
    assert_eq!(codes(json!({ "settings": { "maxProcesses": 4 }, "sync": [sync] })), Vec::<String>::new());
}

#[test]
fn a_crontab_has_five_or_six_fields_in_their_ranges_and_comes_at_some_time() {
    for good in ["0 3 * * *", "0 0 3 * * *", "*/10 0-30/5 1,2 1 jan-mar MON", "0 0 0 31 12 7"] {
        assert_eq!(of_sync(json!({ "crontab": good })), [""; 0], "{good}");
    }
    for (bad, code) in [
        ("3 * * *", "crontab check-crontab-fields"),
        ("0 0 30 2 *", "crontab check-crontab-never"),
        ("60 0 3 * * *", "crontab check-crontab-field"),
        ("0 0 3 0 * *", "crontab check-crontab-field"),
        ("0 0 3 * foo *", "crontab check-crontab-field"),
        ("0 0 5-3 * * *", "crontab check-crontab-field"),
        ("*/0 0 3 * * *", "crontab check-crontab-field"),
    ] {
        assert_eq!(of_sync(json!({ "crontab": [bad] })), [code], "{bad}");
    }
}

#[test]
fn syncs_are_told_apart() {
    let two = |a: Value, b: Value| codes(json!({ "sync": [a, b] }));
    let sync = |source: &str, target: &str| json!({ "kind": "rsync", "source": source, "target": target });
    let named = |source: &str, key: &str, value: &str| json!({ "kind": "rsync", "source": source, "target": format!("/to{source}"), "driftless": { key: value } });
    let kept = |source: &str| json!({ "kind": "rsync", "source": source, "target": "h::m", "delete": "running" });
    let cases: [(Vec<String>, &[&str]); 10] = [
        (two(sync("/a", "/b"), sync("/a/", "/b/")), &["sync[1] check-duplicate-sync"]),
        (two(named("/a", "id", "x"), named("/b", "id", "x")), &["sync[1].driftless.id check-duplicate-id"]),
        (two(named("/a", "name", "Sync2"), sync("/b", "/c")), &["sync[1].driftless.name check-duplicate-name"]),
        (two(named("/a", "id", "../x"), sync("/b", "/c")), &["sync[0].driftless.id check-id-unfit"]),
        (two(sync("/a", "h::m"), sync("/b", "h::m")), &["sync[1].target check-same-target"]),
        (two(kept("/a"), kept("/b")), &["sync[1].target check-same-target?"]),
        (two(sync("/a", "/t"), sync("/b", "/t/b")), &["sync[1].target check-nested-target?"]),
        (two(sync("/a", "/b"), sync("/b", "/a")), &["sync[1].target check-ring"]),
        (two(sync("/a", "/b/x"), sync("/b", "/c")), &[]),
        (two(sync("/a", "h::m"), sync("/b", "h::n")), &[]),
    ];
    for (at, (found, expected)) in cases.iter().enumerate() {
        assert_eq!(found, expected, "case {at}");
    }
    let ring = codes(json!({ "sync": [sync("/a", "/b"), sync("/b", "/c/in"), sync("/c", "/a")] }));
    assert_eq!(ring, ["sync[2].target check-ring"]);
}

#[test]
fn the_whole_is_looked_at_too() {
    assert_eq!(codes(json!({})), [" check-nothing-to-watch"]);
    let facility = |value: &str| {
        codes(
            json!({ "settings": { "logfacility": value }, "sync": [{ "kind": "rsync", "source": "/a", "target": "/b" }] }),
        )
    };
    for good in ["local7", "Daemon", "8"] {
        assert_eq!(facility(good), Vec::<String>::new(), "{good}");
    }
    for bad in ["local8", "nobody", "999"] {
        assert_eq!(facility(bad), ["settings.logfacility check-facility-unknown"], "{bad}");
    }
}
