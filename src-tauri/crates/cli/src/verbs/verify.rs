//! `verify`: is the target what the source is, by content? Nothing is changed at either.

use std::path::Path;

use driftless_core::problem::Problem;
use driftless_engine::places::Places;
use driftless_engine::sample::sample;
use driftless_engine::target_reader::Compared;

use super::reading::{block_on, named, reader};
use super::{FAILED, OK};
use crate::report;

/// Compares all of it, or so many files chosen by chance. 0: identical; 1: not, or it could not be found out.
pub fn verify(sync: &str, most: Option<usize>, config: Option<String>, places: &Places) -> u8 {
    let Some(plan) = named(sync, config, places) else { return FAILED };
    let (_stop, reader) = reader(plan, places);
    let done = block_on(async {
        let Some(most) = most else { return Ok((reader.compare(None).await?, None)) };
        let plan = &reader.plan;
        let (files, all) = sample(Path::new(&plan.source), &plan.matcher, most)
            .map_err(|e| Problem::error("restore-no-folder").with("dir", &plan.source).with("why", e))?;
        let compared = if files.is_empty() { Compared::default() } else { reader.compare(Some(&files)).await? };
        Ok((compared, Some((files.len() as u64, all))))
    });
    match done {
        Ok((compared, looked)) => {
            report::stdout(&lines(&compared, looked));
            if compared.different == 0 { OK } else { FAILED }
        }
        Err(problem) => {
            super::said::complain(&problem);
            FAILED
        }
    }
}

/// `looked`: of a sample how many files were compared, and how many there are.
fn lines(compared: &Compared, looked: Option<(u64, u64)>) -> String {
    let different = compared.different;
    let mut out = match looked {
        Some((some, all)) => {
            format!("{} of {some} files are identical, chosen from {all}\n", some.saturating_sub(different))
        }
        None if different == 0 => "source and target are identical\n".to_owned(),
        None => format!("{different} differ\n"),
    };
    for name in &compared.names {
        out.push_str(&format!("differs: {name}\n"));
    }
    if different > compared.names.len() as u64 {
        out.push_str("…\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_are_identical_and_which_are_not() {
        let none = Compared::default();
        let some = Compared { names: vec!["a".into(), "b\\012c".into()], different: 3 };
        assert_eq!(lines(&none, Some((200, 8_000))), "200 of 200 files are identical, chosen from 8000\n");
        assert_eq!(lines(&none, None), "source and target are identical\n");
        assert_eq!(lines(&some, None), "3 differ\ndiffers: a\ndiffers: b\\012c\n…\n");
        assert!(lines(&some, Some((5, 9))).starts_with("2 of 5 files"));
    }
}
