//! Bringing back, as a page asks for it: a real engine, a real rsync, a target on this machine.

use std::fs;

use serde_json::{Value, json};

use super::tests::Desk;

const TRASH: &str = "target/.driftless-trash/2026-11-22/10-00-00.000Z";

/// A sync that waits for its rehearsal to be confirmed, so that nothing moves by itself.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut sync = desk.sync();
    sync["driftless"]["rehearse"] = json!(true);
    for dir in ["target/letters", TRASH] {
        fs::create_dir_all(desk.home.path().join(dir)).unwrap();
    }
    let write = |path: String, text: &str| fs::write(desk.home.path().join(path), text).unwrap();
    write("source/kept.txt".to_owned(), "as it is here");
    write("target/kept.txt".to_owned(), "as it was");
    write("target/<b>gone\n.txt".to_owned(), "only there");
    write("target/letters/one.txt".to_owned(), "1");
    write(format!("{TRASH}/removed.txt"), "from the trash");
    assert_eq!(desk.save(json!({ "sync": [sync] }))["saved"], true);
    desk
}

fn listed(desk: &Desk, point: &Value, dir: &str) -> Vec<Value> {
    let asked = json!({ "sync": "Docs", "point": point, "dir": dir, "offset": 0 });
    let listing = desk.call("restore_entries", asked).unwrap();
    assert_eq!(listing["more"], false);
    listing["entries"].as_array().unwrap().clone()
}

fn shown(entries: &[Value]) -> Vec<(&str, &str)> {
    entries.iter().map(|one| (one["shown"].as_str().unwrap(), one["here"].as_str().unwrap())).collect()
}

fn id_of(entries: &[Value], name: &str) -> Value {
    entries.iter().find(|one| one["shown"] == name).unwrap()["id"].clone()
}

#[test]
fn a_target_and_its_trash_are_looked_into_and_compared_with_what_is_here() {
    let desk = desk();
    let points = desk.call("restore_points", json!({ "sync": "Docs" })).unwrap();
    assert_eq!((&points[0]["id"], &points[0]["atMs"]), (&json!("now"), &Value::Null));
    assert_eq!(points[1]["atMs"], 1_795_341_600_000_i64, "{points}");
    let now = listed(&desk, &points[0]["id"], "");
    let expected = [("letters", "missing"), ("<b>gone\\x0a.txt", "missing"), ("kept.txt", "other")];
    assert_eq!(shown(&now), expected, "folders first, and no trash");
    let below = listed(&desk, &points[0]["id"], id_of(&now, "letters").as_str().unwrap());
    assert_eq!(shown(&below), [("one.txt", "missing")]);
    assert_eq!(shown(&listed(&desk, &points[1]["id"], "")), [("removed.txt", "missing")]);
}

#[test]
fn what_is_chosen_comes_back_beside_or_over_and_what_goes_is_said_before() {
    let desk = desk();
    let source = desk.home.path().join("source");
    let now = listed(&desk, &json!("now"), "");
    let ids: Vec<Value> = now.iter().map(|one| one["id"].clone()).collect();
    let asked = json!({ "sync": "Docs", "point": "now", "ids": ids, "where": "beside" });
    let replaces = desk.call("restore_replaces", asked.clone()).unwrap();
    assert_eq!(replaces, json!({ "count": 1, "names": ["kept.txt"] }));
    let done = desk.call("restore", asked.clone()).unwrap();
    assert_eq!(done["files"], 3, "{done}");
    let place = std::path::PathBuf::from(done["place"].as_str().unwrap());
    assert!(place.starts_with(&source) && place != source, "{place:?}");
    assert_eq!(fs::read(place.join("letters/one.txt")).unwrap(), b"1");
    assert_eq!(fs::read(place.join("<b>gone\n.txt")).unwrap(), b"only there");
    assert_eq!(fs::read(source.join("kept.txt")).unwrap(), b"as it is here");

    let over = json!({ "sync": "Docs", "point": "now", "ids": [id_of(&now, "kept.txt")], "where": "over" });
    assert_eq!(desk.call("restore", over).unwrap()["place"], json!(source));
    assert_eq!(fs::read(source.join("kept.txt")).unwrap(), b"as it was");

    let runs = || {
        let asked = json!({ "filter": { "sync": null, "show": "all", "before": null, "limit": 9 } });
        let page = desk.call("history", asked).unwrap();
        let runs = page["entries"].as_array().unwrap().iter().filter(|run| run["what"] == "restore");
        runs.cloned().collect::<Vec<Value>>()
    };
    // A thread of its own writes them.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while runs().len() < 2 && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let runs = runs();
    let told = |run: &Value| (run["what"].clone(), run["outcome"].clone(), run["sent"].clone());
    assert_eq!(told(&runs[0]), (json!("restore"), json!("done"), json!(1)));
    assert_eq!(runs[0]["names"], json!([{ "shown": "kept.txt", "change": "sent" }]));
    assert_eq!(told(&runs[1]), (json!("restore"), json!("done"), json!(3)));

    let points = desk.call("restore_points", json!({ "sync": "Docs" })).unwrap();
    let trash = listed(&desk, &points[1]["id"], "");
    let over = json!({ "sync": "Docs", "point": points[1]["id"], "ids": [trash[0]["id"]], "where": "over" });
    desk.call("restore", over).unwrap();
    assert_eq!(fs::read(source.join("removed.txt")).unwrap(), b"from the trash");
}

#[test]
fn nothing_climbs_out_and_a_target_that_is_away_has_its_reason() {
    let desk = desk();
    let up: String = "../kept.txt".bytes().map(|byte| format!("{byte:02x}")).collect();
    for ids in [json!([up]), json!(["zz"]), json!([])] {
        let asked = json!({ "sync": "Docs", "point": "now", "ids": ids, "where": "over" });
        assert_eq!(desk.call("restore", asked).unwrap_err()["code"], "restore-nothing");
    }
    let asked = json!({ "sync": "nothing", "point": "now", "dir": "", "offset": 0 });
    assert_eq!(desk.call("restore_entries", asked).unwrap_err()["code"], "no-such-sync");
    desk.call("stop_restoring", json!({})).unwrap();

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut sync = desk.sync();
    sync["target"] = json!(format!("rsync://127.0.0.1:{closed}/module"));
    sync["driftless"]["name"] = json!("Away");
    sync["driftless"]["rehearse"] = json!(true);
    desk.save(json!({ "sync": [sync] }));
    let told = desk.call("restore_points", json!({ "sync": "Away" })).unwrap_err();
    assert_eq!(told["code"], "failure-connection-refused", "{told}");
}
