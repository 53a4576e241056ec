//! A person at the window: what they press and type is counted.

use fantoccini::{Client, Locator};

use crate::driver::{PATIENCE, fill, press, text};

/// See the head of this file.
pub struct Person {
    pub window: Client,
    pub clicks: usize,
    pub fields: usize,
}

impl Person {
    pub fn new(window: Client) -> Person {
        Person { window, clicks: 0, fields: 0 }
    }

    /// A button.
    pub async fn press(&mut self, label: &str) {
        self.clicks += 1;
        press(&self.window, label).await;
    }

    /// One of several, by what stands on it.
    pub async fn choose(&mut self, label: &str) {
        self.clicks += 1;
        let way = format!("//label[.//input and contains(normalize-space(.), {label:?})]");
        match self.window.wait().at_most(PATIENCE).for_element(Locator::XPath(&way)).await {
            Ok(found) => found.click().await.unwrap(),
            Err(error) => panic!("no choice {label:?}: {error}\n{}", text(&self.window).await),
        }
    }

    /// A field.
    pub async fn fill(&mut self, label: &str, what: &str) {
        self.fields += 1;
        fill(&self.window, label, what).await;
    }
}
