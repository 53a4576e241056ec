//! The mutations: which file, which snippet, what instead, and what that breaks. At least one for each invariant of
//! ARCHITECTURE.md, each guard, and each rule of pace. A catalogue: it may be long.

/// One way to break a package.
pub struct Mutation {
    /// What it is called.
    pub name: &'static str,
    /// In which package, by its folder.
    pub package: &'static str,
    /// Which file, below that folder.
    pub file: &'static str,
    /// What stands there exactly once.
    pub from: &'static str,
    /// What stands there then.
    pub to: &'static str,
    /// What no longer holds.
    pub breaks: &'static str,
}

const fn broken(
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    breaks: &'static str,
) -> Mutation {
    Mutation { name, package: "core", file, from, to, breaks }
}

const fn engine(
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    breaks: &'static str,
) -> Mutation {
    Mutation { name, package: "engine", file, from, to, breaks }
}

/// A path leaves only after a step that covered it ended well and nothing newer came in.
const CLEAN: &str = "a path is clean only after a run that covered it ended well, and without a newer change";
const SEEN: &str = "a new directory is watched before it is listed, and then it is listed";
const SECRET: &str = "no secret is in a command line or an environment";
/// See `core::record`.
const RESTART: &str =
    "whatever the stop was like, the next start brings everything over, and removes nothing by mistake";
const RECORDED: &str = "src/sync_state/keep.rs";
const WATCHED: &str = "watches are in place before the first pass";
const LOSS: &str = "a loss is made good by a recovery pass, with the deletions of a recovery";
const PARTS: &str = "no batch goes where a part of a full pass is under way";
const PARTS_FILE: &str = "src/sync_state/parts.rs";
const APART: &str = "no two runs on one path of one target, never more than maxProcesses, Delete and Create in order";
const EQUAL: &str = "at rest the target equals the source";
const KEEP: &str = "nothing is deleted because the source could not be read, is not there, or is another one";
const POLICY: &str = "deletions only where the policy allows them";
const ASKED: &str = "deletions beyond the budget, and a first pass that is rehearsed, wait for a person's word";
const PACE: &str = "delay, maxDelays and the pause between tries";
const END: &str = "the program ends when, and as, it was asked to";

const QUEUE: &str = "src/queue.rs";
const MIRROR: &str = "src/mirror.rs";
const SLOTS: &str = "src/slots.rs";
const SAFETY: &str = "src/safety.rs";
const STATE: &str = "src/sync_state/mod.rs";
const BEGIN: &str = "src/sync_state/begin.rs";
const CONSENT: &str = "src/sync_state/consent.rs";
const OBEY: &str = "src/sync_state/obey.rs";
const GATES: &str = "src/gates.rs";
const ENDS: &str = "src/sync_state/end.rs";
const FILTERS: &str = "src/sync_state/filters.rs";
const INTAKE: &str = "src/sync_state/intake.rs";
const CLASSIFY: &str = "src/behaviour/classify.rs";
const SENT: &str = "src/sent_times.rs";
const WORDS: &str = "src/behaviour/rsync.rs";
const DIAGNOSE: &str = "src/diagnose/mod.rs";
const DELETE: &str = "src/config/delete.rs";

const RENAMES: &str = "src/sync_state/renames.rs";
const RECIPE: &str = "src/behaviour/renames.rs";
/// A rename at the target costs a transfer at worst.
const RENAMED: &str = "a rename at the target that fails, or does not fit, costs a transfer and never a file";

/// All of them.
pub const MUTATIONS: &[Mutation] = &[
    broken(
        "nothing is verified by itself",
        "src/sync_state/heal.rs",
        "if idle && self.heal_at(now).is_some_and(|at| at <= now.mono) {",
        "if false {",
        "what is lost at the target is found by the next verifying pass",
    ),
    broken(
        "the count of days begins at each start",
        RECORDED,
        "        self.heal.verified_ms = past.verified_ms;\n",
        "",
        "what is lost at the target is found by the next verifying pass",
    ),
    broken(
        "a pass replaces without the trash",
        "src/sync_state/pass.rs",
        "        let command = self.keeping(now, command);
        let command = self.checking(command);",
        "        let command = self.checking(command);",
        "what is removed or replaced is in the trash",
    ),
    broken(
        "the trash of the last day kept goes",
        "src/trash.rs",
        "let most = char::from_u32(u32::from(digit) - 1).unwrap_or('0');",
        "let most = digit;",
        "the trash keeps for as long as was asked for",
    ),
    broken(
        "done_drops_what_came_in_meanwhile",
        QUEUE,
        "        self.flying.remove(path);\n        if entry.wait.is_none() {",
        "        self.flying.remove(path);\n        if entry.flight.is_none() {",
        CLEAN,
    ),
    broken(
        "a_failed_run_counts_as_done",
        ENDS,
        "                for path in left {\n                    self.entry_failed_at(id, &path, Duration::ZERO);",
        "                for path in left.into_iter().skip(usize::MAX) {\n                    self.entry_failed_at(id, &path, Duration::ZERO);",
        CLEAN,
    ),
    broken(
        "what_failed_in_a_batch_is_forgotten",
        ENDS,
        "            Outcome::Partial => self.partly(now, id, &diagnosis, report),",
        "            Outcome::Partial => {}",
        CLEAN,
    ),
    broken(
        "a_line_not_understood_is_no_matter",
        DIAGNOSE,
        "partial && (report.unmapped || report.failed.is_empty())",
        "partial && report.failed.is_empty()",
        CLEAN,
    ),
    broken(
        "killed_counts_as_done",
        DIAGNOSE,
        "        Exit::Signal(_) => FailureCode::Killed,",
        "        Exit::Signal(_) => return Diagnosis::done(),",
        CLEAN,
    ),
    broken("exit_23_counts_as_done", DIAGNOSE, "Exit::Code(0 | 24) if", "Exit::Code(0 | 23 | 24) if", CLEAN),
    broken(
        "the_fallback_is_forgotten",
        ENDS,
        "        self.deletes_by_filters = true;\n",
        "",
        "a receiver that takes no missing names gets deletions by filters, and is remembered",
    ),
    broken("unfit_names_count_as_removed", BEGIN, "        self.keep_unfit(now, id);\n", "", CLEAN),
    broken(
        "a_hung_servers_old_run_is_not_made_good",
        ENDS,
        "            self.echoes.push((now.mono + ECHO, paths));",
        "            let _: Vec<(RelPath, bool)> = paths;",
        "after a cut connection the same paths are listed again later",
    ),
    broken(
        "a_full_target_gets_updates_first",
        ENDS,
        "        self.delete_first |= diagnosis.delete_first;\n",
        "",
        "a full target gets its deletions first",
    ),
    broken(
        "what_stood_in_a_held_batch_is_forgotten",
        BEGIN,
        "            self.queue.failed(path, id, Duration::ZERO, now.mono);",
        "            self.queue.done(path, id);",
        CLEAN,
    ),
    broken("watches_are_not_awaited", STATE, "self.watching && !self.retired", "!self.retired", WATCHED),
    broken(
        "a_loss_is_ignored_without_init",
        INTAKE,
        "        if under.is_root() {\n            self.owe(Duration::ZERO);",
        "        if under.is_root() && !self.plan.init {\n        } else if under.is_root() {\n            self.owe(Duration::ZERO);",
        LOSS,
    ),
    broken(
        "a_recovery_is_taken_for_a_start",
        STATE,
        "        let startup = self.owed.is_some_and(|o| o.startup);",
        "        let startup = true;",
        LOSS,
    ),
    broken(
        "a_recovery_under_running_deletes",
        DELETE,
        "        self == DeletePolicy::Always\n",
        "        matches!(self, DeletePolicy::Always | DeletePolicy::Running)\n",
        LOSS,
    ),
    broken(
        "a_recovery_under_true_does_not_delete",
        DELETE,
        "        self == DeletePolicy::Always\n",
        "        false\n",
        LOSS,
    ),
    broken(
        "other_watches_leave_a_gap",
        MIRROR,
        "        if !sent_alike || !watched_alike {",
        "        if !sent_alike {",
        LOSS,
    ),
    broken(
        "nothing_meets_a_flight",
        QUEUE,
        "        if self.flying.is_empty() {\n            return false;",
        "        if self.flying.len() < usize::MAX {\n            return false;",
        APART,
    ),
    broken("one_run_too_many_over_all", SLOTS, "self.running.len() < max", "self.running.len() <= max", APART),
    broken(
        "one_run_too_many_of_a_sync",
        STATE,
        "working >= self.plan.max_processes",
        "working > self.plan.max_processes",
        APART,
    ),
    broken(
        "batches_go_where_a_part_goes",
        QUEUE,
        "        !self.locked.is_empty() && !path.is_root() && related(&self.locked, path)",
        "        self.locked.contains(path) && path.is_root()",
        PARTS,
    ),
    broken(
        "a_part_goes_where_a_batch_is",
        PARTS_FILE,
        "        if self.queue.lock_meets_flight() || self.jobs.values().any(met) {",
        "        if self.queue.lock_meets_flight() && self.jobs.values().any(met) {",
        PARTS,
    ),
    broken("levels_beside_batches", PARTS_FILE, "if working == 0 { Next::Part", "if working < 9 { Next::Part", PARTS),
    broken(
        "a_failed_part_counts_as_done",
        PARTS_FILE,
        "                    (false, true) => State::Left,",
        "                    (false, true) => State::Done,",
        "a pass is over only when every part of it has been made",
    ),
    broken(
        "what_was_missed_is_not_made_again",
        PARTS_FILE,
        "let state = if known && goes_on { State::Done }",
        "let state = if known { State::Done }",
        LOSS,
    ),
    broken(
        "a_loss_leaves_the_parts_that_are_done",
        STATE,
        "        self.keep.goes_on = false;\n        let startup",
        "        let startup",
        LOSS,
    ),
    broken(
        "each_part_has_the_whole_budget",
        "src/sync_state/consent.rs",
        "left.map_or(most, |left| left.min(most))",
        "left.map_or(most, |_| most)",
        ASKED,
    ),
    broken(
        "a_tree_is_forgotten",
        "src/pass.rs",
        "            return inside.iter().for_each(|one| self.take(one));",
        "            return inside.iter().skip(1).for_each(|one| self.take(one));",
        "the parts of a pass are together the whole tree",
    ),
    broken(
        "two_passes_at_one_machine",
        SLOTS,
        "\n            && !self.running.values().flatten().any(|m| m == machine)",
        "\n            && machine.len() < usize::MAX",
        "one pass at a time per machine",
    ),
    broken(
        "batches_run_beside_a_pass",
        STATE,
        "        if self.alone() || self.blocked {",
        "        if self.blocked {",
        APART,
    ),
    broken(
        "a_pass_runs_beside_batches",
        STATE,
        "return (working == 0).then_some(",
        "return (!self.passing()).then_some(",
        APART,
    ),
    broken(
        "a_former_self_is_not_awaited",
        MIRROR,
        "        if self.still_written_to(turn) {",
        "        if self.still_written_to(turn) && self.finished {",
        APART,
    ),
    broken(
        "syncs_do_not_take_turns",
        MIRROR,
        "            self.turn = (self.turn + 1) % self.syncs.len();",
        "            self.turn = idle_in_a_row % self.syncs.len();",
        "syncs take turns",
    ),
    broken(
        "what_stood_there_before_is_not_compared",
        QUEUE,
        "            replaced: arrived || over || (made && entry.flight.is_some()),",
        "            replaced: false,",
        EQUAL,
    ),
    broken(
        "a_made_directory_goes_without_content",
        QUEUE,
        "            subtree: made,",
        "            subtree: false,",
        EQUAL,
    ),
    broken(
        "a_time_that_is_not_newer_is_trusted",
        CLASSIFY,
        "dirt.want == Want::Delete || old_time || not_newer",
        "dirt.want == Want::Delete || old_time",
        EQUAL,
    ),
    broken(
        "times_are_compared_by_the_second",
        WORDS,
        "        _ => line.word(\"--modify-window=-1\"),",
        "        _ => &mut line,",
        EQUAL,
    ),
    broken(
        "a_list_is_read_where_the_sources_name_leads",
        WORDS,
        "pub(super) const HERE: &str = \".\";",
        "pub(super) const HERE: &str = \"./\";",
        KEEP,
    ),
    broken(
        "batches_go_without_filters",
        WORDS,
        "    line.filters(true);\n    if subtree {",
        "    if subtree {",
        "excluded names are neither sent nor removed",
    ),
    broken(
        "excluded_names_are_listed",
        INTAKE,
        "        let here = !self.plan.excludes(&change.path, change.dir);",
        "        let here = true;",
        "excluded names are never listed",
    ),
    broken(
        "a_parents_time_does_not_follow",
        INTAKE,
        "        self.one(now, &self.plan.kept_parent(path), Kind::Attrib, true);\n    }\n\n    /// Everything",
        "        let _ = (now, path);\n    }\n\n    /// Everything",
        EQUAL,
    ),
    broken(
        "a_subtree_with_one_failure_goes_again",
        ENDS,
        "if *entry == failed.path || !self.covers_tree(id, entry) {",
        "if *entry == failed.path || self.covers_tree(id, entry) {",
        "a subtree that failed in one place is not sent whole again",
    ),
    broken(
        "what_cannot_be_seen_is_gone",
        CLASSIFY,
        "            Look::Error(errno) => self.out.errors.push((entry.clone(), *errno)),",
        "            Look::Error(_) => self.missing(entry, entry, dirt),",
        KEEP,
    ),
    broken(
        "another_source_is_taken_for_the_same",
        SAFETY,
        "            if !same_directory(known, facts) {",
        "            if !same_directory(known, facts) && facts.empty && known.empty {",
        KEEP,
    ),
    broken(
        "a_devices_number_tells_file_systems_apart",
        SAFETY,
        "    facts.fs.filter(|id| *id != facts.dev)",
        "    facts.fs",
        KEEP,
    ),
    broken(
        "a_source_may_be_emptied",
        SAFETY,
        "            if deletes_unseen && facts.empty && !known.empty {",
        "            if deletes_unseen && facts.empty && known.empty {",
        KEEP,
    ),
    broken(
        "an_emptied_source_is_held_only_once",
        SAFETY,
        "RootFacts { empty: facts.empty && !empty_before, ..facts.clone() }",
        "RootFacts { empty: facts.empty || empty_before, ..facts.clone() }",
        KEEP,
    ),
    broken(
        "a_mount_inside_may_go",
        SAFETY,
        "known.mounts.iter().find(|m| !facts.mounts.contains(m))",
        "known.mounts.iter().find(|m| !known.mounts.contains(m))",
        KEEP,
    ),
    broken(
        "an_unmounted_target_is_written_to",
        SAFETY,
        "(Some(RootLook::Missing | RootLook::NotMounted), Some(_)) => Err(Trouble::TargetMissing),",
        "(Some(RootLook::Missing | RootLook::NotMounted), Some(_)) => Ok(None),",
        "nothing is written where a local target was, and is not",
    ),
    broken(
        "a_bare_mount_point_is_filled_at_the_first_start",
        SAFETY,
        "(Some(RootLook::NotMounted), None) if !self.bare =>",
        "(Some(RootLook::NotMounted), None) if self.bare =>",
        "nothing is written where a disk is to be mounted and is not",
    ),
    broken(
        "another_target_is_taken_for_the_same",
        SAFETY,
        "(Some(RootLook::Dir(now)), Some(known)) if !same_directory(known, now) => Err(Trouble::TargetReplaced),",
        "(Some(RootLook::Dir(now)), Some(known)) if known.empty && !same_directory(known, now) => Err(Trouble::TargetReplaced),",
        "nothing is written to another target than last time",
    ),
    broken(
        "a_pass_that_was_held_is_forgotten",
        BEGIN,
        "            Purpose::Pass { startup, exact, .. } => self.owe_again(startup, exact, Duration::ZERO),",
        "            Purpose::Pass { startup, exact, .. } => drop((startup, exact)),",
        LOSS,
    ),
    broken(
        "all_try_at_a_dead_machine",
        GATES,
        "        self.closed.get(gate).is_none_or(|g| g.probe.is_none())",
        "        self.closed.get(gate).is_none_or(|g| g.probe.is_none() || g.failures > 0)",
        PACE,
    ),
    broken(
        "a_dead_machine_is_tried_by_each_sync_at_its_own_time",
        OBEY,
        "                self.gated = Some(until);",
        "                self.gated = Some(until).filter(|_| failed_for_it);",
        PACE,
    ),
    broken(
        "a_machine_that_answers_again_is_known_to_one_sync_alone",
        OBEY,
        "                if failed_for_it {\n                    self.hasten();",
        "                if failed_for_it && self.retired {\n                    self.hasten();",
        PACE,
    ),
    broken(
        "a_rule_pauses_nothing",
        OBEY,
        "        let holds = pausing.filter(|_| !self.anyway);",
        "        let holds = pausing.filter(|_| self.anyway);",
        "a rule pauses its sync, and who overrules it is obeyed",
    ),
    broken(
        "deletions_of_a_batch_are_not_counted",
        CONSENT,
        "            Class::Delete | Class::Flip => true,",
        "            Class::Delete | Class::Flip => self.consent.tripped,",
        ASKED,
    ),
    broken(
        "deletions_of_a_pass_are_not_counted",
        CONSENT,
        "(asks || self.plan.own.budget.limits() || self.consent.tripped)",
        "(asks || self.consent.tripped)",
        ASKED,
    ),
    broken(
        "a_folder_that_a_file_displaces_is_not_counted",
        CONSENT,
        "d.was_dir && !d.dir",
        "d.was_dir && d.dir",
        ASKED,
    ),
    broken(
        "there_is_no_second_net",
        CONSENT,
        "            Some(most) => rsync::at_most(command, most),",
        "            Some(_) => command,",
        ASKED,
    ),
    broken(
        "each_batch_has_a_budget_of_its_own",
        CONSENT,
        "most.saturating_sub(self.consent.spent.lately(now.mono))",
        "most.saturating_sub(self.consent.spent.lately(now.mono) / 1_000)",
        ASKED,
    ),
    broken(
        "a_rehearsal_waits_for_nobody",
        STATE,
        "        if self.awaits_confirmation() {",
        "        if self.awaits_confirmation() && self.retired {",
        ASKED,
    ),
    broken(
        "the_deletions_of_a_held_pass_are_forgotten",
        CONSENT,
        "            self.consent.held_pass = Some(of);",
        "            self.consent.held_pass = Some(of).filter(|_| false);",
        ASKED,
    ),
    broken(
        "who_allows_deletions_allows_another_source",
        STATE,
        "        if !guarded && self.grant() {\n            return self.answered();",
        "        if !guarded && self.grant() {\n            self.answered();",
        KEEP,
    ),
    broken(
        "more_than_was_shown_may_go",
        CONSENT,
        "shown.saturating_add((shown / 10).max(10))",
        "u64::MAX.max(shown)",
        ASKED,
    ),
    broken(
        "startup_deletes_while_running",
        DELETE,
        "        matches!(self, DeletePolicy::Always | DeletePolicy::Running)",
        "        self != DeletePolicy::Never",
        POLICY,
    ),
    broken(
        "running_deletes_at_the_start",
        DELETE,
        "        matches!(self, DeletePolicy::Always | DeletePolicy::Startup)",
        "        self != DeletePolicy::Never",
        POLICY,
    ),
    broken(
        "what_was_no_file_when_it_was_looked_at_is_no_suspect",
        "src/job.rs",
        "self.paths_now().into_iter().map(|path| (path.clone(), time(&path))).collect()",
        "self.paths_now().into_iter().map(|path| (path.clone(), time(&path))).filter(|one| one.1 > i128::MIN).collect()",
        EQUAL,
    ),
    broken(
        "what_a_broken_run_sent_is_forgotten",
        ENDS,
        "if matches!(end, End::Exited { .. }) && self.reached != Some(false) {",
        "if diagnosis.outcome == Outcome::Done {",
        EQUAL,
    ),
    broken(
        "another_name_has_no_time",
        CLASSIFY,
        "                self.out.mtimes.push((link.clone(), found.mtime_ns));\n",
        "",
        EQUAL,
    ),
    broken(
        "a_folder_that_could_not_be_listed_keeps_its_strangers",
        ENDS,
        "            subtree: deep,",
        "            subtree: false,",
        EQUAL,
    ),
    broken(
        "a_removal_by_filters_begins_beside_others",
        FILTERS,
        "        others && self.jobs.get(&id)",
        "        others && self.plan.max_processes == 0 && self.jobs.get(&id)",
        APART,
    ),
    broken(
        "others_begin_beside_a_removal_by_filters",
        FILTERS,
        "job.alone || by_filters(job)",
        "job.alone && by_filters(job)",
        APART,
    ),
    broken("what_comes_later_holds_a_removal_by_filters_up", FILTERS, "        self.next_alone = true;\n", "", APART),
    broken(
        "what_may_be_either_is_removed_as_either",
        CLASSIFY,
        "self.list(if unsure { Class::Flip } else { Class::Delete }, top, entry);",
        "self.list(Class::Delete, top, entry);",
        EQUAL,
    ),
    broken(
        "what_waits_forgets_that_it_took_a_place",
        QUEUE,
        "        replaced: old.replaced || new.replaced || was_gone,",
        "        replaced: old.replaced || was_gone,",
        EQUAL,
    ),
    broken("a_longer_run_puts_a_directorys_time_back", ENDS, "        self.run_over(now, id);\n", "", EQUAL),
    broken(
        "what_came_in_the_place_of_a_removed_name_is_overlooked",
        INTAKE,
        "if !self.plan.excludes(path, !dir) && self.queue.removes(path, now.mono) {",
        "if self.plan.excludes(path, !dir) && self.queue.removes(path, now.mono) {",
        EQUAL,
    ),
    broken(
        "an_entry_stands_for_what_lies_in_it",
        ENDS,
        "if self.jobs[&id].walks() || (!kept && (!failed.guess || listed)) {",
        "if !kept && (!failed.guess || listed || self.jobs[&id].walks()) {",
        CLEAN,
    ),
    broken(
        "a_folder_without_its_deletions_goes_by_an_old_look",
        CONSENT,
        "                    job.keeps = true;\n                }\n                out.extend(self.look_at_left(now, id));",
        "                    job.keeps = true;\n                }\n                out.extend(self.next_run(now, id));",
        "a run follows at once on the look that it is made by",
    ),
    broken(
        "what_was_counted_as_a_folder_is_kept_as_anything",
        BEGIN,
        " && job.counted == Some(listing.class);",
        ";",
        ASKED,
    ),
    broken(
        "what_was_listed_before_its_rename_is_taken_for_sent",
        "src/sync_state/renames.rs",
        "self.one(now, &to.join_path(&below), Kind::Modify, false);",
        "drop(below);",
        RENAMED,
    ),
    broken(
        "a_run_follows_an_old_look",
        BEGIN,
        "if !seen.is_empty() && self.roots_are_news() {",
        "if seen.len() == usize::MAX && self.roots_are_news() {",
        "a run follows at once on the look that it is made by",
    ),
    broken(
        "a_deletion_under_never",
        CLASSIFY,
        "        if seen && (!excluded || unsure) && self.plan.delete.while_running() && !top.is_root() {",
        "        if seen && (!excluded || unsure) && !top.is_root() {",
        POLICY,
    ),
    broken(
        "new_directories_lose_strangers",
        CLASSIFY,
        "(plan.delete == Running && class == Class::SubtreeChecked)",
        "(plan.delete == Running && class == Class::Subtree)",
        POLICY,
    ),
    broken(
        "delete_excluded_without_delete",
        WORDS,
        "    if delete {\n        line.word(\"--delete\");\n        if plan.rsync.delete_excluded {\n            line.word(\"--delete-excluded\");\n        }\n    }",
        "    if delete {\n        line.word(\"--delete\");\n    }\n    if plan.rsync.delete_excluded {\n        line.word(\"--delete-excluded\");\n    }",
        POLICY,
    ),
    broken(
        "max_delays_shortens_a_pause",
        STATE,
        "self.paused.is_none() && retry\n",
        "self.paused.is_none() && (retry || self.queue.waiting() >= self.plan.max_delays)\n",
        PACE,
    ),
    broken("a_pause_is_ignored", STATE, "self.paused.is_none() && retry\n", "retry\n", "a pause holds all runs"),
    broken(
        "max_delays_is_one_more",
        QUEUE,
        "        if self.ready.len() >= max_delays {",
        "        if self.ready.len() > max_delays {",
        PACE,
    ),
    broken(
        "delay_counts_from_the_last_change",
        QUEUE,
        "        content_at_ms: new.content_at_ms.or(old.content_at_ms),\n        first: old.first,",
        "        content_at_ms: new.content_at_ms.or(old.content_at_ms),\n        first: new.first,",
        PACE,
    ),
    broken(
        "pauses_do_not_grow",
        "src/retry.rs",
        "    let doublings = failures.saturating_sub(1).min(16);",
        "    let doublings = failures.saturating_sub(1).min(0);",
        PACE,
    ),
    broken(
        "many_entries_are_not_drawn_together",
        INTAKE,
        "        self.queue.draw_together(MOST, keep_deletes, now.mono);",
        "        self.queue.draw_together(usize::from(keep_deletes).max(MOST * 10), keep_deletes, now.mono);",
        "memory is bounded: many waiting entries are drawn together",
    ),
    broken(
        "fading_goes_on_with_a_batch",
        MIRROR,
        "        if self.stopped.contains(&job) || self.fading.is_some() {",
        "        if self.stopped.contains(&job) {",
        END,
    ),
    broken(
        "onepass_ends_with_the_first",
        MIRROR,
        "            .all(|s| failed(s)",
        "            .any(|s| failed(s)",
        END,
    ),
    broken(
        "onepass_does_not_wait_for_runs",
        MIRROR,
        "|| self.syncs.is_empty() || !self.owners.is_empty() {",
        "|| self.syncs.is_empty() {",
        END,
    ),
    broken(
        "without_insist_nothing_ends",
        MIRROR,
        "            Do::GiveUp => self.fade(255, false),",
        "            Do::GiveUp => {}",
        END,
    ),
    broken(
        "a_reload_makes_a_pass",
        MIRROR,
        "        state.delete_was(policy);\n",
        "        state.delete_was(policy);\n        state.lost(self.now, &RelPath::root());\n",
        "a reload of the same configuration makes no pass",
    ),
    broken(
        "a_retry_comes_forward_every_time",
        QUEUE,
        "        let at = now + SOON.saturating_mul(1 << self.forward.min(16));",
        "        let at = now + SOON;",
        PACE,
    ),
    broken(
        "a_failing_path_that_changes_waits_on",
        QUEUE,
        "        } else {\n            dirt.bring_forward(now.mono);\n        }",
        "        }",
        PACE,
    ),
    broken(
        "a_change_during_a_failing_try_does_not_count",
        QUEUE,
        "                if entry.wait.is_some() {\n                    dirt.bring_forward(now);\n                }\n",
        "",
        PACE,
    ),
    broken(
        "a_healed_directory_brings_nothing_forward",
        INTAKE,
        "            self.queue.bring_forward(failing, now.mono);",
        "            let _ = failing;",
        PACE,
    ),
    broken(
        "true_by_an_edit_removes_nothing_of_before",
        STATE,
        "            DeletePolicy::Always if was != DeletePolicy::Always => self.owe(Duration::ZERO),",
        "            DeletePolicy::Always if was == DeletePolicy::Never => self.owe(Duration::ZERO),",
        POLICY,
    ),
    broken(
        "startup_by_an_edit_removes_nothing",
        STATE,
        "                self.owed = self.owed.map(|owed| Owed { startup: true, ..owed });",
        "",
        POLICY,
    ),
    broken(
        "a_removal_left_out_at_startup_is_forgotten",
        "src/sync_state/pass.rs",
        "let only_here = delete && !self.plan.delete.while_running();",
        "let only_here = false;",
        POLICY,
    ),
    broken(
        "a_first_pass_again_forgets_what_was_lost",
        STATE,
        "        self.owed = Some(Owed { startup, exact: exact || lost, not_before });",
        "        self.owed = Some(Owed { startup, exact, not_before });",
        LOSS,
    ),
    broken(
        "a_filter_file_that_cannot_be_followed_is_ignored",
        SAFETY,
        "            RootLook::Rules(problem) => return Err(Trouble::SourceRules(problem.clone())),",
        "            RootLook::Rules(_) => return Ok(RootFacts { dev: 1, ino: 1, mount: None, fs: None, empty: false, mounts: Vec::new() }),",
        KEEP,
    ),
    broken(
        "only_times_that_were_seen_count_as_sent",
        SENT,
        "seen_ns.max(end_of(wall_ms))",
        "seen_ns.max(end_of(wall_ms).min(0))",
        EQUAL,
    ),
    engine(
        "a_new_directory_is_listed_before_it_is_watched",
        "src/watch/inotify/walk.rs",
        "        let opened = dirs::open_child(dir, name).and_then(|fd| Ok((self.add_watch(fd.as_fd())?, fd)));",
        "        let opened = dirs::open_child(dir, name).and_then(|fd| {\n            while dirs::list(fd.as_fd(), &mut self.buffer, |_| ())? {}\n            Ok((self.add_watch(fd.as_fd())?, fd))\n        });",
        SEEN,
    ),
    engine(
        "our_own_copying_follows_a_link_in_the_target",
        "src/direct/target.rs",
        "union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW)",
        "union(OFlags::DIRECTORY)",
        "nothing is written outside the target",
    ),
    engine(
        "our_own_removal_ignores_what_is_protected",
        "src/direct/remove.rs",
        "if kept { Err(Trouble::Unfit(\"a rule protects it\")) } else { Ok(()) }",
        "let _ = kept;\n                Ok(())",
        "what the rules protect stays at the target",
    ),
    engine(
        "a_file_that_changed_while_it_was_copied_is_clean",
        "src/direct/entry.rs",
        "        if !steady {\n",
        "        if false {\n",
        CLEAN,
    ),
    engine(
        "a_new_directory_is_not_listed",
        "src/watch/inotify/walk.rs",
        "self.list(walk.sync, node, &dir, !walk.root && !walk.again, &mut frame.todo)",
        "self.list(walk.sync, node, &dir, false, &mut frame.todo)",
        SEEN,
    ),
    engine(
        "a_directory_watched_late_is_not_said_again",
        "src/watch/inotify/walk.rs",
        "        } else if !walk.root && said != self.batch_of(sync) {",
        "        } else if !walk.root && said.is_none() {",
        SEEN,
    ),
    engine(
        "a_directory_let_in_by_a_filter_file_is_not_watched",
        "src/watch/inotify/events.rs",
        "            if names.iter().any(|name| **name == *raw.name) {",
        "            if names.iter().any(|name| name.len() > 255 && **name == *raw.name) {",
        "nothing is silently unwatched",
    ),
    engine(
        "the_password_is_a_word_of_the_command",
        "src/run/spawn.rs",
        "                let secret = secrets.next().ok_or(Errno::INVAL)?;\n",
        "                let secret = secrets.next().ok_or(Errno::INVAL)?;\n                words.push(format!(\"--exclude={}\", String::from_utf8_lossy(secret.expose())));\n",
        SECRET,
    ),
    engine(
        "the_password_is_in_the_environment",
        "src/run/spawn.rs",
        "    std.stdout(Stdio::piped()).stderr(Stdio::piped());\n",
        "    std.stdout(Stdio::piped()).stderr(Stdio::piped());\n    std.envs(secrets.first().map(|s| (\"RSYNC_PASSWORD\", String::from_utf8_lossy(s.expose()).into_owned())));\n",
        SECRET,
    ),
    broken(
        "an_unclean_stop_counts_as_a_clean_one",
        RECORDED,
        "        if past.clean {\n            for saved",
        "        if true {\n            for saved",
        RESTART,
    ),
    broken(
        "what_waits_at_the_stop_is_forgotten",
        RECORDED,
        "            if !by_path.is_empty() {",
        "            if by_path.len() > MOST {",
        RESTART,
    ),
    broken(
        "what_the_watcher_still_held_at_the_stop_is_forgotten",
        RECORDED,
        "        let unread = self.watching && !all_read;",
        "        let unread = false;",
        RESTART,
    ),
    broken(
        "what_is_gone_under_running_is_not_noted",
        RECORDED,
        "        if self.plan.delete == DeletePolicy::Running {\n            let gone",
        "        if self.plan.delete == DeletePolicy::Startup {\n            let gone",
        RESTART,
    ),
    broken(
        "a_run_starts_before_its_notes_are_on_the_disk",
        MIRROR,
        "        let free = if noted { self.records.after(key, start) } else { Some(start) };",
        "        let free = Some(start).filter(|_| noted || !noted);",
        RESTART,
    ),
    broken(
        "what_stood_at_the_source_before_the_start_is_not_compared",
        "src/record/roots.rs",
        "        if let (Some(known), RootLook::Dir(now)) = (&self.source, source) {",
        "        if let (Some(known), RootLook::Dir(now)) = (&self.target, source) {",
        RESTART,
    ),
    broken(
        "a_source_emptied_before_the_start_counts_as_seen_empty",
        BEGIN,
        "            source.empty = false;\n        }\n        self.keep.before",
        "            source.empty |= false;\n        }\n        self.keep.before",
        RESTART,
    ),
    broken(
        "a_rename_goes_by_an_old_name_that_is_back",
        RENAMES,
        "left.retain(|one| seen.gone(&one.from) && worthy",
        "left.retain(|one| worthy",
        RENAMED,
    ),
    broken(
        "a_rename_may_begin_with_what_waits_to_be_sent",
        RENAMES,
        "settled && quiet && self.queue.knows_nothing_of(from) && !failing()",
        "settled && quiet && !failing()",
        RENAMED,
    ),
    broken(
        "the_old_name_goes_before_all_is_under_the_new_one",
        ENDS,
        "        self.keep_old_names(now, id, diagnosis.retry);\n",
        "",
        RENAMED,
    ),
    broken(
        "what_changed_below_a_new_name_is_compared_by_time",
        RENAMES,
        "                dirt.replaced = true;",
        "                dirt.replaced |= false;",
        RENAMED,
    ),
    broken(
        "a_rename_writes_over_what_stands_there",
        RECIPE,
        r#".word("--modify-window=-1").word("--ignore-existing")"#,
        r#".word("--modify-window=-1")"#,
        RENAMED,
    ),
    broken(
        "a_link_ties_what_stays",
        RECIPE,
        "    !plan.delete.while_running()\n        || plan.own",
        "    plan.own",
        RENAMED,
    ),
    broken(
        "a_rename_that_failed_is_not_sent",
        RENAMES,
        "        out.extend(self.look_at_left(now, id));",
        "        out.extend(self.finish(now, id));",
        RENAMED,
    ),
    broken(
        "what_was_not_renamed_is_not_taken_over",
        "src/sync_state/near_moves.rs",
        "        job.renames.left.get_or_insert_default().extend(others);",
        "        drop(others);",
        RENAMED,
    ),
    broken(
        "the_target_renames_where_nothing_may_go",
        "src/sync_state/far_moves.rs",
        "orderly && self.plan.delete.while_running() && options_allow",
        "orderly && options_allow",
        RENAMED,
    ),
    engine(
        "our_own_rename_replaces_what_stands_there",
        "src/direct/moves.rs",
        "rustix::fs::RenameFlags::NOREPLACE",
        "rustix::fs::RenameFlags::empty()",
        RENAMED,
    ),
];
