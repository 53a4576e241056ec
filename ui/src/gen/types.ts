/* Made from Rust by the tests of driftless-wire. Do not edit: change the Rust types and run them. */

import type { Config } from '../host/model';

/**
 * Something that a page may offer.
 */
export type Ability = "activity" | "import" | "export" | "autostart" | "notifications" | "receiver" | "doctor" | "restore" | "unlock-keyring";

/**
 * What does not change while the program runs, or only by `set_app_settings`.
 */
export type AppFacts = { 
/**
 * Of the program.
 */
version: string, 
/**
 * BCP 47, of the desktop.
 */
systemLanguage: string, 
/**
 * What the person chose.
 */
settings: AppSettings, 
/**
 * What the shell can do; a page without it is not shown.
 */
abilities: Array<Ability>, 
/**
 * A tray host was seen.
 */
tray: boolean, 
/**
 * The configuration's file.
 */
configFile: string, 
/**
 * The person's home.
 */
home: string, };

/**
 * Language of the window.
 */
export type AppLanguage = "system" | "en" | "zh-CN";

/**
 * The application's own settings: `[app]` of the configuration, and whether it starts with the session.
 */
export type AppSettings = { 
/**
 * Starts with the session.
 */
autostart: boolean, 
/**
 * Of all texts.
 */
language: AppLanguage, 
/**
 * Light or dark.
 */
appearance: Appearance, 
/**
 * Which notices are shown.
 */
notify: Notify, };

/**
 * Light or dark.
 */
export type Appearance = "system" | "light" | "dark";

/**
 * A disk is not there, and nobody need do anything: the sync starts when it is plugged in.
 */
export type Away = { 
/**
 * Which end is on it.
 */
end: End, 
/**
 * Its UUID, where it is known.
 */
uuid: string | null, 
/**
 * Since when: wall clock, milliseconds.
 */
since_ms: number, };

/**
 * A failure as a code and what its sentence fills in.
 */
export type Cause = { 
/**
 * A failure's code, without `failure-`.
 */
code: string, 
/**
 * What its sentence fills in.
 */
args: { [key in string]: string }, };

/**
 * How something needed stands.
 */
export type CheckState = "ok" | "warning" | "failed";

/**
 * The configuration as it stands in its file.
 */
export type ConfigSheet = { 
/**
 * What it says.
 */
config: Config, 
/**
 * Where.
 */
file: string, 
/**
 * Changes with every change of the file; `save` wants the one it was read with.
 */
revision: string, 
/**
 * The file could not be read (then `config` is what runs), or warnings.
 */
problems: Array<Problem>, };

/**
 * A mounted file system that could be a target.
 */
export type Disk = { 
/**
 * Where it is mounted.
 */
path: string, 
/**
 * What a person calls it.
 */
label: string, 
/**
 * Bytes.
 */
free: number, 
/**
 * Bytes.
 */
total: number, 
/**
 * It can be unplugged.
 */
removable: boolean, };

/**
 * One thing that is needed.
 */
export type DoctorCheck = { 
/**
 * Key of its sentences: `doctor-ID`.
 */
id: string, 
/**
 * How it stands.
 */
state: CheckState, 
/**
 * What its sentences fill in.
 */
args: { [key in string]: string }, };

/**
 * What the program needs, and what of it is there.
 */
export type DoctorReport = { 
/**
 * One after the other.
 */
checks: Array<DoctorCheck>, 
/**
 * Of directories.
 */
watches: Watches, };

/**
 * An end of a sync.
 */
export type End = "source" | "target";

/**
 * What the rules of a draft leave out of its source.
 */
export type ExcludePreview = { 
/**
 * Part of the transfer.
 */
sent: Size, 
/**
 * Left out.
 */
excluded: Size, 
/**
 * Rules that leave something out, in the order in which they were met.
 */
rules: Array<RulePreview>, 
/**
 * False if counting was stopped for time; the figures are "at least".
 */
complete: boolean, };

/**
 * Per-file errors of one cause.
 */
export type FailureGroup = { 
/**
 * A failure's code, without `failure-`.
 */
code: string, 
/**
 * What its sentence fills in.
 */
args: { [key in string]: string }, 
/**
 * How many paths.
 */
count: number, 
/**
 * At most ten.
 */
paths: Array<string>, };

/**
 * How it goes, the worst last. One enum everywhere.
 */
export type Health = "synced" | "syncing" | "paused" | "attention" | "failing";

/**
 * How an entry of the target compares with the source.
 */
export type Here = "same" | "other" | "missing" | "unknown";

/**
 * One run.
 */
export type HistoryEntry = { 
/**
 * Rises with time.
 */
id: number, 
/**
 * The sync's id.
 */
sync: string, 
/**
 * And its name now.
 */
name: string, 
/**
 * When it began.
 */
startedMs: number, 
/**
 * How long it took.
 */
tookMs: number, 
/**
 * Batch or pass.
 */
what: RunKind, 
/**
 * How it ended.
 */
outcome: RunOutcome, 
/**
 * Files and directories.
 */
sent: number, 
/**
 * At the target.
 */
removed: number, 
/**
 * Of the files sent.
 */
bytes: number, 
/**
 * Why it failed.
 */
problem: Cause | null, 
/**
 * Per-file errors by cause.
 */
failures: Array<FailureGroup>, 
/**
 * Some names, at most ten.
 */
names: Array<HistoryName>, };

/**
 * Which runs a page of the history shows.
 */
export type HistoryFilter = { 
/**
 * Of this sync (its id).
 */
sync: string | null, 
/**
 * All, or some.
 */
show: HistoryShow, 
/**
 * Older than this entry's id.
 */
before: number | null, 
/**
 * At most so many.
 */
limit: number, };

/**
 * A name in the history.
 */
export type HistoryName = { 
/**
 * Fit to be shown.
 */
shown: string, 
/**
 * What became of it.
 */
change: Touched, };

/**
 * A page of the history.
 */
export type HistoryPage = { 
/**
 * The newest first.
 */
entries: Array<HistoryEntry>, 
/**
 * There are older ones.
 */
more: boolean, };

/**
 * All runs, or some.
 */
export type HistoryShow = "all" | "failed" | "removed";

/**
 * What waits until it is allowed (`allow`), with what would be done.
 */
export type Hold = { 
/**
 * Why.
 */
why: HoldWhy, 
/**
 * Since when: wall clock, milliseconds.
 */
since_ms: number, 
/**
 * What would be done. Without one it is just being counted.
 */
picture: Picture | null, 
/**
 * So many deletions the budget allows, where it is one.
 */
limit: number | null, 
/**
 * So many removed paths came in later, and wait too.
 */
more: number, };

/**
 * Why it waits.
 */
export type HoldWhy = "delete-budget" | "rehearsal";

/**
 * Told without being asked; at most four a second of each kind.
 */
export type HostEvent = { "kind": "status", 
/**
 * As everywhere.
 */
status: Status, } | { "kind": "app", 
/**
 * All of it.
 */
app: AppFacts, } | { "kind": "config", 
/**
 * What is wrong with it, if it does not run.
 */
problems: Array<Problem>, } | { "kind": "history" } | { "kind": "go", 
/**
 * Its name.
 */
page: string, 
/**
 * And the sync there.
 */
sync: string | null, };

/**
 * A foreign configuration, read and not yet taken in.
 */
export type Imported = { 
/**
 * All that can be carried over.
 */
config: Config, 
/**
 * Where it was read.
 */
file: string, 
/**
 * Its notation.
 */
format: Notation, 
/**
 * What could not be carried over, and what the check says.
 */
problems: Array<Problem>, };

/**
 * Where to keep a password.
 */
export type KeepPassword = "keyring" | "session" | "file";

/**
 * Whether the keyring can be used.
 */
export type KeyringState = "ready" | "locked" | "absent" | "denied" | "slow";

/**
 * How changes are brought over; lsyncd's `default.rsync`, `default.rsyncssh`, `default.direct`.
 */
export type Kind = "rsync" | "rsyncssh" | "direct";

/**
 * A module that an rsync server lists. Foreign text, fit to be shown.
 */
export type ModuleInfo = { 
/**
 * Its name.
 */
name: string, 
/**
 * What the server says of it.
 */
comment: string, };

/**
 * The two notations of a configuration.
 */
export type Notation = "toml" | "lsyncd";

/**
 * A switch for each kind of notice.
 */
export type Notify = { 
/**
 * Nothing reaches a target.
 */
failing: boolean, 
/**
 * A sync is held to protect data.
 */
held: boolean, 
/**
 * A password is missing, refused, or cannot be read.
 */
password: boolean, 
/**
 * All is well again.
 */
recovered: boolean, };

/**
 * How far a full pass is, over all its parts.
 */
export type PassProgress = { 
/**
 * Files and directories compared, and sent where they differ.
 */
files_done: number, 
/**
 * So many there are, as far as is known; grows while rsync still lists them. `None`: not known yet.
 */
files_total: number | null, 
/**
 * Bytes of the files sent so far.
 */
bytes: number, 
/**
 * Bytes sent in a second, lately.
 */
bytes_per_second: number, 
/**
 * Seconds until it ends, estimated. `None`: too early to say.
 */
seconds_left: number | null, 
/**
 * Parts that ended.
 */
parts_done: number, 
/**
 * Parts in all: a large tree goes in several.
 */
parts_total: number, };

/**
 * Where a password is, never what it is.
 */
export type PasswordState = { 
/**
 * `rsync://USER@HOST:PORT/MODULE`; none if the target takes none.
 */
account: string | null, 
/**
 * Where it is.
 */
stored: Stored, 
/**
 * Whether the keyring can be used.
 */
keyring: KeyringState, 
/**
 * Where `file` would be, or is.
 */
file: string, };

/**
 * What a sync is doing.
 */
export type Phase = "starting" | "full-pass" | "sending" | "waiting" | "retrying" | "held" | "paused" | "away" | "idle";

/**
 * What a run would do.
 */
export type Picture = { 
/**
 * When it was made: wall clock, milliseconds since 1970, UTC.
 */
made_ms: number, 
/**
 * Would be made at the target.
 */
sent: Portion, 
/**
 * Are at the target and would be changed there: content or attributes.
 */
changed: Portion, 
/**
 * Would be removed at the target.
 */
deleted: Portion, 
/**
 * What the source holds, all told, where it was counted.
 */
source_entries: number | null, 
/**
 * What the target holds before the run, all told, where it was counted.
 */
target_entries: number | null, };

/**
 * Where in a file: both count from 1; `column` counts characters, 0 if only the line is known.
 */
export type Place = { 
/**
 * The file as it was named.
 */
file: string, 
/**
 * Line, from 1.
 */
line: number, 
/**
 * Column in characters, from 1; 0 if unknown.
 */
column: number, };

/**
 * Three columns of the same length, oldest first.
 */
export type Plot = { 
/**
 * Start of each span, ms.
 */
at: Array<number>, 
/**
 * Sent in it.
 */
bytes: Array<number>, 
/**
 * Files sent and removed in it.
 */
changes: Array<number>, };

/**
 * How far back a plot goes.
 */
export type PlotSpan = "day" | "month";

/**
 * One part of a [`Picture`].
 */
export type Portion = { 
/**
 * How many entries (files, links, directories).
 */
count: number, 
/**
 * How large they are together; `None` where that is not known (what is only at the target).
 */
bytes: number | null, 
/**
 * The first ten, shown: safe to print. A directory ends in `/`.
 */
names: Array<string>, };

/**
 * One problem. `code` is stable, kebab-case and the key of its sentences in the catalogue
 * (`CODE`, `CODE.remedy`, and `CODE.title` where there is one).
 */
export type Problem = { 
/**
 * For example `check-source-relative`.
 */
code: string, 
/**
 * Refused or only said.
 */
severity: Severity, 
/**
 * The key in the model it is about, as `sync[2].rsync.bwlimit` or `settings.maxDelays`; empty for the whole.
 */
path?: string, 
/**
 * What the sentence fills in. File names in here are already shown through `paths::show_bytes`.
 */
args?: { [key in string]: string }, 
/**
 * The place in a file, where there is one.
 */
place?: Place, };

/**
 * A failure that stands.
 */
export type ProblemStatus = { 
/**
 * The failure's code, see `diagnose`.
 */
code: string, 
/**
 * What its sentence fills in.
 */
args: { [key in string]: string }, 
/**
 * The first of the runs in a row that failed.
 */
since_ms: number, 
/**
 * When it is tried again; `None` if it waits for an answer.
 */
next_try_ms: number | null, 
/**
 * So many runs in a row.
 */
times: number, 
/**
 * Somebody must act: it does not mend itself.
 */
needs_person: boolean, 
/**
 * Paths that failed, shown, at most ten.
 */
paths: Array<string>, };

/**
 * This machine as the other end. Its password is not among it.
 */
export type ReceiverState = { 
/**
 * It answers.
 */
running: boolean, 
/**
 * What is received goes there; empty if nobody ever chose.
 */
dir: string, 
/**
 * What the sending machine writes as its target, while it runs.
 */
target: string | null, 
/**
 * Everyone in the local network may try; else this machine alone.
 */
network: boolean, 
/**
 * Why it does not run although it should.
 */
problem: Problem | null, };

/**
 * A rehearsal that somebody asked for; the last one.
 */
export type Rehearsal = { 
/**
 * When it was asked for.
 */
asked_ms: number, 
/**
 * What would be done now; `None` while it runs, or if it failed.
 */
picture: Picture | null, 
/**
 * Why there is no picture: the code of a failure.
 */
failed: string | null, };

/**
 * What stands in the source and would be replaced.
 */
export type Replaced = { 
/**
 * How many files.
 */
count: number, 
/**
 * Some of their names, shown.
 */
names: Array<string>, };

/**
 * One entry of it.
 */
export type RestoreEntry = { 
/**
 * What goes back, unchanged, to name it.
 */
id: string, 
/**
 * For eyes.
 */
shown: string, 
/**
 * A directory.
 */
dir: boolean, 
/**
 * Of a file.
 */
bytes: number, 
/**
 * Compared with the source as it is.
 */
here: Here, };

/**
 * One folder of such a state.
 */
export type RestoreListing = { 
/**
 * Folders first, by name.
 */
entries: Array<RestoreEntry>, 
/**
 * There are more.
 */
more: boolean, };

/**
 * A state of the target that can be looked into: as it is now, or what was put into the trash then.
 */
export type RestorePoint = { 
/**
 * What goes back, unchanged, to name it.
 */
id: string, 
/**
 * When the trash took it; none: as it is now.
 */
atMs: number | null, };

/**
 * Where to bring something back to.
 */
export type RestoreTo = "beside" | "over";

/**
 * What was brought back.
 */
export type Restored = { 
/**
 * Files, and links and their like.
 */
files: number, 
/**
 * Of them.
 */
bytes: number, 
/**
 * The folder where it stands now.
 */
place: string, };

/**
 * Which rule.
 */
export type RuleKind = "mains" | "metered" | "networks" | "hours";

/**
 * Where a rule stands.
 */
export type RuleOrigin = { 
/**
 * The key of the sync, or empty for a file inside the source.
 */
key: string, 
/**
 * Index in the list, or line of the file; counts from 0.
 */
index: number, 
/**
 * The file, where it is one.
 */
file: string | null, };

/**
 * A rule that pauses now.
 */
export type RulePause = { 
/**
 * Which.
 */
rule: RuleKind, 
/**
 * What it asks for: the names of the networks, the hours; empty for the others.
 */
wants: string, 
/**
 * When it ends by itself, where that is known: wall clock, milliseconds.
 */
until_ms: number | null, };

/**
 * What one rule leaves out.
 */
export type RulePreview = { 
/**
 * As it is read.
 */
rule: string, 
/**
 * Where it stands.
 */
origin: RuleOrigin, 
/**
 * All of it.
 */
size: Size, 
/**
 * At most ten, the largest first.
 */
largest: Array<SizedName>, };

/**
 * What a run was.
 */
export type RunKind = "batch" | "pass" | "restore" | "rehearsal";

/**
 * How a run ended.
 */
export type RunOutcome = "done" | "partial" | "failed" | "stopped";

/**
 * One sentence.
 */
export type Said = { 
/**
 * The key of the entry.
 */
key: string, 
/**
 * Its arguments.
 */
args: { [key in string]: Value }, };

/**
 * How a save ended. With errors among `problems` nothing was written.
 */
export type Saved = { 
/**
 * It is in the file, and runs.
 */
saved: boolean, 
/**
 * Of the file as it is now.
 */
revision: string, 
/**
 * What the check says.
 */
problems: Array<Problem>, };

/**
 * How much it matters.
 */
export type Severity = "warning" | "error";

/**
 * How much.
 */
export type Size = { 
/**
 * Files, and links and their like.
 */
files: number, 
/**
 * Directories.
 */
dirs: number, 
/**
 * Of the files.
 */
bytes: number, };

/**
 * A name and how large it is.
 */
export type SizedName = { 
/**
 * Fit to be shown.
 */
shown: string, 
/**
 * Bytes.
 */
bytes: number, };

/**
 * Everything that a page needs to show itself, in one answer.
 */
export type Snapshot = { 
/**
 * As everywhere.
 */
status: Status, 
/**
 * The application's own.
 */
app: AppFacts, 
/**
 * Why the configuration in the file is not the one that runs, if so.
 */
configProblems: Array<Problem>, };

/**
 * One entry of the source, and whether it is sent.
 */
export type SourceEntry = { 
/**
 * What goes back, unchanged, to name it.
 */
id: string, 
/**
 * For eyes.
 */
shown: string, 
/**
 * A directory.
 */
dir: boolean, 
/**
 * Of a file.
 */
bytes: number, 
/**
 * Left out.
 */
excluded: boolean, 
/**
 * The rule that decides, if one does.
 */
rule: string | null, 
/**
 * Where that stands.
 */
origin: RuleOrigin | null, 
/**
 * Decided at this folder above (shown), not at the entry itself.
 */
at: string | null, };

/**
 * The state of everything.
 */
export type Status = { 
/**
 * The worst of all syncs.
 */
health: Health, 
/**
 * In the order of the configuration.
 */
syncs: Array<SyncStatus>, 
/**
 * Runs under way.
 */
running: number, 
/**
 * The program is about to end.
 */
fading: boolean, 
/**
 * What is known of power, networks and local time.
 */
around: Surroundings, };

/**
 * Where a password is.
 */
export type Stored = "keyring" | "session" | "file" | "none" | "unknown";

/**
 * What is known of the machine's surroundings. `None`: nobody can tell here, and a form hides the rule.
 */
export type Surroundings = { 
/**
 * On mains power.
 */
on_mains: boolean | null, 
/**
 * The way to the internet is paid for by volume.
 */
metered: boolean | null, 
/**
 * The names of the networks that it is in.
 */
networks: Array<string> | null, 
/**
 * Local time is so far ahead of UTC.
 */
utc_offset_s: number, };

/**
 * The state of one sync. Times are wall clock in milliseconds since 1970, UTC.
 */
export type SyncStatus = { 
/**
 * For ever.
 */
id: string, 
/**
 * What a person calls it.
 */
name: string, 
/**
 * How changes are brought over.
 */
kind: Kind, 
/**
 * The watched folder.
 */
source: string, 
/**
 * Where to, as a person writes it.
 */
target: string, 
/**
 * How it goes.
 */
health: Health, 
/**
 * What it does.
 */
phase: Phase, 
/**
 * Changes that wait or are on their way.
 */
waiting: number, 
/**
 * When the oldest of them came in.
 */
oldest_ms: number | null, 
/**
 * Everything that changed before is at the target; `None` before the first full pass has ended.
 */
protected_up_to_ms: number | null, 
/**
 * When the last full pass ended well.
 */
last_pass_ms: number | null, 
/**
 * How far the full pass under way is.
 */
pass: PassProgress | null, 
/**
 * What is wrong.
 */
problem: ProblemStatus | null, 
/**
 * Paused until then; `Some(None)` until resumed. Left out while it is not paused: JSON's `null` is the latter.
 */
paused_until_ms?: number | null | null, 
/**
 * Which rule of its own pauses it.
 */
paused_by: RulePause | null, 
/**
 * Its disk is not plugged in.
 */
away: Away | null, 
/**
 * What waits for somebody's word.
 */
hold: Hold | null, 
/**
 * The last rehearsal that was asked for.
 */
rehearsal: Rehearsal | null, 
/**
 * Directories watched.
 */
dirs: number, 
/**
 * What the watcher cannot see or polls, as problems.
 */
sight: Array<Problem>, 
/**
 * Files may remain at the target that were removed while nobody watched (policy `running` after a loss).
 */
may_remain: boolean, 
/**
 * Counted since the start.
 */
totals: Totals, 
/**
 * The filter rules in force, as text.
 */
filters: Array<string>, };

/**
 * One sync as others write it.
 */
export type Texts = { 
/**
 * The words of a full pass, as a shell would take them.
 */
command: string, 
/**
 * Our own file.
 */
toml: string, 
/**
 * lsyncd's.
 */
lsyncd: string, };

/**
 * Counts since the start.
 */
export type Totals = { 
/**
 * Runs of rsync.
 */
runs: number, 
/**
 * Files and directories brought over.
 */
sent: number, 
/**
 * Removed at the target.
 */
deleted: number, 
/**
 * Paths that failed.
 */
failed: number, };

/**
 * What became of a file.
 */
export type Touched = "sent" | "removed";

/**
 * The steps, in their order.
 */
export type TrialName = "source" | "resolve" | "connect" | "login" | "folder" | "write" | "space";

/**
 * How a step stands.
 */
export type TrialState = "running" | "ok" | "failed" | "skipped";

/**
 * One step of trying a target. `running` comes first, then how it ended.
 */
export type TrialStep = { 
/**
 * Which.
 */
step: TrialName, 
/**
 * How it stands.
 */
state: TrialState, 
/**
 * For `space`: what is free there, if known.
 */
freeBytes: number | null, 
/**
 * What is wrong.
 */
problem: Cause | null, 
/**
 * rsync's or ssh's own words, if any.
 */
output: string | null, };

/**
 * A folder that people usually want safe.
 */
export type UsualFolder = { 
/**
 * Absolute.
 */
path: string, 
/**
 * `documents`, `pictures`, `music`, `videos`, `desktop`, `downloads`, `projects`, or `home`.
 */
role: string, 
/**
 * To be ticked from the start.
 */
ticked: boolean, };

/**
 * What a sentence fills in.
 */
export type Value = { "is": "text", "value": string } | { "is": "count", "value": number } | { "is": "at", "value": number } | { "is": "span", "value": number };

/**
 * A path that waits, for the status file and lists.
 */
export type WaitingEntry = { 
/**
 * `active` (on its way), `wait`, or `block` (waits for another run).
 */
state: string, 
/**
 * `Create`, `Modify`, `Attrib`, `Delete`, `Init`.
 */
kind: string, 
/**
 * `/`-anchored, a directory ends in `/`, shown.
 */
path: string, };

/**
 * Directories watched.
 */
export type Watches = { 
/**
 * By this program.
 */
used: number, 
/**
 * For this person, by all programs; none where the system has no such limit.
 */
limit: number | null, };
