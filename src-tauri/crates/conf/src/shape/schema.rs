//! The schema's keys, read once for each file.

use driftless_core::config::{KeyInfo, Table, keys};

/// All keys of all tables.
pub(crate) struct Schema(Vec<(Table, Vec<KeyInfo>)>);

impl Schema {
    pub fn read() -> Schema {
        Schema(Table::ALL.into_iter().map(|table| (table, keys(table))).collect())
    }

    pub fn keys(&self, table: Table) -> &[KeyInfo] {
        self.0.iter().find(|(t, _)| *t == table).map_or(&[], |(_, keys)| keys)
    }

    pub fn key(&self, table: Table, name: &str) -> Option<&KeyInfo> {
        self.keys(table).iter().find(|key| key.name == name)
    }
}

/// A table as a file names it.
pub(crate) fn table_name(table: Table) -> &'static str {
    match table {
        Table::Settings => "settings",
        Table::App => "app",
        Table::Sync => "sync",
        Table::Rsync => "sync.rsync",
        Table::Ssh => "sync.ssh",
        Table::Driftless => "sync.driftless",
    }
}
