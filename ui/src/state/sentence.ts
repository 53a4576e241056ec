/*
 * How it goes, in sentences: the same keys and the same choice as `core::sentence`, which speaks in tray and notifications.
 * Here times under an hour are told as spans where they lie ahead.
 */
import type { Status, SyncStatus } from '../host/types';
import type { Formats } from '../words/format';
import type { Args } from '../words/words.svelte';

/** One sentence: its key and what it fills in, ready to be shown. */
export interface Told {
  key: string;
  args: Args;
}

const HOUR_MS = 3_600_000;
const RANK: Record<Status['health'], number> = { synced: 0, syncing: 1, paused: 2, attention: 3, failing: 4 };

/** What a person calls the other side: a machine by its name, a folder by its path. */
export function place(target: string): string {
  const url = /^rsync:\/\/(?:[^@/]*@)?([^/:]+)/.exec(target);
  if (url?.[1]) return url[1];
  const at = target.indexOf(':');
  if (at < 0 || target.slice(0, at).includes('/')) return target;
  return target.slice(target.lastIndexOf('@', at) + 1, at);
}

/** The sync of which a person should hear first; of equals the one that stands first. */
export function worst(status: Status): SyncStatus | null {
  let found: SyncStatus | null = null;
  for (const sync of status.syncs) {
    const rank = (one: SyncStatus): number => RANK[one.health] * 2 + (one.phase === 'held' ? 1 : 0);
    if (!found || rank(sync) > rank(found)) found = sync;
  }
  return found;
}

/** The line on top: everything is safe up to then, or the worst. */
export function headline(status: Status, format: Formats, now: number): Told[] {
  const first = worst(status);
  if (!first) return [{ key: 'state-none', args: {} }];
  if (first.health !== 'synced') return sentences(first, format, now);
  const times = status.syncs.map((sync) => sync.protected_up_to_ms);
  if (times.some((time) => time === null)) return sentences(first, format, now);
  const earliest = Math.min(...times.map((time) => time ?? 0));
  return [{ key: 'state-all-safe', args: { time: format.clock(earliest, now) } }];
}

/** One sync. */
export function sentences(sync: SyncStatus, format: Formats, now: number): Told[] {
  const target = place(sync.target);
  const clock = (ms: number): string => format.clock(ms, now);
  if (sync.paused_by) return [{ key: `rule-${sync.paused_by.rule}`, args: { wants: sync.paused_by.wants } }, ...waiting(sync, clock)];
  if (sync.phase === 'paused') {
    const until = sync.paused_until_ms ?? null;
    const first = until === null ? { key: 'state-paused', args: {} } : { key: 'state-paused-until', args: { time: clock(until) } };
    return [first, ...waiting(sync, clock)];
  }
  if (sync.away) {
    const at = sync.away.end === 'source' ? sync.source : target;
    return [{ key: `state-away-${sync.away.end}`, args: { place: at } }, ...waiting(sync, clock)];
  }
  if (sync.hold) return [hold(sync)];
  if (sync.problem) {
    const cause = { key: `failure-${sync.problem.code}`, args: sync.problem.args };
    if (sync.health === 'failing') {
      const since = Math.min(sync.oldest_ms ?? sync.problem.since_ms, sync.problem.since_ms);
      return [{ key: 'state-failing', args: { target, since: clock(since) } }, cause];
    }
    return [cause, ...waiting(sync, clock), ...again(sync.problem.next_try_ms, format, now)];
  }
  return [undisturbed(sync, target, clock)];
}

function undisturbed(sync: SyncStatus, target: string, clock: (ms: number) => string): Told {
  const count = sync.waiting;
  switch (sync.phase) {
    case 'starting':
      return { key: 'state-starting', args: { source: sync.source } };
    case 'full-pass': {
      const pass = sync.pass;
      if (!pass || pass.files_done === 0) return { key: 'state-comparing', args: { target } };
      if (pass.files_total === null) return { key: 'state-comparing-so-far', args: { target, done: pass.files_done } };
      return { key: 'state-comparing-of', args: { target, done: pass.files_done, total: pass.files_total } };
    }
    case 'sending':
      return { key: 'state-sending', args: { target, count } };
    case 'waiting':
    case 'retrying':
      return { key: 'state-waiting', args: { target, count } };
    default:
      return sync.protected_up_to_ms === null
        ? { key: 'state-watching', args: { source: sync.source } }
        : { key: 'state-safe', args: { target, time: clock(sync.protected_up_to_ms) } };
  }
}

function hold(sync: SyncStatus): Told {
  const target = place(sync.target);
  const picture = sync.hold?.picture;
  // The tray says so too when the picture is there; while it is made the window has a word for it.
  if (sync.hold?.why === 'rehearsal' && !picture) return { key: 'window-hold-rehearsing', args: { target } };
  return { key: `state-held-${sync.hold?.why ?? 'rehearsal'}`, args: { target, count: picture?.deleted.count ?? 0 } };
}

function waiting(sync: SyncStatus, clock: (ms: number) => string): Told[] {
  if (sync.waiting === 0) return [];
  if (sync.oldest_ms === null) return [{ key: 'state-wait', args: { count: sync.waiting } }];
  return [{ key: 'state-wait-since', args: { count: sync.waiting, time: clock(sync.oldest_ms) } }];
}

function again(next: number | null, format: Formats, now: number): Told[] {
  if (next === null) return [];
  const ahead = next - now;
  if (ahead >= HOUR_MS) return [{ key: 'state-next-try', args: { time: format.clock(next, now) } }];
  return [{ key: 'window-next-try-in', args: { span: format.span(Math.max(ahead, 1000)) } }];
}
