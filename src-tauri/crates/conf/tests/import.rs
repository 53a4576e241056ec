//! What real lsyncd.conf files do: they are programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use driftless_conf::lsyncd::{Imported, import};
use driftless_core::config::{Config, DeletePolicy, ExitVerdict, Kind};

fn read(text: &str) -> Imported {
    let mut files = |name: &str| match name {
        "/etc/more.conf" => {
            Ok(b"local t = ...\nextra = '/more'\nsync { default.direct, source = '/d', target = '/e' }".to_vec())
        }
        _ => Err("not found".to_owned()),
    };
    let mut env = |name: &str| (name == "HOME").then(|| "/home/u".to_owned());
    import(text.as_bytes(), "x.conf", &mut files, &mut env).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn config(text: &str) -> Config {
    let imported = read(text);
    assert_eq!(imported.notes, []);
    assert!(!imported.has_functions);
    imported.config
}

#[test]
fn loops_variables_and_libraries_work() {
    let config = config(
        "--[[ long\ncomment ]]\nlocal hosts = { 'a', 'b' }\nlocal base = [[/data/]]\n\
         for i, host in ipairs(hosts) do\n  sync { default.rsync, source = base .. i,\n    \
         target = string.format('%s::%s', host, ('MOD'):lower():gsub('o', '0')) }\nend\n\
         sync { default.rsync, source = os.getenv('HOME'), target = '/x' .. math.floor(2.5), delay = tonumber('7') }\n\
         if os.getenv('NONE') or type(os.date('%Y')) ~= 'string' then error('no') end\n\
         local ok, why = pcall(error, 'mine') assert(not ok and why:find('mine', 1, true))\n",
    );
    let targets: Vec<&str> = config.sync.iter().filter_map(|s| s.target.as_deref()).collect();
    assert_eq!(targets, ["a::m0d", "b::m0d", "/x2"]);
    assert_eq!((config.sync[1].source.as_str(), config.sync[2].source.as_str()), ("/data/2", "/home/u"));
    assert_eq!(config.sync[2].delay, Some(7.0));
}

#[test]
fn a_base_table_is_inherited_from_and_the_sync_itself_wins() {
    let config = config(
        "local base = { default.rsync, delay = 3, exclude = { 'b' }, rsync = { archive = true, bwlimit = '100' } }\n\
         sync { base, source = '/a', target = '/b', delay = 9, exclude = { 'a' }, rsync = { bwlimit = 5, chmod = 755 } }\n\
         sync { base, source = '/c', target = '/d' }\n\
         default.rsync.delay = 4\nsync { default.rsync, source = '/e', target = '/f', init = true }",
    );
    let first = &config.sync[0];
    assert_eq!((first.kind, first.delay), (Kind::Rsync, Some(9.0)));
    assert_eq!(first.exclude, ["a", "b"]);
    assert_eq!((first.rsync.archive, first.rsync.bwlimit), (Some(true), Some(5)));
    assert_eq!(first.rsync.chmod.as_deref(), Some("755"));
    assert_eq!((config.sync[1].delay, config.sync[1].rsync.bwlimit), (Some(3.0), Some(100)));
    assert_eq!((config.sync[2].delay, config.sync[2].init), (Some(4.0), Some(true)));
}

#[test]
fn settings_are_merged_in_every_way_they_are_written() {
    let settings = config(
        "settings { logfile = '/a', 'insist', maxDelays = 5 }\nsettings = { logfile = '/b', statusInterval = 2.5 }\n\
         settings { logfacility = 3, pidfile = settings('logfile') .. '.pid' }\n\
         sync { default.direct, source = '/a', target = '/b' }",
    )
    .settings;
    assert_eq!(settings.logfile.as_deref(), Some("/b"));
    assert_eq!((settings.insist, settings.max_delays, settings.status_interval), (Some(true), Some(5), Some(2.5)));
    assert_eq!(settings.logfacility.as_deref(), Some("3"));
    assert_eq!(settings.pidfile.as_deref(), Some("/b.pid"));
}

#[test]
fn tables_of_codes_and_options_keep_their_keys() {
    let config = config(
        "sync { default.rsyncssh, source = '/a', host = 'u@h', targetdir = 'd/', delete = 'startup',\n\
         rsyncExitCodes = { 'again', [23] = 'die' }, sshExitCodes = {[255] = 'again'}, exclude = '*.o',\n\
         ssh = { port = 22, identityFile = '/k', options = { StrictHostKeyChecking = 'no', Port = 5 } } }",
    );
    let sync = &config.sync[0];
    assert_eq!(sync.delete, Some(DeletePolicy::Startup));
    let codes: Vec<_> = sync.rsync_exit_codes.clone().into_iter().collect();
    assert_eq!(codes, [(1, ExitVerdict::Again), (23, ExitVerdict::Die)]);
    assert_eq!(sync.ssh_exit_codes.len(), 1);
    assert_eq!(sync.exclude, ["*.o"]);
    let options = sync.ssh.options.clone().unwrap();
    assert_eq!((options["Port"].as_str(), options["StrictHostKeyChecking"].as_str()), ("5", "no"));
}

#[test]
fn other_files_come_from_the_caller_alone() {
    let config =
        config("#!/usr/bin/lsyncd\ndofile('/etc/more.conf')\nsync { default.rsync, source = extra, target = '/t' }");
    assert_eq!(config.sync.iter().map(|s| s.source.as_str()).collect::<Vec<_>>(), ["/d", "/more"]);
}

#[test]
fn scripting_is_noted_with_its_line_and_never_dropped_in_silence() {
    let imported = read(
        "-- a\nsync { default.rsync, source = '/a', target = '/b', init = function() end }\n\
         sync {\n  onCreate = 'cp ^source ^target', source = '/x' }\nsync { source = '/y', target = '/z' }\n\
         sync { default.rsync, source = '/c', target = '/d',\n  tunnel = tunnel { command = 'ssh' }, prepare = print }",
    );
    let told: Vec<_> = imported
        .notes
        .iter()
        .map(|n| (n.code.as_str(), n.path.as_str(), n.place.as_ref().unwrap().line, n.args["number"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("lsyncd-note-hook", "sync[0].init", 2, "1"),
            ("lsyncd-note-script", "", 3, "2"),
            ("lsyncd-note-no-default", "", 5, "3"),
            ("lsyncd-note-hook", "sync[1].prepare", 6, "4"),
            ("lsyncd-note-tunnel", "sync[1].tunnel", 6, "4"),
        ]
    );
    assert!(imported.has_functions);
    assert_eq!(imported.config.sync.len(), 2);
}

#[test]
fn our_own_keys_stand_in_comments() {
    let config = config(
        "-- driftless: app.schema = 1\nsync { default.rsync, -- driftless: id = \"a\"\n  source = '/a', target = '/b' }\n\
         sync { default.rsync, source = '/a', target = '/c' --[[ driftless: name = \"x y\"]] }",
    );
    assert_eq!(config.app.schema, Some(1));
    assert_eq!(config.sync[0].driftless.id.as_deref(), Some("a"));
    assert!(config.sync[0].driftless.name.is_none());
}

#[test]
fn a_file_reads_the_same_every_time() {
    let text =
        "sync { default.rsync, source = '/a', target = '/b', foo = 1, bar = 2, baz = 3, rsync = { x = 1, y = 2 } }";
    let read = || import(text.as_bytes(), "x", &mut |_| Err(String::new()), &mut |_| None).unwrap_err();
    let first = read();
    assert_eq!(first.len(), 5);
    for _ in 0..5 {
        assert_eq!(read(), first);
    }
}
