//! What the engine runs: the configuration with every default filled in and every path absolute.
//!
//! [`crate::config::Config`] is what a person wrote; a [`Plan`] is what holds. It is made by `plan_of` from a
//! configuration that the check found no error in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::behaviour::words::rsync_words;
use crate::budget::Budget;
use crate::conditions::{Hours, Rules};
use crate::config::{
    Config, DeletePolicy, ExitVerdict, InotifyMode, Kind, Read, Settings, Sync, check, clean_path, display_name,
    filters_of, identity, target_of,
};
use crate::disk::Disk;
use crate::filter::Verdict;
use crate::paths::RelPath;
use crate::problem::{Problem, Severity};
use crate::schedule::{self, Schedule};
use crate::ssh::SshCall;
use crate::target::Target;
use crate::trash::PATTERN;

/// Everything to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What holds for the whole program.
    pub settings: PlanSettings,
    /// The syncs in the order of the configuration.
    pub syncs: Vec<SyncPlan>,
}

/// `settings{}`, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanSettings {
    /// Log file, if any.
    pub logfile: Option<String>,
    /// Tag for syslog.
    pub logident: String,
    /// Facility for syslog: a name or a number.
    pub logfacility: String,
    /// Pid file, if any.
    pub pidfile: Option<String>,
    /// Stay in the foreground.
    pub nodaemon: bool,
    /// Status file, if any.
    pub status_file: Option<String>,
    /// Shortest time between two writes of it.
    pub status_interval: Duration,
    /// Keep trying when the first pass fails; unlike lsyncd also when nothing is written.
    pub insist: bool,
    /// Which events count as a change of content.
    pub inotify_mode: InotifyMode,
    /// Cap over all syncs.
    pub max_processes: Option<usize>,
    /// End after the first pass of every sync.
    pub onepass: bool,
}

/// One sync, resolved.
#[derive(Debug, Clone)]
pub struct SyncPlan {
    /// What it is known by for ever (see `decisions`: the written id, else a hash of kind, source and target).
    pub id: String,
    /// What a person calls it: the written name, else `Sync1`, `Sync2`… by position.
    pub name: String,
    /// How changes are brought over.
    pub kind: Kind,
    /// The watched folder: absolute, without a slash at the end (except `/`).
    pub source: String,
    /// Where to.
    pub target: Target,
    /// Longest wait of a change.
    pub delay: Duration,
    /// So many waiting entries start a batch at once.
    pub max_delays: usize,
    /// Cap of this sync.
    pub max_processes: usize,
    /// Full pass at the start.
    pub init: bool,
    /// What is removed at the target.
    pub delete: DeletePolicy,
    /// What is left out; the words for rsync stand in it too.
    pub matcher: crate::filter::Matcher,
    /// Files larger than this go one to a run.
    pub batch_size_limit: Option<u64>,
    /// The person's meaning of exit codes, over the built-in one.
    pub exit_codes: BTreeMap<u8, ExitVerdict>,
    /// The same for the calls of ssh that rename at the far side.
    pub ssh_exit_codes: BTreeMap<u8, ExitVerdict>,
    /// How rsync is called.
    pub rsync: RsyncPlan,
    /// How it reaches a target of kind `rsyncssh`; `None`: as rsync itself would.
    pub ssh: Option<SshCall>,
    /// What lsyncd does not know.
    pub own: OwnPlan,
}

/// `[sync.driftless]`, resolved: guards that ask, disks, rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnPlan {
    /// More deletions than this wait until they are allowed.
    pub budget: Budget,
    /// A first pass that may delete is rehearsed, and waits until it is confirmed.
    pub rehearse: bool,
    /// The disk that the source is on, where it comes and goes.
    pub source_disk: Option<Disk>,
    /// The same for a target on this machine.
    pub target_disk: Option<Disk>,
    /// When it may run.
    pub rules: Rules,
    /// What is removed or replaced at the target is kept in its trash, for so many days.
    pub keep_days: Option<u32>,
    /// When everything is compared again.
    pub schedule: Schedule,
    /// So many entries make a part of a full pass, for tests; else [`crate::pass::PART`].
    pub part_size: Option<u64>,
}

impl OwnPlan {
    fn of(sync: &Sync) -> OwnPlan {
        let keys = &sync.driftless;
        OwnPlan {
            budget: Budget { share: keys.delete_share, count: keys.delete_count.map(u64::from) },
            rehearse: keys.rehearse == Some(true),
            part_size: None,
            source_disk: keys.source_disk.as_deref().and_then(Disk::parse),
            target_disk: keys.target_disk.as_deref().and_then(Disk::parse),
            rules: Rules {
                mains: keys.only_on_mains == Some(true),
                unmetered: keys.not_on_metered == Some(true),
                networks: keys.only_networks.clone(),
                hours: keys.only_hours.iter().filter_map(|text| Hours::parse(text)).collect(),
            },
            keep_days: sync.keep_days(),
            schedule: Schedule {
                days: Some(keys.verify.unwrap_or(7)).filter(|days| *days > 0),
                contents: keys.verify_contents == Some(true),
                crontab: sync.crontab.iter().filter_map(|line| schedule::parse(line)).collect(),
            },
        }
    }
}

impl SyncPlan {
    /// True if the filters leave this path out. The root never is.
    pub fn excludes(&self, path: &RelPath, dir: bool) -> bool {
        !path.is_root() && self.matcher.verdict(path, dir) == Verdict::Excluded
    }

    /// The nearest directory above this path that is not left out.
    pub fn kept_parent(&self, path: &RelPath) -> RelPath {
        let mut parent = path.parent().unwrap_or_else(RelPath::root);
        while self.excludes(&parent, true) {
            parent = parent.parent().unwrap_or_else(RelPath::root);
        }
        parent
    }
}

/// How rsync is called for one sync.
#[derive(Debug, Clone, PartialEq)]
pub struct RsyncPlan {
    /// The program: a path, or a name to be found in PATH.
    pub binary: String,
    /// The words of every run, without `-r`, filters, delete words and password: short flags joined in one word in a fixed
    /// order, then `_extra` (without its filter words), then long flags in lsyncd's order.
    pub words: Vec<String>,
    /// Words that only full passes and subtree runs get (`-m`, which would lose changes in a batch).
    pub pass_words: Vec<String>,
    /// `--delete-excluded` is asked for.
    pub delete_excluded: bool,
    /// Patterns, anchored at the target's root, of helper directories of our own making that a pass must not
    /// remove (`/tmp/` for `--temp-dir=/tmp/`, `/.bk/` for a relative backup_dir).
    pub protect: Vec<String>,
    /// Modification times are kept: the quick check can be trusted, and `--modify-window` means something.
    pub times: bool,
    /// `one_file_system` is set: what is on another file system is left out.
    pub one_file_system: bool,
    /// `append` or `append_verify` is set: runs that compare by checksum leave it out.
    pub append: bool,
    /// Where the module's password comes from.
    pub password: Password,
}

/// Where the password of a daemon's module comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// None is needed: not a daemon, or no user is named.
    None,
    /// The first line of this file.
    File(String),
    /// The OS keyring, under this account (`rsync://USER@HOST:PORT/MODULE`).
    Keyring(String),
}

/// What a plan needs to know beside the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanEnv {
    /// Absolute paths of the program's own files and directories (configuration, state): never part of a sync. Log,
    /// status and pid file are known from the settings.
    pub own_paths: Vec<String>,
    /// Absolute; relative paths of the configuration start here.
    pub cwd: String,
}

/// What holds: defaults in, paths absolute. Refuses what [`check`] refuses (with the warnings left out).
pub fn plan_of(config: &Config, env: &PlanEnv, read: &mut Read<'_>) -> Result<Plan, Vec<Problem>> {
    let mut problems = check(config, read);
    problems.retain(|p| p.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(problems);
    }
    let settings = settings_of(&config.settings, env);
    let files = [&settings.logfile, &settings.status_file, &settings.pidfile];
    let own: Vec<String> = env.own_paths.iter().chain(files.into_iter().flatten()).cloned().collect();
    let mut syncs = Vec::with_capacity(config.sync.len());
    for (at, sync) in config.sync.iter().enumerate() {
        match sync_of(at, sync, &config.settings, env, &own, read) {
            Ok(plan) => syncs.push(plan),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(Plan { settings, syncs }) } else { Err(problems) }
}

/// A plan without a sync: what runs before there is one.
pub fn plan_of_nothing(settings: &Settings, env: &PlanEnv) -> Plan {
    Plan { settings: settings_of(settings, env), syncs: Vec::new() }
}

fn settings_of(written: &Settings, env: &PlanEnv) -> PlanSettings {
    let path = |path: &Option<String>| path.as_deref().map(|p| absolute(p, env));
    PlanSettings {
        logfile: path(&written.logfile),
        logident: written.logident.clone().unwrap_or_else(|| "driftless".to_owned()),
        logfacility: written.logfacility.clone().unwrap_or_else(|| "user".to_owned()),
        pidfile: path(&written.pidfile),
        nodaemon: written.nodaemon.unwrap_or(false),
        status_file: path(&written.status_file),
        status_interval: seconds(written.status_interval, 10.0),
        insist: written.insist.unwrap_or(true),
        inotify_mode: written.inotify_mode.unwrap_or_default(),
        max_processes: written.max_processes.map(|n| n as usize),
        onepass: written.onepass.unwrap_or(false),
    }
}

fn sync_of(
    at: usize,
    sync: &Sync,
    settings: &Settings,
    env: &PlanEnv,
    own: &[String],
    read: &mut Read<'_>,
) -> Result<SyncPlan, Vec<Problem>> {
    let filters = filters_of(sync, own, read)?;
    let Some(target) = target_of(sync) else {
        return Err(vec![Problem::error("check-target-missing").at(format!("sync[{at}].target"))]);
    };
    let exit_codes = if sync.kind == Kind::Rsync { &sync.exitcodes } else { &sync.rsync_exit_codes };
    Ok(SyncPlan {
        id: identity(sync),
        name: display_name(sync, at),
        kind: sync.kind,
        source: clean_path(&sync.source),
        delay: seconds(sync.delay, if sync.kind == Kind::Direct { 1.0 } else { 15.0 }),
        max_delays: sync.max_delays.or(settings.max_delays).unwrap_or(1_000) as usize,
        max_processes: sync.max_processes.unwrap_or(1) as usize,
        init: sync.init.unwrap_or(true),
        delete: sync.delete.unwrap_or_default(),
        matcher: filters.matcher,
        batch_size_limit: sync.batch_size_limit,
        exit_codes: exit_codes.clone(),
        ssh_exit_codes: sync.ssh_exit_codes.clone(),
        rsync: rsync_of(sync, &filters.extra, &target, env),
        ssh: ssh_of(sync, &target, env),
        own: OwnPlan::of(sync),
        target,
    })
}

fn rsync_of(sync: &Sync, extra: &[String], target: &Target, env: &PlanEnv) -> RsyncPlan {
    let options = &sync.rsync;
    let mut made = rsync_words(options, extra, target);
    made.protect.extend(sync.keep_days().map(|_| PATTERN.to_owned()));
    let password = match (&options.password_file, target.account()) {
        _ if !target.is_daemon() => Password::None,
        (Some(file), _) => Password::File(absolute(file, env)),
        (None, Some(account)) => Password::Keyring(account),
        (None, None) => Password::None,
    };
    RsyncPlan {
        binary: options.binary.clone().unwrap_or_else(|| "rsync".to_owned()),
        words: made.words,
        pass_words: made.pass_words,
        delete_excluded: options.delete_excluded == Some(true),
        protect: made.protect,
        times: made.times,
        one_file_system: made.one_file_system,
        append: made.append,
        password,
    }
}

/// A remote shell that `rsync.rsh` names is taken as it is where nothing is said of ssh, as lsyncd does.
fn ssh_of(sync: &Sync, target: &Target, env: &PlanEnv) -> Option<SshCall> {
    let Target::Shell { host, .. } = target else { return None };
    let named = sync.kind == Kind::Rsyncssh && (sync.rsync.rsh.is_none() || !sync.ssh.is_empty());
    named.then(|| SshCall::new(&sync.ssh, host, |path| absolute(path, env)))
}

fn absolute(path: &str, env: &PlanEnv) -> String {
    if path.starts_with('/') { path.to_owned() } else { clean_path(&format!("{}/{path}", env.cwd)) }
}

/// The check has refused what is no time.
fn seconds(written: Option<f64>, default: f64) -> Duration {
    Duration::try_from_secs_f64(written.unwrap_or(default)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn plan(config: Value) -> Result<Plan, Vec<String>> {
        let config: Config = serde_json::from_value(config).unwrap();
        let env = PlanEnv { own_paths: Vec::new(), cwd: "/etc/lsyncd".to_owned() };
        plan_of(&config, &env, &mut |_| Err("no files".to_owned()))
            .map_err(|all| all.into_iter().map(|p| format!("{} {}", p.path, p.code)).collect())
    }

    fn one(sync: Value) -> SyncPlan {
        plan(json!({ "sync": [sync] })).unwrap().syncs.remove(0)
    }

    fn plain() -> Value {
        json!({ "kind": "rsync", "source": "/a/", "target": "/b/" })
    }

    fn with(mut sync: Value, more: Value) -> Value {
        sync.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sync
    }

    #[test]
    fn what_is_not_written_has_lsyncds_default() {
        let sync = one(plain());
        assert_eq!((sync.name.as_str(), sync.source.as_str(), sync.target.to_string().as_str()), ("Sync1", "/a", "/b"));
        assert_eq!((sync.delay, sync.max_delays, sync.max_processes), (Duration::from_secs(15), 1_000, 1));
        assert_eq!((sync.init, sync.delete, sync.rsync.password), (true, DeletePolicy::Always, Password::None));
        assert_eq!((sync.rsync.binary.as_str(), sync.rsync.words), ("rsync", vec!["-lts".to_owned()]));
    }

    #[test]
    fn the_settings_have_theirs() {
        let settings = plan(json!({ "sync": [plain()] })).unwrap().settings;
        assert_eq!((settings.logident.as_str(), settings.logfacility.as_str()), ("driftless", "user"));
        assert_eq!((settings.status_interval, settings.max_processes), (Duration::from_secs(10), None));
        assert!(settings.insist && !settings.nodaemon && !settings.onepass);
        assert!(!plan(json!({ "settings": { "insist": false }, "sync": [plain()] })).unwrap().settings.insist);
    }

    #[test]
    fn the_settings_cap_all_and_are_the_default_of_waiting_changes() {
        let settings = json!({ "maxDelays": 4, "maxProcesses": 3, "logfile": "x.log", "statusFile": "/run/s" });
        let other = with(plain(), json!({ "source": "/c", "target": "/d", "maxDelays": 9, "maxProcesses": 2 }));
        let plan = plan(json!({ "settings": settings, "sync": [plain(), other] })).unwrap();
        assert_eq!(plan.syncs.iter().map(|s| s.max_delays).collect::<Vec<_>>(), [4, 9]);
        assert_eq!(plan.syncs.iter().map(|s| s.max_processes).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(plan.settings.max_processes, Some(3));
        assert_eq!(plan.settings.logfile.as_deref(), Some("/etc/lsyncd/x.log"));
        assert_eq!(plan.settings.status_file.as_deref(), Some("/run/s"));
    }

    #[test]
    fn a_module_with_a_user_has_its_password_in_the_keyring_or_in_a_file() {
        let daemon = |more| one(with(with(plain(), json!({ "target": "u@h::m/x" })), more)).rsync.password;
        assert_eq!(daemon(json!({})), Password::Keyring("rsync://u@h:873/m".to_owned()));
        assert_eq!(daemon(json!({ "rsync": { "password_file": "/p" } })), Password::File("/p".to_owned()));
        assert_eq!(daemon(json!({ "target": "h::m" })), Password::None);
        assert_eq!(daemon(json!({ "target": "u@h:x" })), Password::None);
    }

    #[test]
    fn what_rsync_gets_for_a_target_over_ssh() {
        let ssh = |more| {
            let sync = json!({ "kind": "rsyncssh", "source": "/a", "host": "u@h", "targetdir": "~/b" });
            one(with(sync, more))
        };
        let spec = crate::behaviour::rsync::full_pass(
            &ssh(json!({ "rsync": { "rsh": "x" }, "ssh": { "port": 7 } })),
            false,
            false,
        );
        let shown = spec.shown();
        let (written, ours) =
            (shown.find("[--rsh=x]").unwrap(), shown.find("[--rsh=ssh -o BatchMode=yes -p 7 ").unwrap());
        assert!(written < ours && shown.ends_with(" [--] [./] [u@h:b/]"), "{shown}");
        // Nothing is said of ssh: what `rsh` names is taken as it is.
        assert_eq!(ssh(json!({ "rsync": { "rsh": "x" } })).ssh, None);
        assert_eq!(one(with(plain(), json!({ "target": "u@h:b" }))).ssh, None);
        let codes = ssh(json!({ "rsyncExitCodes": { "23": "again" }, "sshExitCodes": { "1": "die", "7": "ok" } }));
        assert_eq!((codes.exit_codes.len(), codes.ssh_exit_codes.len()), (1, 2));
    }

    #[test]
    fn a_direct_sync_waits_a_second_and_has_exit_codes_of_its_own() {
        let direct = json!({ "kind": "direct", "rsyncExitCodes": { "23": "again" } });
        let sync = one(with(plain(), direct));
        assert_eq!((sync.kind, sync.delay, sync.exit_codes.len()), (Kind::Direct, Duration::from_secs(1), 1));
        assert_eq!(sync.target, Target::Local { path: "/b".to_owned() });
    }

    #[test]
    fn warnings_do_not_stand_in_the_way_and_errors_do() {
        assert!(!one(with(plain(), json!({ "rsync": { "times": false } }))).rsync.times);
        assert_eq!(plan(json!({})).unwrap_err(), [" check-nothing-to-watch"]);
    }
}
