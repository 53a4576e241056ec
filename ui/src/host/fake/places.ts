/* Folders, disks, modules and what rules leave out: a small home folder that never changes. */
import type { Disk, ExcludePreview, ModuleInfo, Size, SourceEntry, Sync, UsualFolder } from '../types';
import { GB, MB } from './make';

export const FOLDERS: UsualFolder[] = [
  { path: '/home/lin/Documents', role: 'documents', ticked: true },
  { path: '/home/lin/Pictures', role: 'pictures', ticked: true },
  { path: '/home/lin/Desktop', role: 'desktop', ticked: true },
  { path: '/home/lin/Music', role: 'music', ticked: false },
  { path: '/home/lin/Videos', role: 'videos', ticked: false },
  { path: '/home/lin', role: 'home', ticked: false },
];

const SIZES: Record<string, Size> = {
  '/home/lin/Documents': { files: 8_214, dirs: 612, bytes: 3.4 * GB },
  '/home/lin/Pictures': { files: 20_254, dirs: 340, bytes: 41.7 * GB },
  '/home/lin/Desktop': { files: 41, dirs: 3, bytes: 180 * MB },
  '/home/lin/Music': { files: 4_120, dirs: 410, bytes: 28.3 * GB },
  '/home/lin/Videos': { files: 212, dirs: 12, bytes: 112 * GB },
  '/home/lin': { files: 214_000, dirs: 31_000, bytes: 198 * GB },
};

export function measure(path: string): Size {
  return SIZES[path] ?? { files: 120, dirs: 8, bytes: 64 * MB };
}

export const DISKS: Disk[] = [
  { path: '/media/lin/Backup', label: 'Backup', free: 812 * GB, total: 2_000 * GB, removable: true },
  { path: '/mnt/data', label: 'data', free: 96 * GB, total: 500 * GB, removable: false },
];

export const MODULES: ModuleInfo[] = [
  { name: 'home', comment: 'Home folders' },
  { name: 'archive', comment: '<script>alert(1)</script> public archive' },
];

interface Known {
  path: string;
  dir: boolean;
  bytes: number;
}

const TREE: Known[] = [
  { path: '.cache/', dir: true, bytes: 4.2 * GB },
  { path: 'projects/', dir: true, bytes: 6.1 * GB },
  { path: 'projects/app/', dir: true, bytes: 5.2 * GB },
  { path: 'projects/app/node_modules/', dir: true, bytes: 3.9 * GB },
  { path: 'projects/app/src/', dir: true, bytes: 12 * MB },
  { path: 'projects/app/target/', dir: true, bytes: 1.2 * GB },
  { path: 'letters/', dir: true, bytes: 84 * MB },
  { path: 'notes.md', dir: false, bytes: 2_100 },
  { path: 'core.4711', dir: false, bytes: 310 * MB },
  { path: 'letter.odt~', dir: false, bytes: 12_000 },
];

/** Stars within one name, a trailing slash for folders: enough of rsync's meaning for a page. */
function matches(pattern: string, one: Known): boolean {
  const wantsDir = pattern.endsWith('/');
  if (wantsDir && !one.dir) return false;
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  const path = one.path.replace(/\/$/, '');
  const name = path.split('/').pop() ?? path;
  const sign = bare.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${sign}$`).test(pattern.startsWith('/') ? path : name);
}

function ruleFor(sync: Sync, one: Known): { rule: string; index: number } | null {
  const index = (sync.exclude ?? []).findIndex((pattern) => pattern !== '' && matches(pattern, one));
  return index < 0 ? null : { rule: sync.exclude?.[index] ?? '', index };
}

const upTo = (path: string): Known[] => TREE.filter((one) => one.dir && path.startsWith(one.path));

export function excludePreview(sync: Sync): ExcludePreview {
  const rules = (sync.exclude ?? []).map((rule, index) => {
    const hit = TREE.filter((one) => ruleFor(sync, one)?.index === index);
    const bytes = hit.reduce((sum, one) => sum + one.bytes, 0);
    return {
      rule,
      origin: { key: 'exclude', index, file: null },
      size: { files: hit.length * 31, dirs: hit.filter((one) => one.dir).length, bytes },
      largest: hit.map((one) => ({ shown: one.path, bytes: one.bytes })).sort((a, b) => b.bytes - a.bytes),
    };
  });
  const bytes = rules.reduce((sum, rule) => sum + rule.size.bytes, 0);
  const files = rules.reduce((sum, rule) => sum + rule.size.files, 0);
  return {
    sent: { files: 12_040, dirs: 610, bytes: Math.max(0, 11 * GB - bytes) },
    excluded: { files, dirs: 31, bytes },
    rules,
    complete: true,
  };
}

export function sourceEntries(sync: Sync, dir: string): SourceEntry[] {
  const inside = TREE.filter((one) => {
    const rest = one.path.slice(dir.length).replace(/\/$/, '');
    return one.path.startsWith(dir) && one.path !== dir && !rest.includes('/');
  });
  return inside.map((one) => {
    const above = upTo(one.path).find((folder) => folder.path !== one.path && ruleFor(sync, folder));
    const hit = ruleFor(sync, above ?? one);
    return {
      id: one.path,
      shown: one.path.slice(dir.length).replace(/\/$/, ''),
      dir: one.dir,
      bytes: one.bytes,
      excluded: hit !== null,
      rule: hit?.rule ?? null,
      origin: hit ? { key: 'exclude', index: hit.index, file: null } : null,
      at: above ? above.path : null,
    };
  });
}
