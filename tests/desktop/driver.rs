//! The real window, driven as a person would: WebKit's driver starts the program and presses its buttons.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};

pub const PATIENCE: Duration = Duration::from_secs(LONG);

/// WebKit's driver; it starts the program itself.
pub struct Driver {
    pub child: Child,
    port: u16,
}

impl Driver {
    pub fn start(desktop: &Desktop) -> Driver {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = desktop.command("WebKitWebDriver");
        command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]);
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let child = command.spawn().expect("WebKitWebDriver (Debian: webkit2gtk-driver) is needed");
        wait_for("the driver", LONG, || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Driver { child, port }
    }

    pub async fn open(&self) -> Client {
        let options = json!({ "binary": env!("CARGO_BIN_EXE_driftless"), "args": [] });
        let wanted = json!({ "webkitgtk:browserOptions": options });
        let wanted = wanted.as_object().unwrap().clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted).connect(&format!("http://127.0.0.1:{}", self.port)).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Presses the button on which this stands, once it can be pressed.
pub async fn press(window: &Client, label: &str) {
    press_in(window, "", label).await;
}

/// The same below this place.
pub async fn press_in(window: &Client, place: &str, label: &str) {
    let way = format!("{place}//button[not(@disabled) and normalize-space(.)={label:?}]");
    let button = window.wait().at_most(PATIENCE).for_element(Locator::XPath(&way)).await;
    match button {
        Ok(button) => button.click().await.unwrap(),
        Err(error) => panic!("no button {label:?}: {error}\n{}", text(window).await),
    }
}

/// Types into the field of this label.
pub async fn fill(window: &Client, label: &str, text: &str) {
    let way = format!(
        "//label[contains(normalize-space(.), {label:?})]/following::input[1] | //label[contains(normalize-space(.), {label:?})]//input"
    );
    let field = window.wait().at_most(PATIENCE).for_element(Locator::XPath(&way)).await;
    field.unwrap_or_else(|error| panic!("no field {label:?}: {error}")).send_keys(text).await.unwrap();
}

/// What can be read in it.
pub async fn text(window: &Client) -> String {
    match window.find(Locator::Css("body")).await {
        Ok(body) => body.text().await.unwrap_or_else(|error| error.to_string()),
        Err(error) => error.to_string(),
    }
}
