//! The catalogue says something about every code that the other crates can give, and nothing is missing in it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy spares only functions marked as tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use driftless_core::config::{Config, check};
use driftless_core::diagnose::FailureCode;
use driftless_core::hold::HoldWhy;
use driftless_core::problem::Problem;
use driftless_words::{Catalogue, Language, Part};
use serde_json::{Value, json};

/// What codes of problems begin with.
const FAMILIES: [&str; 6] = ["check-", "filter-", "plan-", "conf-", "lsyncd-", "lua-"];

fn catalogue() -> Catalogue {
    Catalogue::new(Language::English)
}

/// Every text of the sources in quotes that is a code, without the parts that are tests.
fn codes_in_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in ["core/src", "conf/src"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && path.file_name().is_some_and(|n| n != "tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let problems = text.split("Problem::error(\"").chain(text.split("Problem::warning(\"")).skip(1);
            found.extend(problems.filter_map(|t| t.split('"').next()).filter(|t| is_code(t)).map(str::to_owned));
            let quoted = text.split('"').filter(|t| is_code(t) && FAMILIES.iter().any(|f| t.starts_with(f)));
            found.extend(quoted.map(str::to_owned));
        }
    }
}

fn is_code(text: &str) -> bool {
    text.contains('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[test]
fn every_code_has_a_sentence_and_a_remedy() {
    let catalogue = catalogue();
    let codes = codes_in_sources();
    assert!(codes.len() > 80 && codes.contains("check-ring") && codes.contains("rsync-lacks-option"), "{codes:?}");
    let none = BTreeMap::new();
    let missing = |code: &&String| {
        catalogue.part(code, Part::Sentence, &none).is_none() || catalogue.part(code, Part::Remedy, &none).is_none()
    };
    let missing: Vec<&String> = codes.iter().filter(missing).collect();
    assert!(missing.is_empty(), "without a sentence or a remedy: {missing:#?}");
}

#[test]
fn every_failure_has_title_sentence_and_remedy() {
    let catalogue = catalogue();
    let guards = driftless_core::safety::Trouble::CODES.into_iter().chain(HoldWhy::ALL.map(HoldWhy::code));
    for code in FailureCode::ALL.iter().map(|c| c.as_str()).chain(guards) {
        let key = format!("failure-{code}");
        for part in [Part::Sentence, Part::Title, Part::Remedy] {
            assert!(catalogue.part(&key, part, &BTreeMap::new()).is_some(), "{key} {part:?}");
        }
        let title = catalogue.part(&key, Part::Title, &BTreeMap::new()).unwrap().expect("a title has no arguments");
        assert!(title.chars().count() <= 40, "{title}");
    }
}

#[test]
fn the_window_names_no_command() {
    let (plain, window) = (catalogue(), catalogue().for_window());
    let args: BTreeMap<String, String> = [("target", "/t"), ("sync", "s"), ("what", "w"), ("dir", "d"), ("why", "y")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let remedy = |catalogue: &Catalogue, key: &str| match catalogue.part(key, Part::Remedy, &args) {
        Some(Ok(text)) => text,
        other => panic!("{key}: {other:?}"),
    };
    assert!(remedy(&plain, "failure-source-emptied").contains("driftlessd allow 's'"));
    let keys = Catalogue::files(Language::English).iter().flat_map(|(_, text)| entries(text));
    for (key, parts) in keys.filter(|(key, parts)| parts.contains(".remedy") && !key.starts_with("lsyncd-")) {
        let told = window.part(&key, Part::Remedy, &args);
        let told = told.and_then(Result::ok).unwrap_or_default();
        assert!(!told.contains("driftlessd ") || key.starts_with("conf-"), "{key}: {told}");
        assert_eq!(parts.contains(".window"), remedy_differs(&plain, &window, &key, &args), "{key}");
    }
}

fn remedy_differs(plain: &Catalogue, window: &Catalogue, key: &str, args: &BTreeMap<String, String>) -> bool {
    plain.part(key, Part::Remedy, args) != window.part(key, Part::Remedy, args)
}

#[test]
fn every_file_is_read_whole_and_no_key_stands_twice() {
    for language in Language::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue").join(language.tag());
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let listed: BTreeSet<String> = Catalogue::files(language).iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(on_disk, listed, "{language:?}");
        let mut keys = BTreeSet::new();
        for (name, text) in Catalogue::files(language) {
            assert!(fluent_bundle::FluentResource::try_new((*text).to_owned()).is_ok(), "{language:?} {name}.ftl");
            for (key, _) in entries(text) {
                assert!(keys.insert(key.clone()), "{language:?}: {key} stands twice");
            }
        }
    }
}

/// The keys of a file, each with its attributes and the arguments that it fills in.
fn entries(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            all.push((line.split(' ').next().unwrap().to_owned(), BTreeSet::new()));
        } else if let Some(attribute) = line.trim_start().strip_prefix('.').and_then(|rest| rest.split(' ').next()) {
            all.last_mut().unwrap().1.insert(format!(".{attribute}"));
        }
        if line.starts_with('#') {
            continue;
        }
        for argument in line.split("{ $").skip(1) {
            let name: String = argument.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            all.last_mut().unwrap().1.insert(format!("${name}"));
        }
    }
    all
}

/// Who reads Chinese reads all of it in Chinese, with the same parts and nothing that is not given.
#[test]
fn every_entry_stands_in_every_language() {
    for language in Language::ALL {
        let theirs: BTreeMap<String, BTreeSet<String>> =
            Catalogue::files(language).iter().flat_map(|(_, text)| entries(text)).collect();
        for (name, text) in Catalogue::files(Language::English) {
            for (key, english) in entries(text) {
                let Some(found) = theirs.get(&key) else { panic!("{language:?} {name}.ftl lacks {key}") };
                let mut missing = english.iter().filter(|part| part.starts_with('.') && !found.contains(*part));
                assert_eq!(missing.next(), None, "{language:?} {key}");
                let mut unknown = found.iter().filter(|part| part.starts_with('$') && !english.contains(*part));
                assert_eq!(unknown.next(), None, "{language:?} {key}");
            }
        }
    }
}

/// Every key of the model has a name in every language, and its unit a word; its help is the model's own in English.
#[test]
fn every_key_of_the_model_has_a_name_and_help() {
    use driftless_core::config::{Table, ValueType, keys};
    for language in Language::ALL {
        let all: BTreeMap<String, BTreeSet<String>> =
            Catalogue::files(language).iter().flat_map(|(_, text)| entries(text)).collect();
        for table in Table::ALL {
            let word = match table {
                Table::Settings => "settings",
                Table::App => "app",
                Table::Sync => "sync",
                Table::Rsync => "rsync",
                Table::Ssh => "ssh",
                Table::Driftless => "driftless",
            };
            for key in keys(table).into_iter().filter(|key| !matches!(key.value, ValueType::Table(_))) {
                let entry = format!("option-{word}-{}", key.name);
                let Some(parts) = all.get(&entry) else { panic!("{language:?} lacks {entry}") };
                assert!(language == Language::English || parts.contains(".help"), "{language:?} {entry} has no help");
                // A sign such as % is the same everywhere.
                let unit = key.unit.map(|unit| unit.to_lowercase().replace('/', "-"));
                let unit = unit.filter(|unit| unit.chars().all(|c| c.is_ascii_alphabetic() || c == '-'));
                let named = unit.is_none_or(|unit| all.contains_key(&format!("unit-{unit}")));
                assert!(named, "{language:?} has no word for the unit of {entry}");
            }
        }
    }
}

#[test]
fn what_is_missing_in_a_language_is_said_in_english_and_a_wish_finds_its_language() {
    let chinese = Catalogue::new(Language::Chinese);
    let args = [("source".to_owned(), "home".to_owned())].into();
    assert_eq!(chinese.text("check-source-relative", &args).sentence, "源 home 不是绝对路径。");
    assert_eq!(chinese.text("no-such-code", &args).sentence, "no-such-code (source: home)");
    for (wish, language) in
        [("zh_CN.UTF-8", Language::Chinese), ("zh-Hans", Language::Chinese), ("de", Language::English)]
    {
        assert_eq!(Language::best(wish), language, "{wish}");
    }
}

/// Every problem that the check can find is provoked once, and rendered with nothing missing.
#[test]
fn every_problem_of_the_check_carries_what_its_sentence_needs() {
    let catalogue = catalogue();
    let mut seen = BTreeSet::new();
    for problem in provoked() {
        for part in [Part::Sentence, Part::Remedy] {
            let rendered = catalogue.part(&problem.code, part, &problem.args).expect(&problem.code);
            let text = rendered.unwrap_or_else(|missing| panic!("{missing} has {:?}", problem.args));
            assert!(text.ends_with(['.', '?', ':', '!']) || text.contains(": "), "no sentence: {text}");
        }
        seen.insert(problem.code);
    }
    // A megabyte of rules, a file inside the source, and words that the check has sorted before.
    let elsewhere = [
        "filter-too-many",
        "filter-dir-file-merge",
        "filter-dir-file-special",
        "filter-dir-file-large",
        "filter-not-a-filter-option",
    ];
    let known = codes_in_sources().into_iter().filter(|c| c.starts_with("check-") || c.starts_with("filter-"));
    let unseen: Vec<String> = known.filter(|c| !seen.contains(c) && !elsewhere.contains(&c.as_str())).collect();
    assert!(unseen.is_empty(), "never provoked: {unseen:#?}");
}

fn provoked() -> Vec<Problem> {
    let mut all = Vec::new();
    let mut check_syncs = |syncs: Value| {
        let config: Config = serde_json::from_value(json!({ "sync": syncs })).unwrap();
        all.extend(check(&config, &mut |file| match file {
            "/bytes" => Ok(b"- \xff\n".to_vec()),
            "/nul" => Ok(b"a\0b\n".to_vec()),
            "/sides" => Ok(b".s /hidden\n".to_vec()),
            "/hidden" => Ok(b"-s x\n".to_vec()),
            "/deep" => Ok(b". /deep\n".to_vec()),
            _ => Err("not there".to_owned()),
        }));
    };
    check_syncs(json!([]));
    for more in CASES.iter().flat_map(|text| serde_json::from_str::<Vec<Value>>(text).expect(text)) {
        let mut sync = json!({ "kind": "rsync", "source": "/a", "target": "/b" });
        sync.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sync.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        check_syncs(json!([sync]));
    }
    for word in EXTRA {
        check_syncs(json!([{ "kind": "rsync", "source": "/a", "target": "/b", "rsync": { "_extra": [word] } }]));
    }
    for rule in FILTERS {
        check_syncs(json!([{ "kind": "rsync", "source": "/a", "target": "/b", "filter": [rule] }]));
    }
    check_syncs(json!([{ "kind": "rsync", "source": "/a", "target": "/b", "exclude": ["x".repeat(5000)] }]));
    let sync = |source: &str, target: &str| json!({ "kind": "rsync", "source": source, "target": target });
    let named = |source: &str, key: &str, value: &str| json!({ "kind": "rsync", "source": source, "target": format!("/to{source}"), "driftless": { key: value } });
    check_syncs(json!([sync("/a", "/b"), sync("/a", "/b")]));
    check_syncs(json!([sync("/a", "/b"), sync("/b", "/a")]));
    check_syncs(json!([sync("/a", "/t"), sync("/b", "/t")]));
    check_syncs(json!([sync("/a", "/t"), sync("/b", "/t/b")]));
    check_syncs(json!([named("/a", "id", "x"), named("/b", "id", "x")]));
    check_syncs(json!([named("/a", "name", "x"), named("/b", "name", "x")]));
    check_syncs(json!([named("/a", "id", "../x")]));
    let mut config: Config = serde_json::from_value(json!({ "sync": [sync("/a", "/b")] })).unwrap();
    config.sync[0].delay = Some(f64::NAN);
    config.settings.logfacility = Some("x".to_owned());
    all.extend(check(&config, &mut |_| Err(String::new())));
    all
}

const CASES: &[&str] = &[
    r#"[{"source": ""}, {"source": "x"}, {"source": "/a/.."}, {"source": "/a\nb"}]"#,
    r#"[{"target": null}, {"target": "b"}, {"target": "h::"}, {"target": "u@::m"}, {"target": "rsync://h:0/m"}]"#,
    r#"[{"target": "/a\tb"}, {"target": "/"}, {"target": "/b/.."}, {"target": "-h:x"}, {"target": "h:~/x"}]"#,
    r#"[{"target": "/a"}, {"target": "/a/b"}, {"source": "/b/a"}, {"kind": "direct", "target": "h::m"}]"#,
    r#"[{"kind": "rsyncssh"}, {"host": "h"}, {"ssh": {"port": 1}}, {"kind": "rsyncssh", "maxProcesses": 2}]"#,
    r#"[{"kind": "rsyncssh", "host": "a/b"}, {"delay": -1}, {"delay": 1e12}, {"batchSizeLimit": 1}, {"batchSizeLimit": 1, "maxProcesses": 2}]"#,
    r#"[{"driftless": {"keep": 5}, "rsync": {"backup": true, "backup_dir": "/b"}}]"#,
    r#"[{"crontab": "1"}, {"crontab": "0 0 30 2 *"}, {"crontab": "99 * * * * *"}, {"excludeFrom": "/none"}, {"excludeFrom": "-"}]"#,
    r#"[{"rsync": {"inplace": true, "hard_links": true, "_extra": ["--delay-updates"]}}, {"rsync": {"binary": ""}}]"#,
    r#"[{"rsync": {"append": true, "whole_file": true}}, {"rsync": {"backup": true}}, {"rsync": {"suffix": ""}}]"#,
    r#"[{"rsync": {"suffix": "/"}}, {"rsync": {"suffix": "x"}}, {"rsync": {"times": false}}, {"rsync": {"dry_run": true}}]"#,
    r#"[{"delete": false, "rsync": {"delete_excluded": true}}, {"rsync": {"chown": "a:b", "groupmap": "a:b"}}]"#,
    r#"[{"rsync": {"password_file": "/p"}}, {"target": "h::m", "rsync": {"password_file": "p", "rsh": "x"}}]"#,
    r#"[{"rsync": {"rsh": "x"}}, {"rsync": {"_extra": ["--contimeout=1"]}}, {"target": "h::m", "rsync": {"temp_dir": "/t"}}]"#,
    r#"[{"filterFrom": "/sides"}, {"filterFrom": "/bytes"}, {"filterFrom": "/nul"}, {"filterFrom": "/deep"}, {"exclude": [""]}]"#,
    r#"[{"driftless": {"sourceDisk": "sdb"}}, {"driftless": {"sourceDisk": "UUID=1/x"}}, {"target": "h::m", "driftless": {"targetDisk": "auto"}}]"#,
    r#"[{"driftless": {"onlyHours": "noon"}}, {"driftless": {"onlyNetworks": [" "]}}]"#,
];

const EXTRA: &[&str] = &[
    "-r",
    "--from0",
    "--delete",
    "--remove-source-files",
    "--list-only",
    "--partial",
    "--link-dest=x",
    "--stop-at=x",
    "--daemon",
    "-y",
    "-a",
    "-i",
    "--size-only",
    "--frobnicate",
    "--temp-dir",
    "stray",
    "-F",
    "--exclude",
];

const FILTERS: &[&str] = &[
    "frob x", "- a\0b", "-q x", "-", "! x", "Hs x", "-x y", "-/ y", "-C x", ": a/b", "- /a/x", "- ./x", "- ~/x", "- x ",
];

/// A guard gives these; each of its sentences is whole with them.
#[test]
fn every_guard_carries_what_its_sentence_needs() {
    let args: BTreeMap<String, String> =
        ["source", "target", "path", "sync", "count"].map(|name| (name.to_owned(), "1".to_owned())).into();
    let asking = ["source", "target", "sync", "count", "limit", "names", "sent", "changed"];
    let asking: BTreeMap<String, String> = asking.map(|name| (name.to_owned(), "1".to_owned())).into();
    let guards = driftless_core::safety::Trouble::CODES.into_iter().chain(["source-gone", "source-unreadable"]);
    let holds = HoldWhy::ALL.map(|why| (why.code(), &asking));
    for (code, args) in guards.map(|code| (code, &args)).chain(holds) {
        for part in [Part::Sentence, Part::Remedy] {
            let text = catalogue().part(&format!("failure-{code}"), part, args).unwrap();
            assert!(text.is_ok(), "{code} {part:?}: {text:?}");
        }
    }
}
