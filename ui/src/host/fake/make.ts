/* Parts of a state for tests and for looking at pages: everything well, unless said otherwise. */
import type { Picture, ProblemStatus, Status, SyncStatus } from '../types';

/** The time at which all scenes play, so that pictures of them do not differ from run to run. */
export const NOW = new Date('2026-11-22T14:40:00').getTime();

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const GB = 1_000_000_000;
export const MB = 1_000_000;

export function aSync(more: Partial<SyncStatus> & { id: string; name: string }): SyncStatus {
  return {
    kind: 'rsync',
    source: `/home/lin/${more.name}`,
    target: `lin@nas::home/${more.name.toLowerCase()}`,
    health: 'synced',
    phase: 'idle',
    waiting: 0,
    oldest_ms: null,
    protected_up_to_ms: NOW - 8 * MINUTE,
    last_pass_ms: NOW - 5.5 * HOUR,
    pass: null,
    problem: null,
    paused_until_ms: null,
    paused_by: null,
    away: null,
    hold: null,
    rehearsal: null,
    dirs: 3_120,
    sight: [],
    may_remain: false,
    totals: { runs: 42, sent: 1_204, deleted: 31, failed: 0 },
    filters: [],
    ...more,
  };
}

export function aProblem(code: string, more: Partial<ProblemStatus> = {}): ProblemStatus {
  return {
    code,
    args: {
      source: '/home/lin/Documents',
      target: 'lin@nas::home/documents',
      host: 'nas',
      user: 'lin',
      module: 'home',
      port: '873',
      binary: 'rsync',
      path: '',
      count: '1',
      output: '',
      exit: '5',
      sync: 'Documents',
    },
    since_ms: NOW - 30 * MINUTE,
    next_try_ms: NOW + 40_000,
    times: 4,
    needs_person: true,
    paths: [],
    ...more,
  };
}

export function aPicture(more: Partial<Picture> = {}): Picture {
  const none = { count: 0, bytes: 0, names: [] };
  return {
    made_ms: NOW - 2 * MINUTE,
    sent: none,
    changed: none,
    deleted: none,
    source_entries: null,
    target_entries: null,
    ...more,
  };
}

const WORST = ['synced', 'syncing', 'paused', 'attention', 'failing'] as const;

export function aStatus(syncs: SyncStatus[]): Status {
  const health = syncs.reduce((worst, sync) => Math.max(worst, WORST.indexOf(sync.health)), 0);
  return {
    health: WORST[health] ?? 'synced',
    syncs,
    running: syncs.filter((sync) => sync.phase === 'sending' || sync.phase === 'full-pass').length,
    fading: false,
    around: { on_mains: true, metered: false, networks: ['home'], utc_offset_s: 3600 },
  };
}
