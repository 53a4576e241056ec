//! Files that are wrong: each is refused with a code and a place, none crashes or hangs a reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use driftless_conf::{lsyncd, toml};
use driftless_core::problem::Problem;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken").join(name)).unwrap()
}

fn problems(name: &str) -> Vec<Problem> {
    let bytes = fixture(name);
    let read = if name.ends_with(".toml") {
        toml::parse_bytes(&bytes, name)
    } else {
        let own = bytes.clone();
        let mut files = |asked: &str| if asked == "self" { Ok(own.clone()) } else { Err("not found".to_owned()) };
        lsyncd::import(&bytes, name, &mut files, &mut |_| None).map(|imported| imported.config)
    };
    read.expect_err(name)
}

/// Code, path, line and column of each problem, as `code path line:column`.
fn told(name: &str) -> Vec<String> {
    let tell = |p: Problem| {
        let place = p.place.unwrap_or_else(|| panic!("{name}: {} has no place", p.code));
        assert_eq!(place.file, if name.contains("includes") { "self" } else { name });
        format!("{} {} {}:{}", p.code, p.path, place.line, place.column)
    };
    problems(name).into_iter().map(tell).collect()
}

#[test]
fn each_file_is_refused_at_its_place() {
    let mut named: Vec<String> = Vec::new();
    for (name, expected) in CASES {
        assert_eq!(told(name), *expected, "{name}");
        named.push((*name).to_owned());
    }
    let mut present: Vec<String> =
        std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
    present.sort();
    named.sort();
    assert_eq!(named, present, "every fixture is asserted");
}

#[test]
fn what_a_sentence_needs_is_in_its_arguments() {
    let of = |name: &str, index: usize, arg: &str| problems(name)[index].args.get(arg).cloned().unwrap_or_default();
    assert_eq!(of("t01_wrong_type.toml", 0, "found"), "text");
    assert_eq!(of("t01_wrong_type.toml", 0, "wanted"), "number");
    assert_eq!(of("t02_unknown_key.toml", 0, "near"), "statusInterval");
    assert_eq!(of("t03_wrong_table.toml", 0, "other"), "sync");
    assert_eq!(of("t03_wrong_table.toml", 1, "other"), "sync.rsync");
    assert_eq!(of("t06_range.toml", 0, "max"), "1000");
    assert_eq!(of("t06_range.toml", 1, "unit"), "s");
    assert_eq!(of("t07_choice.toml", 1, "choices"), "true, false, \"startup\", \"running\"");
    assert_eq!(of("t08_wrong_kind.toml", 0, "kinds"), "rsyncssh");
    assert_eq!(of("l07_unknown_key.conf", 0, "near"), "delay");
    assert_eq!(of("l07_unknown_key.conf", 1, "key"), "rsync.bw_limit");
    assert_eq!(of("l12_latin1_value.conf", 0, "value"), "/\\xfc");
    assert_eq!(of("l16_reaches_out.conf", 0, "name"), "io");
    assert_eq!(of("l17_executes.conf", 0, "name"), "os.execute");
    assert_eq!(of("l18_missing_file.conf", 0, "reason"), "not found");
    assert!(of("l02_syntax.conf", 0, "message").contains("expected"));
    assert!(!of("l03_runtime.conf", 0, "message").contains("traceback"));
}

const CASES: &[(&str, &[&str])] = &[
    ("l01_empty.conf", &["lsyncd-nothing-to-watch  1:1"]),
    ("l02_syntax.conf", &["lua-syntax  3:0"]),
    ("l03_runtime.conf", &["lua-error  2:0"]),
    ("l04_endless.conf", &["lua-endless  3:0"]),
    ("l05_endless_in_pcall.conf", &["lua-endless  3:0"]),
    ("l06_memory.conf", &["lua-memory  2:0"]),
    (
        "l07_unknown_key.conf",
        &[
            "conf-key-unknown-near sync[0].dealy 5:5",
            "conf-key-unknown-near sync[0].rsync.bw_limit 7:9",
            "conf-key-unknown sync[0].rsync.qqqqqqqqqqqq 8:9",
        ],
    ),
    (
        "l08_in_settings.conf",
        &[
            "conf-key-unknown-near settings.statusIntervall 2:5",
            "conf-key-elsewhere settings.delay 3:5",
            "conf-key-unknown sync[0].name 5:53",
            "conf-key-removed sync[0].xargs 5:65",
        ],
    ),
    (
        "l09_missing.conf",
        &[
            "conf-key-missing sync[0].target 1:1",
            "conf-key-missing sync[1].source 2:1",
            "conf-key-missing sync[1].host 2:1",
            "conf-key-missing sync[1].targetdir 2:1",
            "conf-key-kind sync[1].target 2:26",
        ],
    ),
    ("l10_not_a_table.conf", &["lsyncd-no-table  2:0"]),
    (
        "l11_wrong_shape.conf",
        &[
            "conf-type sync[0].rsync 4:5",
            "conf-type sync[0].delay 5:5",
            "conf-type sync[0].exclude 6:5",
            "conf-choice sync[0].delete 7:5",
            "conf-type sync[0].init 8:5",
        ],
    ),
    ("l12_latin1_value.conf", &["conf-text-not-utf8 sync[0].source 2:23"]),
    ("l13_bytecode.conf", &["lua-binary  1:1"]),
    ("l14_deep.conf", &["lua-syntax  1:0"]),
    ("l15_holds_itself.conf", &["lua-too-deep  4:0"]),
    ("l16_reaches_out.conf", &["lua-refused  2:0"]),
    ("l17_executes.conf", &["lua-refused  1:0"]),
    ("l18_missing_file.conf", &["lua-file  2:0"]),
    ("l19_includes_itself.conf", &["lua-too-deep  1:0"]),
    ("l20_pattern.conf", &["lua-endless  2:0"]),
    ("l21_finaliser.conf", &["lua-refused  1:0"]),
    ("l22_many.conf", &["lua-too-much  2:0"]),
    ("l23_positional.conf", &["lsyncd-positional sync[0] 1:1", "conf-type sync[0].rsync 1:59"]),
    ("l24_parallel_ssh.conf", &["lsyncd-parallel-rsyncssh sync[0].maxProcesses 4:5"]),
    (
        "l25_comment.conf",
        &["lsyncd-comment-place  1:1", "lsyncd-comment  4:5", "conf-key-unknown sync[0].driftless.colour 5:5"],
    ),
    ("l26_range_without_end.conf", &["lua-endless  1:0"]),
    ("l27_recursion.conf", &["lua-endless  1:0"]),
    ("l28_wrong_kind.conf", &["conf-key-kind sync[0].host 1:53"]),
    ("l29_pcall_in_pcall.conf", &["lua-too-deep  2:0"]),
    (
        "t01_wrong_type.toml",
        &[
            "conf-type settings.statusInterval 2:18",
            "conf-type sync[0].maxDelays 8:13",
            "conf-type sync[0].rsync.archive 9:17",
        ],
    ),
    (
        "t02_unknown_key.toml",
        &["conf-key-unknown-near settings.statusIntervall 2:1", "conf-key-unknown settings.zzzzzzzzzzzzzz 3:1"],
    ),
    ("t03_wrong_table.toml", &["conf-key-elsewhere settings.delay 2:1", "conf-key-elsewhere sync[0].bwlimit 7:1"]),
    ("t04_hook.toml", &["conf-key-hook sync[0].onCreate 5:1", "conf-key-removed sync[0].xargs 6:1"]),
    (
        "t05_missing_keys.toml",
        &[
            "conf-key-missing sync[0].source 1:1",
            "conf-key-missing sync[0].target 1:1",
            "conf-key-missing sync[1].kind 4:1",
        ],
    ),
    (
        "t06_range.toml",
        &[
            "conf-range settings.maxProcesses 2:16",
            "conf-range sync[0].delay 7:9",
            "conf-range-min sync[0].batchSizeLimit 8:18",
            "conf-range-min sync[0].rsync.bwlimit 9:21",
            "conf-range sync[0].rsync.timeout 9:35",
        ],
    ),
    (
        "t07_choice.toml",
        &[
            "conf-choice settings.inotifyMode 2:15",
            "conf-choice sync[0].delete 7:10",
            "conf-choice sync[0].exitcodes.23 8:20",
            "conf-exit-code sync[0].exitcodes.300 8:29",
        ],
    ),
    ("t08_wrong_kind.toml", &["conf-key-kind sync[0].host 5:1", "conf-key-kind sync[0].ssh 6:9"]),
    ("t09_syntax.toml", &["conf-syntax  2:22"]),
    ("t10_duplicate.toml", &["conf-syntax  3:1"]),
    ("t11_not_a_table.toml", &["conf-type settings 1:12", "conf-type sync 2:8"]),
    ("t12_sync_as_table.toml", &["conf-type sync 1:1"]),
    ("t13_latin1.toml", &["conf-not-utf8  2:5"]),
    ("t14_binary.toml", &["conf-not-utf8  1:1"]),
    ("t15_deep.toml", &["conf-syntax  1:85"]),
    ("t16_deep_key.toml", &["conf-syntax  1:1"]),
    ("t17_list_item.toml", &["conf-type sync[0].exclude[1] 5:17"]),
    (
        "t18_infinite.toml",
        &["conf-range settings.statusInterval 2:18", "conf-type sync[0].source 5:10", "conf-range sync[0].delay 7:9"],
    ),
    ("t19_unknown_table.toml", &["conf-key-unknown-near setting 1:2", "conf-key-elsewhere driftless 3:2"]),
    ("t20_extra.toml", &["conf-type sync[0].rsync._extra 6:16", "conf-type sync[0].ssh.options.Port 7:17"]),
];
