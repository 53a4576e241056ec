//! The model: what a person configures, as written.
//!
//! Every key of lsyncd's `settings{}` and `sync{}` is declared once, here, under lsyncd's own name; its doc comment is
//! its help text and its schema attributes carry default, unit, range, group and the kinds that take it. The form, the
//! checker, the importers' unknown-key errors and the reference page are made from the schema of these structs.
//!
//! `None` means "not written"; what then holds is decided in [`crate::plan`].

mod check;
mod delete;
mod filters;
mod identity;
mod own;
mod rsync_options;
mod schema;
mod settings;
mod sync;

pub use check::check;
pub use delete::DeletePolicy;
pub(crate) use filters::{Read, filters_of};
pub use identity::{clean_path, display_name, identity, target_of};
pub use own::DriftlessKeys;
pub use rsync_options::{RsyncOptions, SshOptions};
pub use schema::{KeyInfo, Table, ValueType, key, keys, nearest, schema_json};
pub use settings::{App, AppLanguage, Appearance, InotifyMode, Settings};
pub use sync::{ExitVerdict, Kind, Sync};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole configuration, as written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What holds for the whole program; lsyncd's `settings{}`.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    /// The application's own: nothing that lsyncd knows.
    #[serde(default, skip_serializing_if = "App::is_empty")]
    pub app: App,
    /// Each pair of source and target; lsyncd's `sync{}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sync: Vec<Sync>,
}
