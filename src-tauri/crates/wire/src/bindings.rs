//! Writes `ui/src/gen`: the types as TypeScript, and the schema of the model. Fails where what stands there differs, after it
//! was written: the change is then in the working tree, to be looked at and kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use driftless_core::config::schema_json;
use driftless_core::{said, view};
use ts_rs::{Config, TS};

use crate as wire;

const HEAD: &str =
    "/* Made from Rust by the tests of driftless-wire. Do not edit: change the Rust types and run them. */\n\n";

fn gen_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/gen")
}

/// A type and all that it is made of, each once, in the order of their names.
fn collect<T: TS + 'static>(config: &Config, into: &mut BTreeMap<String, String>) {
    struct Visitor<'a>(&'a Config, &'a mut BTreeMap<String, String>);
    impl ts_rs::TypeVisitor for Visitor<'_> {
        fn visit<T: TS + 'static + ?Sized>(&mut self) {
            if T::output_path().is_some() && !self.1.contains_key(&T::ident(self.0)) {
                let docs = T::docs().unwrap_or_default();
                self.1.insert(T::ident(self.0), format!("{docs}export {}\n", T::decl(self.0)));
                T::visit_dependencies(self);
            }
        }
    }
    let mut visitor = Visitor(config, into);
    ts_rs::TypeVisitor::visit::<T>(&mut visitor);
}

fn types() -> String {
    let config = Config::new().with_large_int("number");
    let mut all = BTreeMap::new();
    collect::<wire::Snapshot>(&config, &mut all);
    collect::<wire::HostEvent>(&config, &mut all);
    collect::<wire::ConfigSheet>(&config, &mut all);
    collect::<wire::Saved>(&config, &mut all);
    collect::<wire::Texts>(&config, &mut all);
    collect::<wire::Cause>(&config, &mut all);
    collect::<wire::UsualFolder>(&config, &mut all);
    collect::<wire::Disk>(&config, &mut all);
    collect::<wire::PasswordState>(&config, &mut all);
    collect::<wire::KeepPassword>(&config, &mut all);
    collect::<wire::Imported>(&config, &mut all);
    collect::<wire::ExcludePreview>(&config, &mut all);
    collect::<wire::SourceEntry>(&config, &mut all);
    collect::<wire::HistoryFilter>(&config, &mut all);
    collect::<wire::HistoryPage>(&config, &mut all);
    collect::<wire::Plot>(&config, &mut all);
    collect::<wire::PlotSpan>(&config, &mut all);
    collect::<wire::TrialStep>(&config, &mut all);
    collect::<wire::ModuleInfo>(&config, &mut all);
    collect::<wire::DoctorReport>(&config, &mut all);
    collect::<wire::ReceiverState>(&config, &mut all);
    collect::<wire::RestorePoint>(&config, &mut all);
    collect::<wire::RestoreListing>(&config, &mut all);
    collect::<wire::RestoreTo>(&config, &mut all);
    collect::<wire::Replaced>(&config, &mut all);
    collect::<wire::Restored>(&config, &mut all);
    collect::<view::WaitingEntry>(&config, &mut all);
    collect::<said::Said>(&config, &mut all);
    let own = "import type { Config } from '../host/model';\n\n";
    format!("{HEAD}{own}{}", all.into_values().collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_pages_have_the_types_and_the_schema_of_this_program() {
    let schema = serde_json::to_string_pretty(&schema_json()).unwrap() + "\n";
    let mut changed = Vec::new();
    for (name, text) in [("types.ts", types()), ("schema.json", schema)] {
        let path = gen_dir().join(name);
        if fs::read_to_string(&path).unwrap_or_default() != text {
            fs::create_dir_all(gen_dir()).unwrap();
            fs::write(&path, text).unwrap();
            changed.push(name);
        }
    }
    assert!(
        changed.is_empty(),
        "{changed:?} in ui/src/gen were not as Rust has them; they were written anew: look, and commit them"
    );
}
