//! All filters of one sync as one matcher, and the words of `_extra` that are none.

use super::Sync;
use super::identity::clean_path;
use crate::behaviour::words::literal;
use crate::filter::{FilterInput, Matcher, take_filter_words};
use crate::problem::Problem;
use crate::trash::OWN_RULE;

/// Gives the content of a file that a filter names.
pub type Read<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// The filters of a sync, read.
#[derive(Debug, Clone)]
pub struct Filters {
    /// What is left out.
    pub matcher: Matcher,
    /// `_extra` without its filter words.
    pub extra: Vec<String>,
}

/// Reads them. `own` are files of this program: those inside the source are left out before any other rule.
pub fn filters_of(sync: &Sync, own: &[String], read: &mut Read<'_>) -> Result<Filters, Vec<Problem>> {
    let (filter_words, extra) = take_filter_words(&sync.rsync.extra).map_err(|problem| vec![problem])?;
    let input = FilterInput {
        filter: own_rules(&sync.source, own)
            .into_iter()
            .chain(sync.keep_days().map(|_| OWN_RULE.to_owned()))
            .chain(sync.filter.iter().cloned())
            .collect(),
        filter_from: sync.filter_from.clone(),
        exclude: sync.exclude.clone(),
        exclude_from: sync.exclude_from.clone(),
        extra: filter_words,
        cvs_exclude: sync.rsync.cvs_exclude == Some(true),
        cvs_ignore: Vec::new(),
        delete_excluded: sync.rsync.delete_excluded == Some(true),
    };
    Ok(Filters { matcher: Matcher::build(&input, read)?, extra })
}

/// One anchored exclude for each path below the source.
fn own_rules(source: &str, own: &[String]) -> Vec<String> {
    let source = clean_path(source);
    let prefix = if source == "/" { String::new() } else { source };
    own.iter()
        .filter_map(|path| clean_path(path).strip_prefix(prefix.as_str()).map(str::to_owned))
        .filter(|below| below.len() > 1 && below.starts_with('/'))
        .map(|below| format!("- {}", literal(&below)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_files_are_left_out_where_they_lie_inside() {
        let own = ["/home/u/.config/driftless".to_owned(), "/var/log/[x].log".to_owned()];
        assert_eq!(own_rules("/home/u/", &own), ["- /.config/driftless"]);
        assert_eq!(own_rules("/", &own), ["- /home/u/.config/driftless", "- /var/log/\\[x].log"]);
        assert_eq!(own_rules("/home/u/.config/driftless", &own), Vec::<String>::new());
        assert_eq!(own_rules("/home/u/.config/drift", &own), Vec::<String>::new());
    }
}
