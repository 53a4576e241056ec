/*
 * What comes from the Rust crates as it is, under the names that serde gives it.
 * Written by hand until `ui/src/gen` is there; then this file only hands those types on.
 * Times are milliseconds since 1970, UTC. Texts from outside (names, output) are already shown through `show_bytes`.
 */

/** core::view::Health */
export type Health = 'synced' | 'syncing' | 'paused' | 'attention' | 'failing';

/** core::view::Phase */
export type Phase =
  | 'starting'
  | 'full-pass'
  | 'sending'
  | 'waiting'
  | 'retrying'
  | 'held'
  | 'paused'
  | 'away'
  | 'idle';

/** core::config::Kind */
export type Kind = 'rsync' | 'rsyncssh' | 'direct';

/** core::problem::Severity */
export type Severity = 'warning' | 'error';

/** core::problem::Place */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** core::problem::Problem. Every command that fails rejects with one. */
export interface Problem {
  code: string;
  severity: Severity;
  /** `sync[2].rsync.bwlimit`, `settings.maxDelays`, or absent. */
  path?: string;
  args?: Record<string, string>;
  place?: Place;
}

/** core::view::ProblemStatus */
export interface ProblemStatus {
  code: string;
  args: Record<string, string>;
  since_ms: number;
  next_try_ms: number | null;
  times: number;
  /** Somebody must act: it does not mend itself. */
  needs_person?: boolean;
  paths: string[];
}

/** core::view::Totals */
export interface Totals {
  runs: number;
  sent: number;
  deleted: number;
  failed: number;
}

/** core::view::SyncStatus */
export interface SyncStatus {
  id: string;
  name: string;
  kind: Kind;
  source: string;
  target: string;
  health: Health;
  phase: Phase;
  waiting: number;
  oldest_ms: number | null;
  protected_up_to_ms: number | null;
  last_pass_ms: number | null;
  pass: PassProgress | null;
  problem: ProblemStatus | null;
  /**
   * Until then. Until resumed: serde writes `Some(None)` as null too, so `phase` says whether it is paused.
   */
  paused_until_ms: number | null;
  paused_by: RulePause | null;
  away: Away | null;
  hold: Hold | null;
  rehearsal: Rehearsal | null;
  dirs: number;
  sight: Problem[];
  may_remain: boolean;
  totals: Totals;
  filters: string[];
}

/** core::view::Status */
export interface Status {
  health: Health;
  syncs: SyncStatus[];
  running: number;
  fading: boolean;
  around: Surroundings;
}

/** core::view::PassProgress */
export interface PassProgress {
  files_done: number;
  files_total: number | null;
  bytes: number;
  bytes_per_second: number;
  seconds_left: number | null;
  parts_done: number;
  parts_total: number;
}

/** core::conditions::Surroundings. A fact that is null cannot be known here: its rule is not offered. */
export interface Surroundings {
  on_mains: boolean | null;
  metered: boolean | null;
  networks: string[] | null;
  utc_offset_s: number;
}

/** core::conditions::RulePause */
export interface RulePause {
  rule: 'mains' | 'metered' | 'networks' | 'hours';
  wants: string;
  until_ms: number | null;
}

/** core::disk::Away */
export interface Away {
  end: 'source' | 'target';
  uuid: string | null;
  since_ms: number;
}

/** core::hold::Hold */
export interface Hold {
  why: 'delete-budget' | 'rehearsal';
  since_ms: number;
  picture: Picture | null;
  limit: number | null;
  more: number;
}

/** core::hold::Rehearsal */
export interface Rehearsal {
  asked_ms: number;
  picture: Picture | null;
  failed: string | null;
}

/** core::picture::Picture */
export interface Picture {
  made_ms: number;
  sent: Portion;
  changed: Portion;
  deleted: Portion;
  source_entries: number | null;
  target_entries: number | null;
}

/** core::picture::Portion */
export interface Portion {
  count: number;
  bytes: number | null;
  names: string[];
}

/** core::view::WaitingEntry */
export interface WaitingEntry {
  state: string;
  kind: string;
  path: string;
}

/** One value of the model, as JSON. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A table of the model, as written: what is not in it has its default. Which keys there are stands in the schema. */
export type TableValue = { [key: string]: Value | undefined };

/** core::config::DeletePolicy */
export type DeletePolicy = true | false | 'startup' | 'running';

/** core::config::Sync, as written. The keys that pages name themselves; all others come from the schema. */
export interface Sync extends TableValue {
  kind: Kind;
  source: string;
  target?: string;
  host?: string;
  targetdir?: string;
  init?: boolean;
  delay?: number;
  delete?: DeletePolicy;
  exclude?: string[];
  rsync?: TableValue;
  ssh?: TableValue;
  driftless?: TableValue;
}

/** core::config::Config, as written. */
export interface Config {
  settings?: TableValue;
  app?: TableValue;
  sync?: Sync[];
}
