//! The verbs that look at a configuration.

use crate::home::Home;

#[test]
fn check_counts_and_warns_and_refuses() {
    let home = Home::new();
    let config = home.config("");
    let good = home.run(&["check", &config]);
    assert_eq!((good.code, good.out.as_str()), (Some(0), format!("{config}: no problems, 1 sync\n").as_str()));
    std::fs::remove_dir(home.path("src")).unwrap();
    let gone = home.run(&["check", &config]);
    assert_eq!(gone.code, Some(0), "a disk may be plugged in later");
    assert!(gone.err.contains(&home.text("src")) && gone.err.starts_with("Warning: "), "{gone:?}");
    home.write("work/c.toml", "[[sync]]\nkind = \"rsync\"\nsource = \"/a\"\nexclud = \"x\"\ntargt = \"/b\"\n");
    let bad = home.run(&["check", "c.toml"]);
    assert_eq!(bad.code, Some(1));
    assert!(bad.err.contains("c.toml:4:1:") && bad.err.contains("c.toml:5:1:"), "all at once: {bad:?}");
    assert_eq!(home.run(&["check", "--nonsense"]).code, Some(2));
    let usual = home.run(&["check"]);
    assert!(usual.code == Some(1) && usual.err.contains("home/config/config.toml"), "{usual:?}");
}

#[test]
fn convert_goes_both_ways_and_replaces_nothing() {
    let home = Home::new();
    let config = home.config("");
    let lsyncd = home.run(&["convert", &config]);
    assert_eq!(lsyncd.code, Some(0), "{lsyncd:?}");
    assert!(lsyncd.out.contains("default.rsync"), "{lsyncd:?}");
    home.write("work/l.conf", &lsyncd.out);
    assert_eq!(home.run(&["convert", "l.conf", "-o", "back.toml"]).code, Some(0));
    let check = home.run(&["check", "back.toml"]);
    assert_eq!(check.out, "back.toml: no problems, 1 sync\n");
    let over = home.run(&["convert", "l.conf", "-o", "c.toml"]);
    assert_eq!(over.code, Some(1));
    assert!(over.err.contains("--force"), "{over:?}");
    assert_eq!(home.run(&["convert", "l.conf", "--to", "lsyncd", "--force", "-o", "c.toml"]).code, Some(0));
    assert_eq!(home.read("work/c.toml"), lsyncd.out);
    assert_eq!(home.run(&["convert", "l.conf", "--to", "yaml"]).code, Some(2));
}

#[test]
fn explain_names_the_rule() {
    let home = Home::new();
    let (source, target) = (home.text("src"), home.text("dst"));
    let config = home.write(
        "work/c.toml",
        format!("[[sync]]\nkind = \"rsync\"\nsource = \"{source}\"\ntarget = \"{target}\"\nexclude = [\"*.o\", \"cache/\"]\n"),
    );
    let out = |path: &str| {
        let ran = home.run(&["explain", &config, path]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    assert!(out(&format!("{source}/a.c")).contains("/a.c: sent"));
    let excluded = out("deep/a.o");
    assert!(excluded.contains("left out") && excluded.contains("*.o"), "{excluded}");
    let above = out("cache/x/y");
    assert!(above.contains("left out") && above.contains("/cache/"), "{above}");
    assert_eq!(home.run(&["explain", &config, "/elsewhere"]).code, Some(1));
}
