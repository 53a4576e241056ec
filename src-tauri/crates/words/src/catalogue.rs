//! One language's entries, read from the files that are part of the program.

use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::Text;

/// A language that there is a catalogue for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The one that fits a wish (`zh_CN.UTF-8`, `zh-Hans`, `de-DE`) best; English where there is none.
    pub fn best(wished: &str) -> Language {
        if wished.to_lowercase().starts_with("zh") { Language::Chinese } else { Language::English }
    }

    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }
}

/// A part of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The entry itself.
    Sentence,
    /// `.remedy`
    Remedy,
    /// `.title`
    Title,
}

/// The files of a language, the same ones for each; a test compares them with the directories.
macro_rules! files {
    ($language:literal) => {
        files!($language:
            "check" "conf" "failure" "filter" "first" "form" "held" "notice" "option" "pages" "receiver" "record"
            "rsync" "secrets" "sight" "state" "tray" "window")
    };
    ($language:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!("../catalogue/", $language, "/", $name, ".ftl"))),)*]
    };
}

const ENGLISH: &[(&str, &str)] = files!("en");
const CHINESE: &[(&str, &str)] = files!("zh-CN");

/// All entries of one language.
///
/// English stands behind every other language: what is missing there is said in English.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    behind: Option<Box<Catalogue>>,
    window: bool,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalogue")
    }
}

impl Catalogue {
    /// Reads them. What Fluent cannot read is left out: a test sees to it that there is nothing such.
    pub fn new(language: Language) -> Catalogue {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        for (_, text) in Catalogue::files(language) {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(readable, _)| readable);
            // Only a second entry of the same name is refused; the first stays.
            bundle.add_resource(resource).unwrap_or_default();
        }
        let behind = (language != Language::English).then(|| Box::new(Catalogue::new(Language::English)));
        Catalogue { bundle, behind, window: false }
    }

    /// The same with the remedies of the window, which has buttons, where the others name a command.
    #[must_use]
    pub fn for_window(mut self) -> Catalogue {
        self.window = true;
        self.behind = self.behind.map(|behind| Box::new(behind.for_window()));
        self
    }

    /// The names and texts of its files.
    pub fn files(language: Language) -> &'static [(&'static str, &'static str)] {
        match language {
            Language::English => ENGLISH,
            Language::Chinese => CHINESE,
        }
    }

    /// The entry of this key; without one, or with an argument missing, the key and its arguments.
    pub fn text(&self, key: &str, args: &BTreeMap<String, String>) -> Text {
        let part = |part| self.part(key, part, args).and_then(Result::ok);
        if let Some(sentence) = part(Part::Sentence) {
            return Text { title: part(Part::Title), sentence, remedy: part(Part::Remedy) };
        }
        let shown: Vec<String> = args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let sentence = if shown.is_empty() { key.to_owned() } else { format!("{key} ({})", shown.join(", ")) };
        Text { title: None, sentence, remedy: None }
    }

    /// What stands in a sync's way: a failure (`auth-failed`), or a problem of what it is run with (`rsync-lacks-option`).
    pub fn failure(&self, code: &str, args: &BTreeMap<String, String>) -> Text {
        let key = format!("failure-{code}");
        let known = self.part(&key, Part::Sentence, args).is_some();
        self.text(if known { &key } else { code }, args)
    }

    /// One part of an entry, or what is wrong with its arguments; `None` if there is no such part.
    pub fn part(&self, key: &str, part: Part, args: &BTreeMap<String, String>) -> Option<Result<String, String>> {
        let behind = || self.behind.as_ref().and_then(|catalogue| catalogue.part(key, part, args));
        let Some(message) = self.bundle.get_message(key) else { return behind() };
        let pattern = match part {
            Part::Sentence => message.value(),
            Part::Remedy => {
                let own = message.get_attribute("window").filter(|_| self.window);
                own.or_else(|| message.get_attribute("remedy")).map(|attribute| attribute.value())
            }
            Part::Title => message.get_attribute("title").map(|attribute| attribute.value()),
        };
        let Some(pattern) = pattern else { return behind() };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(name.as_str(), value_of(value));
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        Some(if errors.is_empty() { Ok(text) } else { Err(format!("{key}: {errors:?}")) })
    }
}

/// Plain whole numbers choose plural forms; all else is text, so that `3.10` and `007` stay as they are.
fn value_of(text: &str) -> FluentValue<'_> {
    let plain = text == "0" || (!text.starts_with('0') && text.len() < 16 && text.bytes().all(|b| b.is_ascii_digit()));
    match text.parse::<FluentNumber>() {
        Ok(number) if plain && !text.is_empty() => FluentValue::Number(number),
        _ => FluentValue::String(text.into()),
    }
}
