use super::*;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

struct Echo;

impl Answers for Echo {
    async fn answer(&self, ask: Ask) -> Answer {
        match ask {
            Ask::Pause { sync: Some(sync), until_wall_ms } => Answer::Done(vec![sync, format!("{until_wall_ms:?}")]),
            Ask::Resume { sync: Some(asked) } => Answer::NoSuchSync { asked, known: vec!["Sync1".into()] },
            _ => Answer::Done(vec![]),
        }
    }
}

/// A listener that answers as long as the runtime lives.
fn serving(dir: &Path) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(async { Listener::bind(dir, "abc").unwrap() });
    runtime.spawn(listener.serve(Arc::new(Echo)));
    runtime
}

fn raw(dir: &Path, words: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket_path(dir, "abc")).unwrap();
    // The other side may hang up while we still talk: that is the point of some tests.
    let _ = stream.write_all(words);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn questions_get_their_answers() {
    let dir = tempfile::tempdir().unwrap();
    let _runtime = serving(dir.path());
    let all = instances(dir.path());
    assert_eq!(all.len(), 1);
    let asked = all[0].ask(&Ask::Pause { sync: Some("Photos".into()), until_wall_ms: Some(5) }).unwrap();
    assert_eq!(asked, Answer::Done(vec!["Photos".into(), "Some(5)".into()]));
    let unknown = find(dir.path(), "abc").unwrap().ask(&Ask::Resume { sync: Some("x".into()) }).unwrap();
    assert_eq!(unknown, Answer::NoSuchSync { asked: "x".into(), known: vec!["Sync1".into()] });
    assert_eq!(
        raw(dir.path(), b"{\"v\":1,\"ask\":{\"do\":\"sync\"}}\n{\"v\":1,\"ask\":{\"do\":\"stop\"}}\n").lines().count(),
        2
    );
}

#[test]
fn only_the_owner_may_come_in_and_a_leftover_is_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = serving(&dir.path().join("run"));
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join("run")), 0o700);
    assert_eq!(mode(&socket_path(&dir.path().join("run"), "abc")), 0o600);
    drop(runtime);
    assert!(!socket_path(&dir.path().join("run"), "abc").exists());

    let leftover = std::os::unix::net::UnixListener::bind(socket_path(dir.path(), "abc")).unwrap();
    drop(leftover);
    assert!(instances(dir.path()).is_empty() && find(dir.path(), "abc").is_none());
    let _runtime = serving(dir.path());
    assert!(find(dir.path(), "abc").is_some(), "a leftover does not stop the next one");
}

#[test]
fn a_hostile_client_gets_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let _runtime = serving(dir.path());
    let refused = |code: &str| format!("{{\"v\":1,\"answer\":{{\"refused\":\"{code}\"}}}}\n");
    assert_eq!(raw(dir.path(), b"\xff\xfe nonsense\n"), refused("bad-request"));
    assert_eq!(raw(dir.path(), b"{\"v\":1,\"ask\":{\"do\":\"format-disk\"}}\n"), refused("bad-request"));
    assert_eq!(raw(dir.path(), b"{\"v\":2,\"ask\":{\"do\":\"dance\"}}\n"), refused("version"));
    assert_eq!(raw(dir.path(), b"{\"v\":1,\"ask\""), "", "half a line is no question");
    assert_eq!(raw(dir.path(), "[".repeat(15_000).as_bytes()), "");
    let long = raw(dir.path(), &vec![b'x'; 2_000_000]);
    assert!(long.is_empty() || long == refused("bad-request"), "{long}");
    assert_eq!(raw(dir.path(), format!("{}\n", "[".repeat(15_000)).as_bytes()), refused("bad-request"));

    let idle: Vec<_> = (0..20).map(|_| UnixStream::connect(socket_path(dir.path(), "abc")).unwrap()).collect();
    assert!(find(dir.path(), "abc").unwrap().ask(&Ask::Sync { sync: None }).is_ok());
    drop(idle);
}
