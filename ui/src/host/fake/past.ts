/* What was: runs, plots, and states of a target to bring things back from. */
import type { HistoryEntry, HistoryFilter, HistoryPage, Plot, RestoreEntry, RestorePoint } from '../types';
import { aProblem, DAY, GB, HOUR, MB, MINUTE, NOW } from './make';

const entry = (id: number, more: Partial<HistoryEntry>): HistoryEntry => ({
  id,
  sync: 'documents',
  name: 'Documents',
  startedMs: NOW - id * 7 * MINUTE,
  tookMs: 1_400,
  what: 'batch',
  outcome: 'done',
  sent: 3,
  removed: 0,
  bytes: 84_000,
  problem: null,
  failures: [],
  names: [{ shown: 'letters/2026-11-22.odt', change: 'sent' }],
  ...more,
});

export const HISTORY: HistoryEntry[] = [
  entry(1, {}),
  entry(2, {
    sync: 'projects', name: 'Projects', outcome: 'partial', sent: 211, bytes: 48 * MB, tookMs: 9_200,
    failures: [
      {
        code: 'source-unreadable',
        args: { ...aProblem('x').args, count: '14', path: 'vm/disk.img', target: 'build.example' },
        count: 14,
        paths: ['vm/disk.img', 'vm/state', '.cache/lock'],
      },
      { code: 'target-permission', args: { ...aProblem('x').args, count: '1', path: 'etc/shadow' }, count: 1, paths: ['etc/shadow'] },
    ],
  }),
  entry(3, { outcome: 'failed', sent: 0, bytes: 0, tookMs: 400, problem: { code: 'auth-failed', args: aProblem('x').args }, names: [] }),
  entry(4, {
    sync: 'photos', name: 'Photos', what: 'pass', tookMs: 41 * MINUTE, sent: 18_204, bytes: 12.4 * GB, removed: 31,
    names: [{ shown: 'Album 2026/IMG_2231.jpg', change: 'sent' }, { shown: 'Album 2019/old.jpg', change: 'removed' }],
  }),
  entry(5, {
    sync: 'photos', name: 'Photos', what: 'restore', tookMs: 2_100, sent: 1, bytes: 4.1 * MB,
    names: [{ shown: 'Album 2019/old.jpg', change: 'sent' }],
  }),
  entry(6, { removed: 2, sent: 0, bytes: 0, names: [{ shown: 'tmp/a', change: 'removed' }, { shown: 'tmp/b', change: 'removed' }] }),
  ...Array.from({ length: 60 }, (_, n) => entry(n + 7, { sent: 1 + ((n * 7) % 23), bytes: ((n * 37) % 90) * 11_000 })),
];

export function history(filter: HistoryFilter): HistoryPage {
  const fits = HISTORY.filter(
    (one) =>
      (filter.sync === null || one.sync === filter.sync) &&
      (filter.show !== 'failed' || one.outcome !== 'done') &&
      (filter.show !== 'removed' || one.removed > 0) &&
      (filter.before === null || one.id > filter.before),
  );
  return { entries: fits.slice(0, filter.limit), more: fits.length > filter.limit };
}

/** Every figure follows from its place, so that two pictures of a page are alike. */
export function plot(sync: string | null, span: 'day' | 'month'): Plot {
  const step = span === 'day' ? HOUR : DAY;
  const count = span === 'day' ? 24 : 30;
  const seed = (sync ?? 'all').length;
  const wave = (n: number): number => Math.max(0, Math.sin(n * 1.7 + seed) + Math.sin(n * 0.6) * 0.8) ** 2;
  const at = Array.from({ length: count }, (_, n) => NOW - (count - n) * step);
  return {
    at,
    bytes: at.map((_, n) => Math.round(wave(n) * 14 * MB)),
    changes: at.map((_, n) => Math.round(wave(n) * 30)),
  };
}

export const POINTS: RestorePoint[] = [
  { id: 'now', atMs: null },
  { id: '1', atMs: NOW - DAY },
  { id: '2', atMs: NOW - DAY - 3 * HOUR },
  { id: '3', atMs: NOW - 4 * DAY },
];

const file = (id: string, bytes: number, here: RestoreEntry['here']): RestoreEntry => ({
  id,
  shown: id.split('/').pop() ?? id,
  dir: false,
  bytes,
  here,
});
const folder = (id: string): RestoreEntry => ({ id, shown: id.split('/').pop() ?? id, dir: true, bytes: 0, here: 'unknown' });

export function restoreEntries(point: string, dir: string): RestoreEntry[] {
  if (dir !== '') return [file(`${dir}/report.odt`, 84_000, 'same'), file(`${dir}/tax 2025.ods`, 31_000, 'missing')];
  if (point === 'now')
    return [folder('letters'), folder('tax'), file('cv.odt', 48_000, 'other'), file('notes.md', 2_100, 'same')];
  return [folder('letters'), { ...file('draft', 12_000, 'missing'), shown: 'draft<b>2</b>.odt' }];
}
