/* States worth looking at, by name. Each is what the engine could say; the words are the pages' own. */
import type { Status, SyncStatus } from '../types';
import { aPicture, aProblem, aStatus, aSync, DAY, GB, HOUR, MB, MINUTE, NOW } from './make';

const documents = (more: Partial<SyncStatus> = {}): SyncStatus =>
  aSync({ id: 'documents', name: 'Documents', ...more });
const photos = (more: Partial<SyncStatus> = {}): SyncStatus =>
  aSync({ id: 'photos', name: 'Photos', source: '/home/lin/Pictures', target: '/media/lin/disk/photos', ...more });
const projects = (more: Partial<SyncStatus> = {}): SyncStatus =>
  aSync({
    id: 'projects',
    name: 'Projects',
    source: '/home/lin/src',
    target: 'lin@build.example:backup/src',
    kind: 'rsyncssh',
    dirs: 18_204,
    ...more,
  });

const gone = [
  'Album 2019/', 'Album 2019/IMG_0001.jpg', 'Album 2019/IMG_0002.jpg', 'Album 2019/IMG_0003.jpg', 'Album 2020/',
  'Album 2020/IMG_0001.jpg', 'Scans/passport.tif', 'Scans/contract.pdf', 'Video/harbour.mp4', 'Video/birthday.mp4',
];

/** Names that try to be something else. */
export const HOSTILE = [
  '<img src=x onerror="document.title=1">.txt',
  '<script>document.title = "broken"</script>',
  'invoice‮gpj.exe',
  'bell␇and\u001b[31mcolour',
  'a/../../etc/passwd',
  'مستند ‏نهائي.docx',
];

const scenes = {
  calm: () => aStatus([documents(), photos({ protected_up_to_ms: NOW - 3 * MINUTE }), projects()]),

  busy: () =>
    aStatus([
      documents({ health: 'syncing', phase: 'sending', waiting: 12, oldest_ms: NOW - 20_000 }),
      photos({
        health: 'syncing',
        phase: 'full-pass',
        protected_up_to_ms: null,
        pass: {
          files_done: 38_120, files_total: 120_000, bytes: 9.4 * GB, bytes_per_second: 38 * MB, seconds_left: 240,
          parts_done: 3, parts_total: 8,
        },
      }),
      projects({ health: 'syncing', phase: 'waiting', waiting: 3, oldest_ms: NOW - 6_000 }),
    ]),

  trouble: () =>
    aStatus([
      documents({
        health: 'attention', phase: 'retrying', waiting: 3, oldest_ms: NOW - 30 * MINUTE, problem: aProblem('auth-failed'),
      }),
      photos({
        health: 'failing', phase: 'retrying', waiting: 214, oldest_ms: NOW - 2 * DAY - HOUR,
        problem: aProblem('target-full', {
          args: { ...aProblem('x').args, target: '/media/lin/disk/photos' },
          since_ms: NOW - 2 * DAY, next_try_ms: NOW + 25 * MINUTE, times: 61,
        }),
      }),
      projects({
        health: 'syncing', phase: 'retrying', waiting: 3, oldest_ms: NOW - 3 * MINUTE,
        problem: aProblem('connect-timeout', {
          args: { ...aProblem('x').args, host: 'build.example' }, since_ms: NOW - 3 * MINUTE, times: 1, needs_person: false,
        }),
      }),
    ]),

  held: () =>
    aStatus([
      photos({
        health: 'attention', phase: 'held', waiting: 1, oldest_ms: NOW - HOUR,
        problem: aProblem('source-emptied', {
          args: { ...aProblem('x').args, source: '/home/lin/Pictures', target: '/media/lin/disk/photos', sync: 'Photos' },
          next_try_ms: null,
        }),
      }),
      projects({
        health: 'attention', phase: 'held',
        hold: {
          why: 'delete-budget', since_ms: NOW - HOUR, limit: 1_000, more: 12,
          picture: aPicture({
            deleted: { count: 8_214, bytes: 41.7 * GB, names: gone },
            changed: { count: 2, bytes: 3_200, names: ['README.md', 'src/main.rs'] },
            source_entries: 12_040, target_entries: 20_254,
          }),
        },
      }),
      documents({
        health: 'attention', phase: 'held', protected_up_to_ms: null, last_pass_ms: null,
        hold: {
          why: 'rehearsal', since_ms: NOW - 2 * MINUTE, limit: null, more: 0,
          picture: aPicture({
            sent: { count: 18_204, bytes: 12.4 * GB, names: ['letters/', 'letters/2026-01-03.odt', 'tax/2025.ods'] },
            changed: { count: 31, bytes: 48 * MB, names: ['cv.odt', 'notes.md'] },
            deleted: { count: 4, bytes: 2.1 * MB, names: ['old/draft.odt', 'old/draft2.odt', 'tmp.txt', 'x'] },
            source_entries: 18_240, target_entries: 40,
          }),
        },
      }),
    ]),

  paused: () =>
    aStatus([
      documents({ health: 'paused', phase: 'paused', waiting: 41, oldest_ms: NOW - 25 * MINUTE, paused_until_ms: NOW + 80 * MINUTE }),
      projects({
        health: 'paused', phase: 'paused', waiting: 7, oldest_ms: NOW - 12 * MINUTE,
        paused_by: { rule: 'metered', wants: '', until_ms: null },
      }),
      photos({
        health: 'paused', phase: 'away', waiting: 5, oldest_ms: NOW - 3 * DAY,
        away: { end: 'target', uuid: '4f2a-90c1', since_ms: NOW - 3 * DAY },
      }),
    ]),

  empty: () => aStatus([]),

  hostile: () =>
    aStatus([
      aSync({
        id: 'hostile', name: HOSTILE[0] ?? '', source: `/home/lin/${HOSTILE[1] ?? ''}`, target: `/media/${HOSTILE[2] ?? ''}`,
        health: 'attention', phase: 'retrying', waiting: 6, oldest_ms: NOW - HOUR,
        problem: aProblem('daemon-refused', {
          args: { ...aProblem('x').args, output: `${HOSTILE[3] ?? ''} ${'<b>x</b>'.repeat(130_000)}` },
          paths: HOSTILE,
        }),
      }),
    ]),
} satisfies Record<string, () => Status>;

export type Scene = keyof typeof scenes;

export const SCENES = Object.keys(scenes) as Scene[];

export function scene(name: Scene): Status {
  return scenes[name]();
}
