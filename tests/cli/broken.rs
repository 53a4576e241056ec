//! Broken configurations: each is refused by name, with what is wrong and where, exit code 255 without a verb and 1 with
//! `check`; none hangs, and none is met with a panic.

use crate::home::{Home, Ran};

/// A sync that is all right, in each format.
const GOOD_TOML: &str = "[[sync]]\nkind = \"rsync\"\nsource = \"/tmp\"\ntarget = \"h::m\"\n";
const GOOD_LUA: &str = "sync { default.rsync, source = '/tmp', target = 'h::m' }\n";

fn refuse(home: &Home, name: &str, wanted: &[&str]) {
    let plain = home.run(&["-nodaemon", name]);
    let check = home.run(&["check", name]);
    for (ran, code) in [(&plain, 255), (&check, 1)] {
        let Ran { code: got, out, err } = ran;
        assert_eq!(*got, Some(code), "{name}: {ran:?}");
        assert!(out.is_empty(), "{name}: {ran:?}");
        assert!(!err.contains("panicked") && !err.contains("internal error"), "{name}: {err}");
        assert!(err.len() < 4_000, "{name}: a wall of text: {} bytes", err.len());
        for text in wanted.iter().chain([&name]) {
            assert!(err.contains(text), "{name}: no {text:?} in {err}");
        }
        let line = err.lines().next().unwrap();
        assert!(line.starts_with("Error: ") || line.starts_with("Warning: "), "{name}: {line}");
        let control = err.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{name}: {err:?}");
    }
}

#[test]
fn toml() {
    let cases: [(&str, String, &[&str]); 17] = [
        ("unknown-key.toml", format!("[settings]\nlogfiel = \"x\"\n{GOOD_TOML}"), &[":2:1:", "logfile"]),
        ("unknown-table.toml", format!("[setings]\n{GOOD_TOML}"), &[":1:2:", "setings"]),
        ("wrong-type.toml", format!("[settings]\nnodaemon = \"yes\"\n{GOOD_TOML}"), &[":2:", "nodaemon"]),
        ("out-of-range.toml", format!("{GOOD_TOML}delay = -1\n"), &["delay"]),
        ("syntax.toml", "[[sync]\nsource = 1".to_owned(), &[":1:"]),
        ("open-string.toml", "[settings]\nlogfile = \"x\n".to_owned(), &[":2:"]),
        ("twice.toml", "[settings]\ninsist = true\ninsist = true\n".to_owned(), &[":3:"]),
        ("empty.toml", String::new(), &[]),
        ("nothing-to-watch.toml", "[settings]\ninsist = true\n".to_owned(), &[]),
        ("no-target.toml", "[[sync]]\nkind = \"rsync\"\nsource = \"/tmp\"\n".to_owned(), &["target"]),
        ("no-source.toml", "[[sync]]\nkind = \"rsync\"\ntarget = \"h::m\"\n".to_owned(), &["source"]),
        ("relative.toml", GOOD_TOML.replace("/tmp", "tmp"), &["source"]),
        ("itself.toml", GOOD_TOML.replace("h::m", "/tmp/"), &["/tmp"]),
        ("inside.toml", GOOD_TOML.replace("h::m", "/tmp/backup"), &["/tmp"]),
        ("around.toml", GOOD_TOML.replace("/tmp", "/tmp/x").replace("h::m", "/tmp"), &["/tmp"]),
        ("duplicate.toml", format!("{GOOD_TOML}{GOOD_TOML}"), &[]),
        ("bad-delete.toml", format!("{GOOD_TOML}delete = \"sometimes\"\n"), &["delete"]),
    ];
    let home = Home::new();
    for (name, text, wanted) in cases {
        home.write(&format!("work/{name}"), text);
        refuse(&home, name, wanted);
    }
}

#[test]
fn lua() {
    let cases: [(&str, String, &[&str]); 12] = [
        ("syntax.conf", "sync {\n  default.rsync,,\n}".to_owned(), &[":2:"]),
        ("unclosed.conf", "sync {\n default.rsync,\n".to_owned(), &[]),
        ("unknown-key.conf", GOOD_LUA.replace("target", "taget"), &["target"]),
        ("unknown-setting.conf", format!("settings {{ delay = 3 }}\n{GOOD_LUA}"), &[":1:", "delay"]),
        ("for-ever.conf", "while true do end".to_owned(), &[]),
        ("memory.conf", "local s = 'x' while true do s = s .. s end".to_owned(), &[]),
        ("deep.conf", "local function f() return f() + 1 end f()".to_owned(), &[]),
        ("hostile.conf", "os.execute('touch /tmp/owned')".to_owned(), &[":1:"]),
        ("outside.conf", "dofile('/etc/passwd')".to_owned(), &[]),
        ("escape.conf", "error('\\27[31m\\7red')".to_owned(), &[]),
        ("nothing.conf", "-- nothing\n".to_owned(), &[]),
        ("bytecode.conf", "\u{1b}LuaS\0\u{19}".to_owned(), &[]),
    ];
    let home = Home::new();
    for (name, text, wanted) in cases {
        home.write(&format!("work/{name}"), text);
        refuse(&home, name, wanted);
    }
}

/// The files that the readers are tested with, through the whole program.
#[test]
fn what_the_readers_refuse() {
    let home = Home::new();
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../conf/tests/broken");
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".conf") || name.ends_with(".toml") {
            std::fs::copy(entry.path(), home.path("work").join(&name)).unwrap();
            refuse(&home, &name, &[&format!("Error: {name}:")]);
            count += 1;
        }
    }
    assert!(count >= 30, "only {count}");
}

#[test]
fn no_text_at_all() {
    let home = Home::new();
    home.write("work/latin1.toml", b"[settings]\nlogfile = \"\xe4\"\n");
    refuse(&home, "latin1.toml", &[":2:"]);
    home.write("work/zeros.toml", vec![0; 4096]);
    refuse(&home, "zeros.toml", &[":1:"]);
    std::fs::create_dir(home.path("work/dir.toml")).unwrap();
    refuse(&home, "dir.toml", &["directory"]);
    refuse(&home, "/dev/zero", &["device"]);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        home.path("work/fifo.conf"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    refuse(&home, "fifo.conf", &["pipe"]);
    let huge = std::fs::File::create(home.path("work/huge.toml")).unwrap();
    huge.set_len(100 * 1024 * 1024).unwrap();
    refuse(&home, "huge.toml", &["MiB"]);
    home.write("work/long.conf", format!("settings {{ logfile = '{}' }}", "x".repeat(3_000_000)));
    refuse(&home, "long.conf", &[]);
    home.write("work/nested.toml", format!("a = {}", "[".repeat(100_000)));
    refuse(&home, "nested.toml", &[":1:"]);
    std::os::unix::fs::symlink("loop.toml", home.path("work/loop.toml")).unwrap();
    refuse(&home, "loop.toml", &["cannot be read"]);
}
