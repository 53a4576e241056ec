//! An update keeps what a person wrote around what it changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use driftless_conf::toml::{parse, update};
use driftless_core::config::Config;

const FILE: &str = r#"# My backups.
[settings]
# where it says what it does
logfile = '/var/log/x'   # single quotes, mine

# photos, every night
[[sync]]
kind = "rsync"
source = "/photos"
target = "nas::photos" # the big one
delay = 30
  [sync.rsync]
  archive = true       # all of it
  [sync.driftless]
  id = "p"

# music
[[sync]]
kind = "direct"
source = "/music"
target = "/mnt/music"
driftless.id = "m"
# the end
"#;

fn edited(change: impl FnOnce(&mut Config)) -> String {
    let mut config = parse(FILE, "x").unwrap();
    change(&mut config);
    let text = update(FILE, &config).unwrap();
    assert_eq!(parse(&text, "x").unwrap(), config);
    text
}

#[test]
fn nothing_changed_is_nothing_written() {
    assert_eq!(update(FILE, &parse(FILE, "x").unwrap()).unwrap(), FILE);
}

#[test]
fn one_value_changes_alone() {
    let text = edited(|c| c.sync[0].target = Some("nas::pictures".to_owned()));
    assert_eq!(text, FILE.replace("nas::photos", "nas::pictures"));
    let text = edited(|c| c.settings.logfile = Some("/x".to_owned()));
    assert_eq!(text, FILE.replace("'/var/log/x'", "\"/x\""));
}

#[test]
fn a_removed_sync_takes_only_itself() {
    let text = edited(|c| drop(c.sync.remove(0)));
    assert!(!text.contains("photos") && text.contains("# music") && text.contains("# the end"), "{text}");
}

#[test]
fn a_sync_keeps_its_comments_when_the_order_changes() {
    let text = edited(|c| c.sync.reverse());
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is lost:\n{text}"));
    assert!(at("# music") < at("/mnt/music") && at("/mnt/music") < at("# photos"));
    assert!(at("# photos") < at("# the big one") && at("# the big one") < at("# all of it"));
}

#[test]
fn what_is_new_goes_to_its_table() {
    let text = edited(|c| {
        c.sync[1].delay = Some(5.0);
        c.sync[1].exclude = vec!["*.tmp".to_owned()];
        c.sync[1].rsync.checksum = Some(true);
        c.settings.insist = Some(true);
        c.sync.push(c.sync[0].clone());
        c.sync[2].driftless.id = Some("n".to_owned());
    });
    for comment in ["# My backups.", "# where it says", "# single quotes", "# photos", "# the big one", "# music"] {
        assert!(text.contains(comment), "{comment} is lost:\n{text}");
    }
}

#[test]
fn other_ways_of_writing_are_understood() {
    for file in [
        "settings.insist = true\nsync = [{ kind = \"rsync\", source = \"/a\", target = \"/b\" }]\n",
        "[[sync]]\r\nkind = \"rsync\" # k\r\nsource = \"/a\"\r\ntarget = \"/b\"\r\nrsync = { archive = true }\r\n",
        "",
    ] {
        let mut config = parse(file, "x").unwrap();
        config.settings.max_delays = Some(7);
        for sync in &mut config.sync {
            sync.rsync.perms = Some(true);
        }
        let text = update(file, &config).unwrap();
        assert_eq!(parse(&text, "x").unwrap(), config, "{text}");
        assert_eq!(text.contains("\r\n"), file.contains("\r\n"));
        assert!(!file.contains("# k") || text.contains("# k"), "{text}");
    }
}

#[test]
fn a_broken_file_is_not_overwritten() {
    assert!(update("[settings]\nfoo = 1\n", &Config::default()).is_err());
}
