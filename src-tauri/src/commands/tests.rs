//! The commands as a page calls them, on Tauri's mock runtime, with the real capability file and a real engine inside.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use driftless_engine::places::Places;
use serde_json::{Value, json};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager, WebviewWindow, WebviewWindowBuilder};

use super::*;
use crate::outlet::Input;

pub(super) struct Desk {
    pub(super) home: tempfile::TempDir,
    app: App<MockRuntime>,
    inputs: Receiver<Input>,
}

impl Desk {
    pub(super) fn new() -> Desk {
        let home = tempfile::tempdir().unwrap();
        let places = Places::below(home.path()).unwrap();
        let (sender, inputs) = channel();
        let shell = Shell::start(places, None, None, sender).unwrap();
        let app = mock_builder().invoke_handler(handler()).build(tauri::generate_context!(test = true)).unwrap();
        app.manage(Arc::new(shell));
        Desk { home, app, inputs }
    }

    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        match self.app.get_webview_window(label) {
            Some(window) => window,
            None => WebviewWindowBuilder::new(&self.app, label, Default::default()).build().unwrap(),
        }
    }

    fn call_from(&self, label: &str, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: tauri::ipc::CallbackFn(0),
            error: tauri::ipc::CallbackFn(1),
            url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
            body: tauri::ipc::InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.window(label), request).map(|body| body.deserialize().unwrap())
    }

    pub(super) fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.call_from("main", command, arguments)
    }

    /// What the commands call.
    pub(super) fn state(&self) -> Arc<Shell> {
        self.app.state::<Arc<Shell>>().inner().clone()
    }

    /// A sync between two folders of this home.
    pub(super) fn sync(&self) -> Value {
        let (source, target) = (self.home.path().join("source"), self.home.path().join("target"));
        std::fs::create_dir_all(&source).unwrap();
        json!({ "kind": "rsync", "source": source, "target": target, "driftless": { "name": "Docs" } })
    }

    pub(super) fn save(&self, config: Value) -> Value {
        let sheet = self.call("config", json!({})).unwrap();
        self.call("save", json!({ "config": config, "revision": sheet["revision"] })).unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let shell = self.app.state::<Arc<Shell>>();
        shell.engine.fade(0, true);
        shell.engine.wait();
    }
}

fn names_of(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let permissions = file["permissions"].as_array().unwrap();
    permissions.iter().map(|permission| permission.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_window_has_every_command_and_nothing_else_but_hearing() {
    let mut wanted: Vec<String> = NAMES.iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
    wanted.extend(["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned));
    let mut given = names_of("capabilities/main.json");
    wanted.sort();
    given.sort();
    assert_eq!(given, wanted);
}

/// Opens a dialog of the desktop at once, and there is none here.
const OPENS_A_DIALOG: &str = "import_config";

#[test]
fn every_name_is_a_command() {
    let desk = Desk::new();
    for name in NAMES.iter().filter(|name| **name != OPENS_A_DIALOG) {
        // Without their arguments, or with wrong ones, most refuse; none is unknown.
        let answer = desk.call(name, json!({ "sync": "x", "start": 5, "nonsense": true }));
        let unknown =
            matches!(&answer, Err(Value::String(text)) if text.contains("not found") || text.contains("not allowed"));
        assert!(!unknown, "{name}: {answer:?}");
    }
}

#[test]
fn a_page_of_another_window_is_refused() {
    let desk = Desk::new();
    let refused = desk.call_from("other", "snapshot", json!({})).unwrap_err();
    assert!(refused.as_str().unwrap_or_default().contains("not allowed"), "{refused}");
    let refused = desk.call("plugin:fs|read_file", json!({ "path": "/etc/passwd" })).unwrap_err();
    assert!(refused.as_str().unwrap_or_default().contains("not"), "{refused}");
}

#[test]
fn a_draft_is_checked_at_its_key_and_saved_into_what_runs() {
    let desk = Desk::new();
    let mut sync = desk.sync();
    sync["source"] = json!("relative");
    let problems = desk.call("check", json!({ "config": { "sync": [sync] } })).unwrap();
    let at: Vec<&str> = problems.as_array().unwrap().iter().filter_map(|p| p["path"].as_str()).collect();
    assert!(at.contains(&"sync[0].source"), "{problems}");
    let refused = desk.save(json!({ "sync": [sync] }));
    assert_eq!(refused["saved"], false);

    let saved = desk.save(json!({ "sync": [desk.sync()] }));
    assert_eq!(saved["saved"], true, "{saved}");
    let text = std::fs::read_to_string(desk.home.path().join("config/config.toml")).unwrap();
    assert!(text.contains("name = \"Docs\"") && text.contains("id = \""), "{text}");
    // The engine takes it in on its own thread, and answers behind that.
    desk.call("pause", json!({ "sync": "Docs", "untilMs": null })).unwrap();
    let status = desk.call("snapshot", json!({})).unwrap()["status"].clone();
    assert_eq!((&status["syncs"][0]["name"], &status["syncs"][0]["phase"]), (&json!("Docs"), &json!("paused")));
    assert_eq!(
        desk.call("waiting", json!({ "sync": "Docs", "offset": 0, "limit": 5 })).unwrap().as_array().map(Vec::len),
        Some(1)
    );

    desk.call("sync_anyway", json!({ "sync": "Docs" })).unwrap();
    desk.call("rehearse", json!({ "sync": "Docs" })).unwrap();
    let status = desk.call("snapshot", json!({})).unwrap()["status"].clone();
    assert!(
        status["syncs"][0]["rehearsal"]["askedMs"].is_i64() || status["syncs"][0]["rehearsal"]["asked_ms"].is_i64()
    );

    let stale = desk.call("save", json!({ "config": {}, "revision": "an older one" })).unwrap();
    assert_eq!(stale["problems"][0]["code"], "config-changed-outside");
}

#[test]
fn an_unknown_sync_is_a_problem_with_a_code() {
    let desk = Desk::new();
    let told = desk.call("sync_now", json!({ "sync": "no\u{1b}such" })).unwrap_err();
    assert_eq!(told["code"], "no-such-sync");
    assert!(!told["args"]["sync"].as_str().unwrap().contains('\u{1b}'));
    for command in ["sync_anyway", "rehearse", "allow"] {
        assert_eq!(desk.call(command, json!({ "sync": "nothing" })).unwrap_err()["code"], "no-such-sync", "{command}");
    }
    let told = desk.call("open", json!({ "sync": "nothing", "side": "source" })).unwrap_err();
    assert_eq!(told["code"], "no-such-sync");
}

#[test]
fn a_password_goes_in_and_never_comes_out() {
    let desk = Desk::new();
    let target = "me@nas::home";
    let set = |keep: &str| desk.call("set_password", json!({ "target": target, "password": "s3cr3t", "keep": keep }));
    set("session").unwrap();
    let state = desk.call("password_state", json!({ "target": target })).unwrap();
    assert_eq!((&state["stored"], &state["account"]), (&json!("session"), &json!("rsync://me@nas:873/home")));
    assert!(!state.to_string().contains("s3cr3t"));
    desk.call("forget_password", json!({ "target": target })).unwrap();
    set("file").unwrap();
    let state = desk.call("password_state", json!({ "target": target })).unwrap();
    assert_eq!(state["stored"], "file");
    let file = std::path::PathBuf::from(state["file"].as_str().unwrap());
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap()) & 0o777;
    assert_eq!((std::fs::read(&file).unwrap(), mode), (b"s3cr3t\n".to_vec(), 0o600));
    desk.call("forget_password", json!({ "target": target })).unwrap();
    assert!(!file.exists());
    let told = desk.call("set_password", json!({ "target": "/media/disk", "password": "x", "keep": "session" }));
    assert_eq!(told.unwrap_err()["code"], "password-target");
}

#[test]
fn the_texts_of_a_sync_are_those_of_the_engine_and_of_lsyncd() {
    let desk = Desk::new();
    let texts = desk.call("texts", json!({ "sync": desk.sync() })).unwrap();
    let command = texts["command"].as_str().unwrap();
    assert!(command.contains("rsync ") && command.contains("--delete"), "{command}");
    assert!(texts["toml"].as_str().unwrap().contains("[[sync]]"));
    assert!(texts["lsyncd"].as_str().unwrap().contains("default.rsync"));
    let none = desk.call("texts", json!({ "sync": { "kind": "rsync", "source": "" } })).unwrap();
    assert_eq!(none["command"], "", "a draft with errors has no command line yet");
}

#[test]
fn the_applications_own_settings_stand_in_the_file_and_silence_notices() {
    let desk = Desk::new();
    let mut settings = desk.call("snapshot", json!({})).unwrap()["app"]["settings"].clone();
    settings["language"] = json!("zh-CN");
    settings["notify"]["recovered"] = json!(false);
    while desk.inputs.try_recv().is_ok() {}
    desk.call("set_app_settings", json!({ "settings": settings })).unwrap();
    let text = std::fs::read_to_string(desk.home.path().join("config/config.toml")).unwrap();
    assert!(text.contains("language = \"zh-CN\"") && text.contains("notifyRecovered = false"), "{text}");
    let told: Vec<Input> = desk.inputs.try_iter().collect();
    assert!(told.iter().any(|input| matches!(input, Input::Silence(off) if off.len() == 1)), "{told:?}");
    assert_eq!(desk.call("snapshot", json!({})).unwrap()["app"]["settings"], settings);
}

#[test]
fn diagnostics_name_nothing_of_the_person() {
    let desk = Desk::new();
    desk.save(json!({ "sync": [desk.sync()] }));
    // The engine takes it in on its own thread, and answers behind that.
    desk.call("pause", json!({ "sync": "Docs", "untilMs": null })).unwrap();
    let text = desk.call("diagnostics", json!({})).unwrap();
    let text = text.as_str().unwrap();
    assert!(text.contains("sync 1: rsync to a folder"), "{text}");
    for name in ["Docs", "source", &desk.home.path().display().to_string()] {
        assert!(!text.contains(name), "{name} in {text}");
    }
}

#[test]
fn this_machine_is_looked_at_and_receives() {
    let desk = Desk::new();
    let report = desk.call("doctor", json!({})).unwrap();
    let ids: Vec<&str> = report["checks"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], ["rsync", "watches"]);
    assert!(report["watches"]["limit"].as_u64().is_some_and(|limit| limit > 0));

    let dir = desk.home.path().join("received");
    let refused = desk.call("start_receiver", json!({ "dir": "/", "network": false })).unwrap_err();
    assert_eq!(refused["code"], "receiver-dir-root");
    let running = desk.call("start_receiver", json!({ "dir": dir, "network": false })).unwrap();
    assert_eq!(running["running"], true);
    let target = running["target"].as_str().unwrap().to_owned();
    let port: u16 = target.split(':').next_back().unwrap().split('/').next().unwrap().parse().unwrap();
    // Its module is not listed: whoever has no password learns nothing.
    let listed = desk.call("modules", json!({ "host": "127.0.0.1", "port": port })).unwrap();
    assert!(listed.as_array().unwrap().iter().all(|module| module["name"] == "driftless"), "{listed}");
    assert!(!running.to_string().contains("password"));
    let stopped = desk.call("stop_receiver", json!({})).unwrap();
    assert_eq!((&stopped["running"], &stopped["target"]), (&json!(false), &Value::Null));
    let refused = desk.call("copy_receiver_password", json!({})).unwrap_err();
    assert_eq!(refused["code"], "receiver-not-running");
}
