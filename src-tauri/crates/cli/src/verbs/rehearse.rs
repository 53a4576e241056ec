//! `rehearse`: what a full pass would send, change and delete now, and nothing of it is done.

use std::thread::sleep;
use std::time::Duration;

use driftless_core::hold::Rehearsal;
use driftless_core::picture::{Picture, Portion};
use driftless_engine::control::{Answer, Ask, Instance};
use driftless_engine::places::Places;

use super::ask::chosen;
use super::{FAILED, OK};
use crate::report;

/// How often it is asked whether it is ready.
const BEAT: Duration = Duration::from_millis(300);

/// Asks for a rehearsal, waits for its picture, and shows it.
pub fn rehearse(sync: String, config: Option<&str>, places: &Places) -> u8 {
    let mut known = Vec::new();
    for instance in chosen(config, places) {
        match instance.ask(&Ask::Rehearse { sync: sync.clone() }) {
            Ok(Answer::Done(_)) => return wait(&instance, &sync),
            Ok(Answer::NoSuchSync { known: more, .. }) => known.extend(more),
            Ok(Answer::Refused(code)) => report::error(&format!("it refused: {code}.")),
            Ok(_) => report::error("it answered something else than was asked."),
            Err(e) => report::error(&format!("{e}.")),
        }
    }
    if !known.is_empty() {
        report::error(&format!("there is no sync '{sync}'. There are: {}.", known.join(", ")));
    }
    FAILED
}

fn wait(instance: &Instance, name: &str) -> u8 {
    loop {
        let rehearsal = match instance.ask(&Ask::Status) {
            Ok(Answer::Status(one)) => {
                one.status.syncs.into_iter().find(|s| s.id == name || s.name == name).and_then(|s| s.rehearsal)
            }
            Ok(_) => None,
            Err(e) => {
                report::error(&format!("{e}."));
                return FAILED;
            }
        };
        match rehearsal {
            Some(Rehearsal { picture: Some(picture), .. }) => {
                report::stdout(&lines(&picture));
                return OK;
            }
            Some(Rehearsal { failed: Some(code), .. }) => {
                let failure = driftless_words::render_failure(&code, &std::collections::BTreeMap::new());
                report::error(failure.title.as_deref().unwrap_or(&failure.sentence));
                return FAILED;
            }
            Some(_) => sleep(BEAT),
            None => return FAILED,
        }
    }
}

fn lines(picture: &Picture) -> String {
    let line = |word: &str, part: &Portion| {
        let size = part.bytes.filter(|_| part.count > 0).map(|n| format!(", {n} bytes")).unwrap_or_default();
        let more = if part.count > part.names.len() as u64 { ", …" } else { "" };
        let names = if part.names.is_empty() { String::new() } else { format!(": {}{more}", part.names.join(", ")) };
        format!("would {word} {}{size}{names}\n", part.count)
    };
    [line("send", &picture.sent), line("change", &picture.changed), line("delete", &picture.deleted)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_in_three_lines() {
        let names = |n: usize| (0..n).map(|i| format!("f{i}")).collect();
        let picture = Picture {
            sent: Portion { count: 12, bytes: Some(99), names: names(2) },
            changed: Portion { bytes: Some(0), ..Portion::default() },
            deleted: Portion { count: 1, bytes: None, names: names(1) },
            ..Picture::default()
        };
        assert_eq!(lines(&picture), "would send 12, 99 bytes: f0, f1, …\nwould change 0\nwould delete 1: f0\n");
    }
}
