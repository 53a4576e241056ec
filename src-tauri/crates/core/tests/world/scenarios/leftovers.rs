//! What a bad end leaves behind: nothing that was not proven is forgotten, nothing that was only guessed is removed, and what
//! waits for a person waits for a person.

use std::sync::Arc;

use driftless_core::change::Kind;
use driftless_core::config::{DeletePolicy, ExitVerdict};
use driftless_core::diagnose::{Exit, FailedPath, FailureCode, PathWhy, Report, Side};
use driftless_core::facts::{FileKind, Look};
use driftless_core::filter::{FilterInput, Matcher};
use driftless_core::mirror::{End, Input};
use driftless_core::plan::SyncPlan;
use driftless_core::view::Phase;
use driftless_core::work::Stdin;

use super::one;
use crate::stage::{Stage, because, code, ended, ok, path, sync, without};

fn under(delete: DeletePolicy) -> Stage {
    Stage::at_rest(vec![SyncPlan { delete, ..sync("a") }])
}

/// Exit 23 for a temporary name, which may stand for any of these.
fn guesses(paths: &[&str]) -> End {
    let one =
        |p: &&str| FailedPath { path: path(p), why: PathWhy::NoSpace, side: Side::Receiver, deep: false, guess: true };
    ended(Exit::Code(23), Report { failed: paths.iter().map(one).collect(), ..Report::default() })
}

#[test]
fn what_waits_for_an_answer_is_not_started_by_mounts_wakes_or_reloads() {
    let mut stage = one();
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.pass(5.0);
    stage.end(because(25, FailureCode::TooManyDeletions));
    let mounts = Input::MountsChanged { syncs: vec![stage.key("a")] };
    for input in [mounts, Input::Resumed, Input::NetworkUp, Input::KeyringReady] {
        stage.input(input);
    }
    stage.input(Input::Configured(Arc::new(stage.plan.clone())));
    stage.serve(86_400.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.status("a").phase), (1, Phase::Held));
}

#[test]
fn what_waits_for_an_answer_is_not_started_by_another_run_that_went_well() {
    let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 2, ..sync("a") }]);
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.pass(5.0);
    stage.write("a", "g");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: f", "a: g"]);
    stage.end(because(25, FailureCode::TooManyDeletions));
    stage.end(ok());
    stage.serve(86_400.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.status("a").phase), (2, Phase::Held));
}

#[test]
fn a_guess_at_a_name_removes_no_stranger() {
    // A temporary file `.f.Ab3dEf` is that of `f`, or of `.f`, which the source never had.
    for in_pass in [true, false] {
        let mut stage = under(DeletePolicy::Running);
        stage.is_dir("d");
        stage.gone("d/.f");
        if in_pass {
            stage.ask(driftless_core::mirror::Request::SyncNow { sync: Some("a".into()) });
        } else {
            stage.change("a", "d/", Kind::Create);
            stage.pass(5.0);
        }
        stage.end(guesses(&["d/f", "d/.f"]));
        stage.serve(3_600.0, |_| ok());
        assert!(stage.begun.iter().any(|r| r.what().split(' ').any(|p| p == "d/f")));
        assert!(stage.begun.iter().all(|r| !r.has("--delete-missing-args")));
        assert_eq!(stage.status("a").waiting, 0);
    }
}

#[test]
fn another_name_of_a_file_that_failed_stays_dirty() {
    let mut stage = one();
    let Look::Found(mut found) = stage.found(FileKind::File) else { panic!("found") };
    found.links = vec![path("x/link")];
    stage.looks.insert(path("f"), Look::Found(found));
    stage.write("a", "f");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: f x/link"]);
    stage.end(guesses(&["x/link", "x/.link"]));
    stage.begun.clear();
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: x/link"]);
}

#[test]
fn a_subtree_whose_removals_were_left_out_is_made_again() {
    let mut stage = one();
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    stage.pass(5.0);
    let End::Exited { exit, mut report, stalled } = without(&["d/secret"]) else { panic!("it ended") };
    report.deletions_skipped = true;
    stage.end(End::Exited { exit, report, stalled });
    stage.serve(3_600.0, |_| ok());
    let runs = stage.begun();
    assert_eq!(runs.iter().filter(|r| r.ends_with(": d")).count(), 2, "{runs:?}");
}

#[test]
fn what_failed_below_an_entry_of_a_folder_that_went_whole_is_sent() {
    for deep in [false, true] {
        let mut stage = one();
        for name in ["d", "d/c", "d/c/x"] {
            stage.is_dir(name);
        }
        stage.change("a", "d/", Kind::Create);
        // It rides along with `d`, for its own attributes.
        stage.change("a", "d/c/", Kind::Attrib);
        stage.pass(5.0);
        assert_eq!(stage.runs(), ["a: d"]);
        let End::Exited { exit, mut report, stalled } = without(&[if deep { "d/c" } else { "d/c/x" }]) else {
            panic!("it ended")
        };
        report.failed[0].deep = deep;
        stage.end(End::Exited { exit, report, stalled });
        stage.begun.clear();
        stage.serve(3_600.0, |_| ok());
        let brings = |run: &crate::stage::Started| match deep {
            true => run.what() == "d/c" && run.has("-r"),
            false => run.what().split(' ').any(|path| path == "d/c/x"),
        };
        assert!(stage.begun.iter().any(brings), "{:?}", stage.begun());
    }
}

#[test]
fn a_folder_of_the_target_that_could_not_be_listed_is_gone_over_again_with_its_removals() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    stage.is_dir("d");
    let End::Exited { exit, mut report, stalled } = without(&["d"]) else { panic!("it ended") };
    report.failed[0].deep = true;
    stage.end(End::Exited { exit, report, stalled });
    stage.begun.clear();
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun.len() == 1 && stage.begun[0].what() == "d");
    assert!(stage.begun[0].has("-r") && stage.begun[0].has("--delete"));
}

#[test]
fn what_failed_inside_a_directory_put_in_anothers_place_is_still_compared_by_checksum() {
    let mut stage = one();
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Delete);
    stage.change("a", "d/", Kind::Create);
    stage.pass(5.0);
    assert!(stage.begun[0].has("-c"));
    stage.end(without(&["d/f"]));
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun[1].what(), "d/f");
    assert!(stage.begun[1].has("-c"));
}

#[test]
fn after_a_cut_connection_a_directory_goes_whole_again_later() {
    let mut stage = one();
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    let mut first = true;
    stage.serve(3_000.0, |_| if std::mem::take(&mut first) { code(30) } else { ok() });
    assert!(stage.begun.len() == 3 && stage.begun.iter().all(|r| r.what() == "d" && r.has("-r")));
}

#[test]
fn after_a_cut_pass_there_is_another_when_the_old_server_is_over() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    let mut first = true;
    stage.serve(3_000.0, |_| if std::mem::take(&mut first) { code(30) } else { ok() });
    assert_eq!(stage.begun(), ["a: PASS"; 3]);
}

#[test]
fn an_echo_takes_nothing_away_from_a_directory_that_waits() {
    let mut stage = one();
    stage.write("a", "d");
    let mut first = true;
    stage.serve(60.0, |_| if std::mem::take(&mut first) { code(30) } else { ok() });
    // The file is a directory by now, and waits while the echo comes.
    stage.ask(driftless_core::mirror::Request::Pause { sync: None, until_wall_ms: None });
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    stage.serve(3_000.0, |_| ok());
    stage.begun.clear();
    stage.ask(driftless_core::mirror::Request::Resume { sync: None });
    stage.serve(3_000.0, |_| ok());
    assert!(stage.begun.first().is_some_and(|r| r.what() == "d" && r.has("-r")), "{:?}", stage.begun());
}

#[test]
fn an_exit_code_that_the_person_gives_a_meaning_to_is_no_storm() {
    for (number, verdict) in [(24, ExitVerdict::Again), (0, ExitVerdict::Again), (24, ExitVerdict::Die)] {
        let mut plan = sync("a");
        plan.exit_codes.insert(number, verdict);
        let mut stage = Stage::at_rest(vec![SyncPlan { init: false, ..plan }]);
        stage.write("a", "f");
        stage.serve(60.0, |_| code(i32::from(number)));
        let most = if verdict == ExitVerdict::Die { 1 } else { 10 };
        assert!(stage.begun.len() <= most, "{number}: {} runs in a minute", stage.begun.len());
        assert_eq!((stage.status("a").waiting, stage.problem("a").as_deref()), (1, Some("unknown")));
    }
}

#[test]
fn a_name_with_an_end_of_line_is_never_read_as_others_beside_filter_files() {
    // Without --from0, since filter files are lines too, `gone\rother` would name two files that are none of ours.
    let input = FilterInput { filter: vec![": .rules".into()], ..FilterInput::default() };
    let matcher = Matcher::build(&input, &mut |_| Err("no files here".into())).expect("good rules");
    assert!(matcher.needs_dir_files());
    let mut stage = Stage::at_rest(vec![SyncPlan { matcher, ..sync("a") }]);
    stage.gone("d/gone\rother");
    stage.change("a", "d/gone\rother", Kind::Delete);
    stage.write("a", "e/new\nline");
    stage.serve(60.0, |_| ok());
    for run in &stage.begun {
        let Stdin::Bytes(list) = &run.command.stdin else { panic!("a list") };
        assert!(!run.has("--from0"), "filter files are read by lines");
        let lines: Vec<&[u8]> = list.split(|b| matches!(b, b'\n' | b'\r')).filter(|l| !l.is_empty()).collect();
        assert!(lines.iter().all(|l| [&b"./d"[..], b"./e"].contains(l)), "{:?}", run.what());
    }
    assert!(!stage.begun.is_empty() && stage.status("a").waiting == 0);
}

#[test]
fn rules_that_name_a_side_are_no_error_in_deletions_by_filters() {
    let filter = ["+s shown", "+p keep", "risk gone", "+ both"].map(str::to_owned).to_vec();
    let matcher =
        Matcher::build(&FilterInput { filter, ..FilterInput::default() }, &mut |_| Err("no files here".into()))
            .expect("good rules");
    let mut stage = Stage::at_rest(vec![SyncPlan { matcher, delete: DeletePolicy::Running, ..sync("a") }]);
    stage.gone("d/f");
    stage.change("a", "d/f", Kind::Delete);
    stage.pass(5.0);
    stage.end(because(2, FailureCode::MissingArgsRefused));
    let run = stage.running.values().next().expect("by filters");
    // `S` takes no side; and "may be removed" would hold for strangers.
    for (word, there) in
        [("+s shown", true), ("Sp keep", true), ("S both", true), ("Sr gone", false), ("+r gone", false)]
    {
        assert_eq!(run.has(&format!("--filter={word}")), there, "{word}");
    }
}
