//! The laws of both files, over arbitrary configurations that the schema allows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use driftless_conf::{lsyncd, toml};
use driftless_core::config::{Config, Kind, Table, ValueType, keys};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Text as hostile as a file may hold.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z/.]{0,12}",
        "\\PC{0,8}",
        prop::collection::vec(
            prop::sample::select(vec![
                "\"", "\\", "\n", "\r", "\t", "'", "]]", "--", "\u{7f}", "\u{1}", "\u{0}", "9", "é", "#", "}", "\"\"\""
            ]),
            0..6
        )
        .prop_map(|parts| parts.concat()),
    ]
    .boxed()
}

fn number(min: Option<f64>, max: Option<f64>) -> std::ops::RangeInclusive<i64> {
    min.map_or(0, |m| m as i64)..=max.map_or(1 << 60, |m| m as i64)
}

/// A value for a key, by its declaration.
fn value(table: Table, name: &str, takes: &ValueType, kind: Option<Kind>) -> BoxedStrategy<Value> {
    let verdict = prop::sample::select(vec!["ok", "again", "die"]);
    match takes {
        ValueType::Bool => any::<bool>().prop_map(Value::from).boxed(),
        ValueType::Integer { .. } if name == "maxProcesses" && table == Table::Sync => Just(json!(1)).boxed(),
        ValueType::Integer { min, max } => number(*min, *max).prop_map(Value::from).boxed(),
        ValueType::Number { min, max } => prop_oneof![
            number(*min, *max).prop_map(Value::from),
            (0.0f64..1.0).prop_map(Value::from),
            Just(json!(1e-300)),
        ]
        .boxed(),
        ValueType::Text => text().prop_map(Value::from).boxed(),
        ValueType::OneOf(choices) => prop::sample::select(choices.clone()).boxed(),
        ValueType::Texts => prop::collection::vec(text(), 0..4).prop_map(Value::from).boxed(),
        ValueType::Map if table == Table::Ssh => {
            prop::collection::btree_map(prop_oneof!["[A-Z][a-z]{1,5}", "end", "[0-9]{1,2}", text()], text(), 0..3)
                .prop_filter("lsyncd's own words in a table", |map| {
                    !map.contains_key("_merge") && !map.contains_key("_verbatim")
                })
                .prop_map(|map| json!(map))
                .boxed()
        }
        ValueType::Map => prop::collection::btree_map(any::<u8>().prop_map(|c| c.to_string()), verdict, 0..3)
            .prop_map(|map| json!(map))
            .boxed(),
        ValueType::Table(inner) => table_of(*inner, kind),
    }
}

/// A table with any of its keys, and all that its kind needs.
fn table_of(table: Table, kind: Option<Kind>) -> BoxedStrategy<Value> {
    let members: Vec<BoxedStrategy<Option<(String, Value)>>> = keys(table)
        .into_iter()
        .filter(|key| key.name != "kind" && kind.is_none_or(|kind| key.kinds.contains(&kind)))
        .map(|key| {
            let name = key.name.clone();
            let member = value(table, &key.name, &key.value, kind).prop_map(move |value| Some((name.clone(), value)));
            if key.required { member.boxed() } else { prop_oneof![2 => Just(None), 1 => member].boxed() }
        })
        .collect();
    members
        .prop_map(move |members| {
            let mut map: Map<String, Value> = members.into_iter().flatten().collect();
            if let Some(kind) = kind.filter(|_| table == Table::Sync) {
                map.insert("kind".to_owned(), json!(kind.word()));
            }
            Value::Object(map)
        })
        .boxed()
}

fn config() -> BoxedStrategy<Config> {
    let sync = prop::sample::select(Kind::ALL.to_vec()).prop_flat_map(|kind| table_of(Table::Sync, Some(kind)));
    (table_of(Table::Settings, None), table_of(Table::App, None), prop::collection::vec(sync, 1..4))
        .prop_map(|(settings, app, sync)| {
            serde_json::from_value(json!({ "settings": settings, "app": app, "sync": sync })).unwrap()
        })
        .boxed()
}

fn import(text: &str) -> Result<lsyncd::Imported, Vec<driftless_core::problem::Problem>> {
    lsyncd::import(text.as_bytes(), "x", &mut |_| Err("no".to_owned()), &mut |_| None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn toml_reads_what_it_writes(config in config()) {
        let text = toml::write(&config);
        prop_assert_eq!(toml::parse(&text, "x").unwrap(), config, "{}", text);
    }

    #[test]
    fn an_updated_file_means_what_it_was_told(old in config(), new in config()) {
        let text = toml::write(&old);
        prop_assert_eq!(toml::update(&text, &old).unwrap(), text.as_str());
        let updated = toml::update(&text, &new).unwrap();
        prop_assert_eq!(toml::parse(&updated, "x").unwrap(), new, "{}", updated);
    }

    #[test]
    fn lsyncd_conf_reads_what_it_writes(config in config()) {
        let text = lsyncd::export(&config);
        let imported = import(&text).unwrap();
        prop_assert_eq!(imported.config, config, "{}", text);
        prop_assert!(imported.notes.is_empty() && !imported.has_functions);
    }

    #[test]
    fn no_text_crashes_a_reader(text in "[ -~\n]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = toml::parse(&text, "x");
        let _ = toml::parse_bytes(&bytes, "x");
        let _ = import(&text);
        let _ = lsyncd::import(&bytes, "x", &mut |_| Err("no".to_owned()), &mut |_| None);
    }
}

/// A loop can make a text of any length out of a short file. What is taken in can always be read from its own export again; what
/// is too much is said where it stands.
#[test]
fn what_a_short_file_made_long_is_read_from_its_export_or_refused() {
    let made = |bytes: usize, of: &str| {
        import(&format!("\nsync {{ default.rsync, source = '/' .. string.rep('{of}', {bytes}), target = '/b' }}"))
    };
    for (bytes, of) in
        [(2_457_000, "x"), (4_000_000, "x"), (1_000_000, "\\\\1"), (1_000_000, "\\\""), (1_300_000, "\u{540d}")]
    {
        let imported = made(bytes, of).unwrap();
        let text = lsyncd::export(&imported.config);
        assert!(
            import(&text).unwrap_or_else(|p| panic!("{bytes} times {of}: {p:?}")).config == imported.config,
            "{bytes} {of}"
        );
    }
    for (bytes, of) in [(4_200_000, "x"), (1_400_000, "\\\\1"), (1_100_000, "\\7")] {
        let refused = made(bytes, of).unwrap_err();
        assert_eq!(
            (refused[0].code.as_str(), refused[0].place.as_ref().unwrap().line),
            ("lua-too-much", 2),
            "{bytes} times {of}"
        );
    }
}
