//! What the real window's page may not do, whoever asks it to: run a script or a style that is not the program's own, and
//! reach any other place. Each refusal is read from the page, and no connection arrives.

use std::net::TcpListener;
use std::time::Duration;

use driftless_words::{Catalogue, Language};
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::driver::{Driver, PATIENCE, press_in};
use crate::menu::Tray;

/// Listens to refusals from now on.
const LISTEN: &str = "
    window.refusals = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        window.refusals.push([event.effectiveDirective, event.blockedURI]);
    });";

/// Everything that a script could try, in the page itself; what of it got through is noted in `window.through`.
const TRY: &str = "
    const [origin, done] = arguments;
    const through = (what) => () => { window.through.push(what); };
    window.through = [];
    const add = (name, set) => {
        const made = document.createElement(name);
        set(made);
        document.body.append(made);
        return made;
    };
    add('script', (it) => { it.textContent = \"window.through.push('inline script')\"; });
    add('script', (it) => { it.src = origin + '/script.js'; it.onload = through('script of elsewhere'); });
    add('p', (it) => { it.setAttribute('onclick', \"window.through.push('handler')\"); }).click();
    try { eval(\"window.through.push('eval')\"); } catch { }
    try { new Function(\"window.through.push('Function')\")(); } catch { }
    try { setTimeout(\"window.through.push('timer')\", 0); } catch { }
    add('style', (it) => { it.textContent = 'body { outline: 1px dashed }'; });
    if (getComputedStyle(document.body).outlineStyle === 'dashed') through('inline style')();
    add('img', (it) => { it.src = origin + '/image.png'; it.onload = through('image'); });
    add('iframe', (it) => { it.src = origin + '/frame'; });
    add('object', (it) => { it.data = origin + '/object'; });
    add('base', (it) => { it.href = origin + '/'; });
    add('form', (it) => { it.action = origin + '/form'; it.method = 'post'; }).submit();
    try { const socket = new WebSocket(origin.replace('http', 'ws')); socket.onopen = through('socket'); } catch { }
    const answer = fetch(origin + '/fetch', { mode: 'no-cors' }).then(through('fetch'), () => {});
    answer.then(() => setTimeout(() => done(null), 0));";

/// The directives that must have spoken, each with a part of what it names as refused.
const REFUSED: [(&str, &str); 11] = [
    ("script-src", "inline"),
    ("script-src", "/script.js"),
    ("script-src", "eval"),
    ("style-src", "inline"),
    ("img-src", "/image.png"),
    ("frame-src", "127.0.0.1"),
    ("object-src", "127.0.0.1"),
    ("base-uri", "127.0.0.1"),
    ("form-action", "/form"),
    ("connect-src", "ws:"),
    ("connect-src", "/fetch"),
];

async fn refusals(window: &Client) -> Vec<(String, String)> {
    let told = window.execute("return window.refusals", Vec::new()).await.unwrap();
    serde_json::from_value(told).unwrap()
}

#[test]
fn scripts_and_places_that_are_not_the_programs_own_are_refused() {
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let origin = format!("http://127.0.0.1:{}", elsewhere.local_addr().unwrap().port());
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let words = Catalogue::new(Language::English);
    let word = |key: &str| words.text(key, &Default::default()).sentence;
    runtime.block_on(async {
        let window = driver.open().await;
        let patience = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO));
        window.update_timeouts(patience).await.unwrap();
        window.wait().at_most(PATIENCE).for_element(Locator::Css("h1")).await.unwrap();
        window.execute(LISTEN, Vec::new()).await.unwrap();
        window.execute_async(TRY, vec![json!(origin)]).await.unwrap();

        let end = std::time::Instant::now() + PATIENCE;
        loop {
            let told = refusals(&window).await;
            // Newer engines tell elements from attributes: `script-src-elem`.
            let missing: Vec<_> = REFUSED
                .iter()
                .filter(|(by, what)| !told.iter().any(|(told, uri)| told.starts_with(by) && uri.contains(what)))
                .collect();
            if missing.is_empty() {
                break;
            }
            assert!(std::time::Instant::now() < end, "nobody refused {missing:?}, only {told:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let through = window.execute("return window.through", Vec::new()).await.unwrap();
        assert_eq!(through, Value::Array(Vec::new()), "this got through");

        // The page goes on: it is where it was, and its pages and the program behind it answer.
        let page = word("window-page-settings");
        press_in(&window, "//nav", &page).await;
        let here = format!("//nav//button[@aria-current='page' and normalize-space(.)={page:?}]");
        window.wait().at_most(PATIENCE).for_element(Locator::XPath(&here)).await.unwrap();
        let kept = window.execute("return window.refusals.length > 0", Vec::new()).await.unwrap();
        assert_eq!(kept, Value::Bool(true), "another page was loaded");
    });
    let came = elsewhere.accept().map(|(_, from)| from);
    assert!(came.is_err(), "a connection arrived from {came:?}");
    tray.click(&["Quit"]);
}
