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

/// Its files; a test compares them with the directory.
const ENGLISH: &[(&str, &str)] = &[
    ("check", include_str!("../catalogue/en/check.ftl")),
    ("conf", include_str!("../catalogue/en/conf.ftl")),
    ("failure", include_str!("../catalogue/en/failure.ftl")),
    ("filter", include_str!("../catalogue/en/filter.ftl")),
    ("first", include_str!("../catalogue/en/first.ftl")),
    ("form", include_str!("../catalogue/en/form.ftl")),
    ("held", include_str!("../catalogue/en/held.ftl")),
    ("notice", include_str!("../catalogue/en/notice.ftl")),
    ("pages", include_str!("../catalogue/en/pages.ftl")),
    ("plan", include_str!("../catalogue/en/plan.ftl")),
    ("record", include_str!("../catalogue/en/record.ftl")),
    ("receiver", include_str!("../catalogue/en/receiver.ftl")),
    ("rsync", include_str!("../catalogue/en/rsync.ftl")),
    ("secrets", include_str!("../catalogue/en/secrets.ftl")),
    ("sight", include_str!("../catalogue/en/sight.ftl")),
    ("state", include_str!("../catalogue/en/state.ftl")),
    ("tray", include_str!("../catalogue/en/tray.ftl")),
    ("window", include_str!("../catalogue/en/window.ftl")),
];

/// All entries of one language.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// Reads them. What Fluent cannot read is left out: a test sees to it that there is nothing such.
    pub fn new(language: Language) -> Catalogue {
        let Language::English = language;
        let english: LanguageIdentifier = "en".parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![english]);
        bundle.set_use_isolating(false);
        for (_, text) in ENGLISH {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(readable, _)| readable);
            // Only a second entry of the same name is refused; the first stays.
            bundle.add_resource(resource).unwrap_or_default();
        }
        Catalogue { bundle }
    }

    /// The names and texts of its files.
    pub fn files(language: Language) -> &'static [(&'static str, &'static str)] {
        let Language::English = language;
        ENGLISH
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
        let message = self.bundle.get_message(key)?;
        let pattern = match part {
            Part::Sentence => message.value()?,
            Part::Remedy => message.get_attribute("remedy")?.value(),
            Part::Title => message.get_attribute("title")?.value(),
        };
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
