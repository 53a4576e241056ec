//! Every key of the model, for every kind that takes it: set as the form sets it, it is accepted by the check, stands in the file, is
//! read back from there, and reaches what the engine runs: rsync's words, ssh's, or the plan.

use std::sync::Arc;
use std::time::Duration;

use driftless_core::behaviour::rsync::full_pass;
use driftless_core::config::{DeletePolicy, InotifyMode, KeyInfo, Kind, Table, ValueType, keys};
use driftless_core::plan::{Password, Plan, SyncPlan};
use driftless_core::work::{Arg, CommandSpec};
use serde_json::{Map, Value, json};

use super::tests::Desk;
use crate::shell::Shell;

/// Where a key shows.
enum Shows {
    /// In the plan of the sync. The plan without the key is for comparison.
    Sync(fn(&SyncPlan, &SyncPlan) -> bool),
    /// In the plan's settings.
    Settings(fn(&Plan) -> bool),
    /// In the application.
    App(fn(&Shell) -> bool),
    /// Among rsync's words, the word for ssh unpacked.
    Words(&'static [&'static str]),
    /// Nowhere, for this reason.
    Nowhere(&'static str),
}
use Shows::{App, Nowhere, Settings, Sync, Words};

/// A key whose value is not just `true`, a number or a word, or which shows elsewhere than as its flag: its value, what must stand
/// beside it, and where it shows.
type Row = (Table, &'static str, fn() -> Value, fn() -> Value, Shows);

fn alone() -> Value {
    json!({})
}

const ROWS: &[Row] = &[
    (Table::Sync, "kind", || json!(null), alone, Sync(|_, _| true)),
    (Table::Sync, "source", || json!("/nowhere/else"), alone, Sync(|plan, _| plan.source == "/nowhere/else")),
    (Table::Sync, "target", || json!("/nowhere/there/"), alone, Sync(|plan, _| shown(plan).contains("/nowhere/there"))),
    (Table::Sync, "host", || json!("me@127.0.0.2"), alone, Sync(|plan, _| ssh(plan).1.ends_with("me@127.0.0.2"))),
    (Table::Sync, "targetdir", || json!("/far/away"), alone, Sync(|plan, _| shown(plan).contains("/far/away"))),
    (Table::Sync, "init", || json!(false), alone, Sync(|plan, _| !plan.init)),
    (Table::Sync, "delay", || json!(3.5), alone, Sync(|plan, _| plan.delay == Duration::from_millis(3_500))),
    (Table::Sync, "maxDelays", || json!(7), alone, Sync(|plan, _| plan.max_delays == 7)),
    (Table::Sync, "maxProcesses", || json!(3), alone, Sync(|plan, _| plan.max_processes == 3)),
    (Table::Sync, "delete", || json!("running"), alone, Sync(|plan, _| plan.delete == DeletePolicy::Running)),
    (Table::Sync, "exclude", || json!(["*.o"]), alone, Words(&["--filter=- *.o"])),
    (Table::Sync, "excludeFrom", || json!("HOME/patterns"), alone, Words(&["--filter=- *.from"])),
    (Table::Sync, "filter", || json!(["- *.f"]), alone, Words(&["--filter=- *.f"])),
    (Table::Sync, "filterFrom", || json!("HOME/rules"), alone, Words(&["--filter=- *.rules"])),
    (Table::Sync, "exitcodes", || json!({ "5": "again" }), alone, Sync(|plan, _| plan.exit_codes.contains_key(&5))),
    (
        Table::Sync,
        "rsyncExitCodes",
        || json!({ "5": "again" }),
        alone,
        Sync(|plan, _| plan.exit_codes.contains_key(&5)),
    ),
    (
        Table::Sync,
        "sshExitCodes",
        || json!({ "5": "again" }),
        alone,
        Sync(|plan, _| plan.ssh_exit_codes.contains_key(&5)),
    ),
    (
        Table::Sync,
        "crontab",
        || json!(["0 3 * * *"]),
        alone,
        Sync(|plan, without| plan.own.schedule != without.own.schedule),
    ),
    (
        Table::Sync,
        "batchSizeLimit",
        || json!(5_000),
        || json!({ "maxProcesses": 2 }),
        Sync(|plan, _| plan.batch_size_limit == Some(5_000)),
    ),
    (
        Table::Rsync,
        "binary",
        || json!("/usr/bin/rsync"),
        alone,
        Sync(|plan, _| command(plan).program == "/usr/bin/rsync"),
    ),
    (Table::Rsync, "_extra", || json!(["--compress-level=3"]), alone, Words(&["--compress-level=3"])),
    (Table::Rsync, "password_file", || json!("HOME/secret"), alone, Words(&["--password-file=", "/secret"])),
    (Table::Rsync, "cvs_exclude", || json!(true), alone, Words(&["--filter=:C .cvsignore"])),
    (
        Table::Rsync,
        "quiet",
        || json!(true),
        alone,
        Nowhere("what rsync says is how it is known what arrived: it is read, and not shown"),
    ),
    (Table::Rsync, "chmod", || json!("D755,F644"), alone, Words(&["--chmod=D755,F644"])),
    (Table::Rsync, "chown", || json!("1:1"), alone, Words(&["--chown=1:1"])),
    (Table::Rsync, "usermap", || json!("1:2"), alone, Words(&["--usermap=1:2"])),
    (Table::Rsync, "groupmap", || json!("1:2"), alone, Words(&["--groupmap=1:2"])),
    (Table::Ssh, "binary", || json!("/usr/bin/ssh"), alone, Sync(|plan, _| ssh(plan).0 == "/usr/bin/ssh")),
    (Table::Ssh, "identityFile", || json!("/keys/one"), alone, Words(&["-i /keys/one"])),
    (Table::Ssh, "options", || json!({ "Compression": "yes" }), alone, Words(&["-o Compression=yes"])),
    (Table::Ssh, "port", || json!(2_222), alone, Words(&["-p 2222"])),
    (Table::Ssh, "_extra", || json!(["-4"]), alone, Words(&[" -4 "])),
    (Table::Driftless, "id", || json!("kept"), alone, Sync(|plan, _| plan.id == "kept")),
    (Table::Driftless, "name", || json!("Letters"), alone, Sync(|plan, _| plan.name == "Letters")),
    (Table::Driftless, "deleteShare", || json!(50), alone, Sync(|plan, _| plan.own.budget.share == Some(50))),
    (Table::Driftless, "deleteCount", || json!(9), alone, Sync(|plan, _| plan.own.budget.count == Some(9))),
    (Table::Driftless, "rehearse", || json!(true), alone, Sync(|plan, _| plan.own.rehearse)),
    (Table::Driftless, "keep", || json!(30), alone, Sync(|plan, _| plan.own.keep_days == Some(30))),
    (Table::Driftless, "sourceDisk", || json!("UUID=1234-ABCD"), alone, Sync(|plan, _| plan.own.source_disk.is_some())),
    (Table::Driftless, "targetDisk", || json!("UUID=1234-ABCD"), alone, Sync(|plan, _| plan.own.target_disk.is_some())),
    (Table::Driftless, "verify", || json!(3), alone, Sync(|plan, without| plan.own.schedule != without.own.schedule)),
    (
        Table::Driftless,
        "verifyContents",
        || json!(true),
        alone,
        Sync(|plan, without| plan.own.schedule != without.own.schedule),
    ),
    (Table::Driftless, "onlyOnMains", || json!(true), alone, Sync(|plan, _| plan.own.rules.mains)),
    (Table::Driftless, "notOnMetered", || json!(true), alone, Sync(|plan, _| plan.own.rules.unmetered)),
    (Table::Driftless, "onlyNetworks", || json!(["home"]), alone, Sync(|plan, _| plan.own.rules.networks == ["home"])),
    (Table::Driftless, "onlyHours", || json!(["22:00-06:00"]), alone, Sync(|plan, _| plan.own.rules.hours.len() == 1)),
    (
        Table::Settings,
        "logfile",
        || json!("/tmp/log"),
        alone,
        Settings(|plan| plan.settings.logfile.as_deref() == Some("/tmp/log")),
    ),
    (Table::Settings, "logident", || json!("me"), alone, Settings(|plan| plan.settings.logident == "me")),
    (Table::Settings, "logfacility", || json!("daemon"), alone, Settings(|plan| plan.settings.logfacility == "daemon")),
    (
        Table::Settings,
        "pidfile",
        || json!("/tmp/pid"),
        alone,
        Settings(|plan| plan.settings.pidfile.as_deref() == Some("/tmp/pid")),
    ),
    (Table::Settings, "nodaemon", || json!(true), alone, Settings(|plan| plan.settings.nodaemon)),
    (
        Table::Settings,
        "statusFile",
        || json!("/tmp/st"),
        alone,
        Settings(|plan| plan.settings.status_file.as_deref() == Some("/tmp/st")),
    ),
    (
        Table::Settings,
        "statusInterval",
        || json!(2),
        alone,
        Settings(|plan| plan.settings.status_interval == Duration::from_secs(2)),
    ),
    (Table::Settings, "insist", || json!(false), alone, Settings(|plan| !plan.settings.insist)),
    (
        Table::Settings,
        "inotifyMode",
        || json!("Modify"),
        alone,
        Settings(|plan| plan.settings.inotify_mode == InotifyMode::Modify),
    ),
    (Table::Settings, "maxProcesses", || json!(4), alone, Settings(|plan| plan.settings.max_processes == Some(4))),
    (Table::Settings, "maxDelays", || json!(9), alone, Settings(|plan| plan.syncs[0].max_delays == 9)),
    (Table::Settings, "onepass", || json!(true), alone, Settings(|plan| plan.settings.onepass)),
    (Table::App, "schema", || json!(1), alone, Nowhere("one layout of the file is known; another number is refused")),
    (Table::App, "language", || json!("zh-CN"), alone, App(|shell| facts(shell)["settings"]["language"] == "zh-CN")),
    (Table::App, "appearance", || json!("dark"), alone, App(|shell| facts(shell)["settings"]["appearance"] == "dark")),
    (Table::App, "notifyFailing", || json!(false), alone, App(|shell| shell.silenced().len() == 1)),
    (Table::App, "notifyHeld", || json!(false), alone, App(|shell| shell.silenced().len() == 1)),
    (Table::App, "notifyPassword", || json!(false), alone, App(|shell| shell.silenced().len() == 1)),
    (Table::App, "notifyRecovered", || json!(false), alone, App(|shell| shell.silenced().len() == 1)),
];

/// What a kind cannot do, though another one can: the check says so with this code.
const REFUSED: &[(Table, &str, Kind, &str)] = &[
    (Table::Sync, "maxProcesses", Kind::Rsyncssh, "check-rsyncssh-processes"),
    (Table::Rsync, "password_file", Kind::Rsyncssh, "check-password-file-not-daemon"),
    (Table::Rsync, "password_file", Kind::Direct, "check-password-file-not-daemon"),
    (Table::Driftless, "targetDisk", Kind::Rsyncssh, "check-disk-not-local"),
];

fn facts(shell: &Shell) -> Value {
    serde_json::to_value(shell.app_facts()).unwrap()
}

fn command(plan: &SyncPlan) -> CommandSpec {
    full_pass(plan, true, false)
}

fn shown(plan: &SyncPlan) -> String {
    plan.target.to_string()
}

/// ssh's program, and the words that go to it with the machine.
fn ssh(plan: &SyncPlan) -> (String, String) {
    let found = command(plan).args.into_iter().find_map(|arg| match arg {
        Arg::Ssh { call, .. } => Some(call),
        _ => None,
    });
    let call = found.expect("rsync is told how to reach the machine");
    (call.program, format!("{} {}", call.words.join(" "), call.host))
}

/// rsync's words, one a line; a secret and ssh by what they are made of.
fn words(plan: &SyncPlan) -> String {
    let word = |arg: Arg| match arg {
        Arg::Word(word) => word,
        Arg::Secret { prefix, from: Password::File(file) } => format!("{prefix}{file}"),
        Arg::Secret { prefix, from } => format!("{prefix}{from:?}"),
        Arg::Inline { prefix, content } => format!("{prefix}{}", String::from_utf8_lossy(&content)),
        Arg::Ssh { call, .. } | Arg::SshItself { call, .. } => format!(" {} ", call.words.join(" ")),
    };
    command(plan).args.into_iter().map(|arg| word(arg) + "\n").collect()
}

/// The value that the form would send for a key with a flag.
fn plain(key: &KeyInfo) -> Value {
    match &key.value {
        // What is on by itself is switched off.
        ValueType::Bool => json!(key.default != Some(json!(true))),
        ValueType::Integer { .. } | ValueType::Number { .. } => json!(7),
        _ => json!("some"),
    }
}

/// A flag shows as a letter in the first word, or as a word of its own. What is switched off shows by its absence.
fn flag_shows(flag: &str, value: &Value, said: &str) -> bool {
    let cluster = said.lines().next().unwrap_or_default();
    match flag.strip_prefix("--") {
        Some(_) if value == &json!(true) => said.lines().any(|word| word == flag),
        Some(_) => said.lines().any(|word| word == format!("{flag}={}", value.to_string().trim_matches('"'))),
        None => {
            let on = flag.trim_start_matches('-').chars().all(|letter| cluster.contains(letter));
            on == (value == &json!(true)) || said.lines().any(|word| word == flag)
        }
    }
}

/// A sync of this kind that would work, but for the machine at the far side.
fn base(desk: &Desk, kind: Kind) -> Value {
    let mut sync = desk.sync();
    sync["kind"] = json!(kind.word());
    if kind == Kind::Rsyncssh {
        sync.as_object_mut().unwrap().remove("target");
        sync["host"] = json!("127.0.0.1");
        sync["targetdir"] = json!("/nowhere");
    }
    sync
}

fn merge(into: &mut Map<String, Value>, more: Value) {
    into.extend(more.as_object().unwrap().clone());
}

/// Saves it as the form does, and gives what is read back from the file and what is run by it.
fn saved(desk: &Desk, config: &Value) -> Result<(Value, Plan), String> {
    let problems = desk.call("check", json!({ "config": config })).unwrap();
    let errors: Vec<&Value> = problems.as_array().unwrap().iter().filter(|p| p["severity"] == "error").collect();
    if !errors.is_empty() {
        return Err(format!("is refused: {errors:?}"));
    }
    let saved = desk.save(config.clone());
    if saved["saved"] != true {
        return Err(format!("is not saved: {saved}"));
    }
    let shell = desk.shell();
    let sheet = shell.document.read().unwrap();
    let plan = shell.document.load(&sheet).unwrap().plan;
    Ok((serde_json::to_value(&sheet.config).unwrap(), plan))
}

fn table_of(config: &Value, table: Table) -> &Value {
    match table {
        Table::Settings => &config["settings"],
        Table::App => &config["app"],
        Table::Sync => &config["sync"][0],
        Table::Rsync => &config["sync"][0]["rsync"],
        Table::Ssh => &config["sync"][0]["ssh"],
        Table::Driftless => &config["sync"][0]["driftless"],
    }
}

/// What stands beside a flag of rsync so that it means anything, or is allowed.
fn beside(key: &str) -> Value {
    match key {
        "suffix" => json!({ "backup": true }),
        _ => json!({}),
    }
}

fn try_key(desk: &Desk, kind: Kind, key: &KeyInfo, without: &SyncPlan) -> Result<(), String> {
    let row = ROWS.iter().find(|(table, name, ..)| *table == key.table && *name == key.name);
    let value = row.map_or_else(|| plain(key), |(_, _, value, ..)| value());
    let value = match value.as_str().map(|text| text.strip_prefix("HOME/")) {
        None if value.is_null() => json!(kind.word()),
        Some(Some(file)) => json!(desk.home.path().join(file)),
        _ => value,
    };
    let mut sync = base(desk, kind);
    // A password is for a daemon's module alone.
    if key.name == "password_file" && kind == Kind::Rsync {
        sync["target"] = json!("me@127.0.0.1::nowhere");
    }
    let mut config = json!({ "settings": {}, "app": {}, "sync": [sync] });
    let table = match key.table {
        Table::Settings => &mut config["settings"],
        Table::App => &mut config["app"],
        Table::Sync => &mut config["sync"][0],
        Table::Rsync => &mut config["sync"][0]["rsync"],
        Table::Ssh => &mut config["sync"][0]["ssh"],
        Table::Driftless => &mut config["sync"][0]["driftless"],
    };
    if !table.is_object() {
        *table = json!({});
    }
    let table = table.as_object_mut().unwrap();
    merge(table, row.map_or_else(|| beside(&key.name), |(_, _, _, more, _)| more()));
    table.insert(key.name.clone(), value.clone());
    let (read, plan) = saved(desk, &config)?;
    let alike = match (&table_of(&read, key.table)[&key.name], &value) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    };
    if !alike {
        return Err(format!("reads {} instead of {value}", table_of(&read, key.table)[&key.name]));
    }
    let sync = &plan.syncs[0];
    let shows = match (row.map(|(.., shows)| shows), &key.flag) {
        (Some(Sync(look)), _) => look(sync, without),
        (Some(Settings(look)), _) => look(&plan),
        (Some(App(look)), _) => look(&desk.shell()),
        (Some(Words(wanted)), _) => wanted.iter().all(|word| words(sync).contains(word)),
        (Some(Nowhere(why)), _) => !why.is_empty(),
        (None, Some(flag)) => flag_shows(flag, &value, &words(sync)),
        (None, None) => return Err("has no row that says where it shows".to_owned()),
    };
    if shows { Ok(()) } else { Err(format!("does not show in {:?}", words(sync))) }
}

fn every_key_of(kind: Kind) {
    let desk = Desk::new();
    std::fs::write(desk.home.path().join("patterns"), "*.from\n").unwrap();
    std::fs::write(desk.home.path().join("rules"), "- *.rules\n").unwrap();
    std::fs::write(desk.home.path().join("secret"), "secret\n").unwrap();
    let (_, plain) = saved(&desk, &json!({ "sync": [base(&desk, kind)] })).unwrap();
    let (mut tried, mut wrong) = (0, Vec::new());
    for table in Table::ALL {
        let takes = |key: &&KeyInfo| key.kinds.contains(&kind) && !matches!(key.value, ValueType::Table(_));
        let of_ssh = table == Table::Ssh && kind != Kind::Rsyncssh;
        for key in keys(table).iter().filter(takes).filter(|_| !of_ssh) {
            let refused =
                REFUSED.iter().find(|(at, name, of, _)| (*at, *name, *of) == (table, key.name.as_str(), kind));
            let ended = match (try_key(&desk, kind, key, &plain.syncs[0]), refused) {
                (Err(why), Some((.., code))) if why.contains(&format!("\"{code}\"")) => Ok(()),
                (Ok(()), Some(_)) => Err("is taken".to_owned()),
                (ended, _) => ended,
            };
            if let Err(why) = ended {
                wrong.push(format!("{:?}.{} {why}", key.table, key.name));
            }
            tried += 1;
        }
    }
    assert!(wrong.is_empty(), "{kind:?}:\n{}", wrong.join("\n"));
    assert!(tried > 90, "only {tried} keys were found");
}

#[test]
fn every_key_of_an_rsync_sync_shows_where_it_is_to() {
    every_key_of(Kind::Rsync);
}

#[test]
fn every_key_of_an_rsyncssh_sync_shows_where_it_is_to() {
    every_key_of(Kind::Rsyncssh);
}

#[test]
fn every_key_of_a_direct_sync_shows_where_it_is_to() {
    every_key_of(Kind::Direct);
}

#[test]
fn every_row_is_of_a_key() {
    for (table, name, ..) in ROWS {
        assert!(keys(*table).iter().any(|key| key.name == *name), "{table:?}.{name}");
    }
}

impl Desk {
    fn shell(&self) -> Arc<Shell> {
        self.state()
    }
}
