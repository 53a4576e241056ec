/*
 * The one border between the pages and the shell. Pages know a `Host` and nothing of Tauri.
 *
 * Rules
 * - Every method is one command of the shell, named in snake_case (`syncNow` is `sync_now`); arguments keep their names,
 *   so `pause(sync, untilMs)` is `invoke('pause', { sync, untilMs })`. A method that fails rejects with a `Problem`.
 * - What Rust already has keeps serde's names (model.ts). What stands here first is camelCase (`rename_all = "camelCase"`),
 *   enums are kebab-case texts, `null` is `None`, times are milliseconds since 1970 (UTC), sizes are bytes.
 * - Names of files are hostile: `shown` is for eyes (through `show_bytes`), `id` is what goes back, unchanged.
 * - A password goes in and never comes out.
 */
import type * as Gen from '../gen/types';
import type {
  AppSettings,
  Cause,
  Config,
  ConfigSheet,
  Disk,
  Imported,
  KeepPassword,
  PasswordState,
  Problem,
  Saved,
  Sync,
  Texts,
  UsualFolder,
  WaitingEntry,
} from './model';

export type * from './model';

export type AppFacts = Gen.AppFacts;
export type DoctorReport = Gen.DoctorReport;
export type HostEvent = Gen.HostEvent;
export type ModuleInfo = Gen.ModuleInfo;
export type ReceiverState = Gen.ReceiverState;
export type Replaced = Gen.Replaced;
export type RestoreEntry = Gen.RestoreEntry;
export type RestoreListing = Gen.RestoreListing;
export type RestorePoint = Gen.RestorePoint;
export type Restored = Gen.Restored;
export type RestoreTo = Gen.RestoreTo;
export type Snapshot = Gen.Snapshot;

export interface Size {
  files: number;
  dirs: number;
  bytes: number;
}

/** What the rules of a draft leave out of its source. */
export interface ExcludePreview {
  sent: Size;
  excluded: Size;
  /** In the order of the rules; those that leave nothing out are among them. */
  rules: RulePreview[];
  /** False if counting was stopped for time; the figures are "at least". */
  complete: boolean;
}

export interface RulePreview {
  rule: string;
  /** Where it stands: `exclude` with its index in the list, or a file with its line. */
  origin: RuleOrigin;
  size: Size;
  /** At most ten, the largest first. */
  largest: SizedName[];
}

export interface RuleOrigin {
  key: string;
  /** Index in the list, or line of the file; counts from 0. */
  index: number;
  file: string | null;
}

export interface SizedName {
  shown: string;
  bytes: number;
}

/** One entry of the source, and whether it is sent. */
export interface SourceEntry {
  id: string;
  shown: string;
  dir: boolean;
  bytes: number;
  excluded: boolean;
  /** The rule that decides, if one does. */
  rule: string | null;
  origin: RuleOrigin | null;
  /** Decided at this folder above (shown), not at the entry itself. */
  at: string | null;
}

/** One step of trying a target. `running` comes first, then how it ended. */
export interface TrialStep {
  step: 'source' | 'resolve' | 'connect' | 'login' | 'folder' | 'write' | 'space';
  state: 'running' | 'ok' | 'failed' | 'skipped';
  /** For `space`: what is free there, if known. */
  freeBytes: number | null;
  /** What is wrong (a failure's code without `failure-`). */
  problem: Cause | null;
  /** rsync's or ssh's own words, if any. */
  output: string | null;
}

export interface HistoryFilter {
  sync: string | null;
  show: 'all' | 'failed' | 'removed';
  /** Older than this entry's id. */
  before: number | null;
  limit: number;
}

export interface HistoryPage {
  entries: HistoryEntry[];
  more: boolean;
}

/** One run. */
export interface HistoryEntry {
  id: number;
  sync: string;
  name: string;
  startedMs: number;
  tookMs: number;
  what: 'batch' | 'pass' | 'restore' | 'rehearsal';
  outcome: 'done' | 'partial' | 'failed' | 'stopped';
  sent: number;
  removed: number;
  bytes: number;
  problem: Cause | null;
  /** Per-file errors by cause. */
  failures: FailureGroup[];
  /** The first names, at most ten. */
  names: { shown: string; change: 'sent' | 'removed' }[];
}

export interface FailureGroup {
  code: string;
  args: Record<string, string>;
  count: number;
  /** At most ten. */
  paths: string[];
}

/** Three columns of the same length, oldest first. */
export interface Plot {
  /** Start of each span, ms. */
  at: number[];
  bytes: number[];
  changes: number[];
}

export interface Host {
  snapshot(): Promise<Snapshot>;
  /** Tells from now on; the answer ends it. */
  subscribe(listener: (event: HostEvent) => void): Promise<() => void>;

  /* What a sync does. `null` means all. */
  syncNow(sync: string | null): Promise<void>;
  pause(sync: string | null, untilMs: number | null): Promise<void>;
  resume(sync: string | null): Promise<void>;
  /** What is held may go on, or what was rehearsed may start. */
  allow(sync: string): Promise<void>;
  /** Runs although a rule says no, until the rule is met again. */
  syncAnyway(sync: string): Promise<void>;
  waiting(sync: string, offset: number, limit: number): Promise<WaitingEntry[]>;
  open(sync: string, side: 'source' | 'target'): Promise<void>;

  /* The configuration. */
  config(): Promise<ConfigSheet>;
  check(config: Config): Promise<Problem[]>;
  save(config: Config, revision: string): Promise<Saved>;
  texts(sync: Sync): Promise<Texts>;
  excludePreview(sync: Sync): Promise<ExcludePreview>;
  /** One folder of a draft's source; `dir` is an entry's id, empty for the top. */
  sourceEntries(sync: Sync, dir: string): Promise<SourceEntry[]>;

  /* Places. */
  pickFolder(start: string | null): Promise<string | null>;
  pickFile(start: string | null): Promise<string | null>;
  usualFolders(): Promise<UsualFolder[]>;
  measure(path: string, exclude: string[]): Promise<Size>;
  disks(): Promise<Disk[]>;
  modules(host: string, port: number | null): Promise<ModuleInfo[]>;

  /** Tries the target of a draft, step by step, and changes nothing there; `onStep` is a Tauri Channel. True: all went well. */
  tryTarget(sync: Sync, onStep: (step: TrialStep) => void): Promise<boolean>;
  /** Ends a trial under way. */
  stopTrying(): Promise<void>;
  /**
   * Rehearses a sync that is there: what would be done is in `SyncStatus.rehearsal` when it is found out. A new or
   * re-targeted sync needs no asking: saved with `driftless.rehearse`, it holds with `hold.why = 'rehearsal'`.
   */
  rehearse(sync: string): Promise<void>;

  /* Passwords, by the target as a sync writes it. */
  passwordState(target: string): Promise<PasswordState>;
  setPassword(target: string, password: string, keep: KeepPassword): Promise<void>;
  forgetPassword(target: string): Promise<void>;
  unlockKeyring(): Promise<void>;

  /* What was. */
  history(filter: HistoryFilter): Promise<HistoryPage>;
  plot(sync: string | null, span: 'day' | 'month'): Promise<Plot>;
  restorePoints(sync: string): Promise<RestorePoint[]>;
  restoreEntries(sync: string, point: string, dir: string, offset: number): Promise<RestoreListing>;
  /** What stands here and would be replaced by bringing these back over it. */
  restoreReplaces(sync: string, point: string, ids: string[]): Promise<Replaced>;
  restore(sync: string, point: string, ids: string[], where: RestoreTo): Promise<Restored>;
  /** Ends what is being brought back. */
  stopRestoring(): Promise<void>;

  /* The application. */
  setAppSettings(settings: AppSettings): Promise<void>;
  /** Asks for a file and reads it; null if the person chose none. */
  importConfig(): Promise<Imported | null>;
  /** Asks for a place and writes there; its path, or null. */
  exportConfig(format: 'toml' | 'lsyncd'): Promise<string | null>;
  /** Without names and secrets. */
  diagnostics(): Promise<string>;
  copy(text: string): Promise<void>;
  doctor(): Promise<DoctorReport>;
  receiver(): Promise<ReceiverState>;
  startReceiver(dir: string, network: boolean): Promise<ReceiverState>;
  stopReceiver(): Promise<ReceiverState>;
  /** Puts the receiver's password on the clipboard: the one secret that is meant for another machine. */
  copyReceiverPassword(): Promise<void>;
}

/** True if a command was refused with a reason that has sentences. */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
