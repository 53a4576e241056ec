/*
 * What the four screens gather, and the syncs that come of it: one for each folder, each with a folder of its own at the
 * target, with the guards that ask and the usual things left out.
 */
import type { Sync } from '../../host/types';

export type Way = 'disk' | 'ssh' | 'server';

export interface FirstDraft {
  folders: string[];
  way: Way;
  /** A folder of this machine, often a disk's. */
  place: string;
  /** Single changes are copied there without an rsync of their own. */
  direct: boolean;
  /** `user@host`, or `host`. */
  ssh: string;
  sshFolder: string;
  host: string;
  module: string;
  user: string;
}

export function emptyDraft(): FirstDraft {
  return { folders: [], way: 'disk', place: '', direct: false, ssh: '', sshFolder: '', host: '', module: '', user: '' };
}

/** Caches, build output and trash of a home folder: what can be made anew. */
export const USUALLY_LEFT_OUT = [
  '.cache/', '.thumbnails/', '.local/share/Trash/', '.Trash/', 'node_modules/', '__pycache__/', '.gradle/', '*~', '*.tmp', '.~lock.*',
];

export function folderName(path: string): string {
  return path.split('/').filter(Boolean).pop() ?? 'root';
}

/** Names that differ, also where two folders are called alike. */
export function names(folders: string[]): string[] {
  const seen = new Map<string, number>();
  return folders.map((path) => {
    const name = folderName(path);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  });
}

/** The target of a folder of this name; null while something is missing. */
export function targetOf(draft: FirstDraft, name: string): string | null {
  const below = (base: string): string => `${base.replace(/\/+$/, '')}/${name}`;
  switch (draft.way) {
    case 'disk':
      return draft.place === '' ? null : below(draft.place);
    case 'ssh': {
      if (draft.ssh === '') return null;
      return `${draft.ssh}:${draft.sshFolder === '' ? name : below(draft.sshFolder)}`;
    }
    case 'server': {
      if (draft.host === '' || draft.module === '') return null;
      const who = draft.user === '' ? '' : `${draft.user}@`;
      const port = /^(.*):(\d+)$/.exec(draft.host);
      if (port) return `rsync://${who}${port[1] ?? ''}:${port[2] ?? ''}/${draft.module}/${name}`;
      return `${who}${draft.host}::${draft.module}/${name}`;
    }
  }
}

/** A name for ever, that no other sync has. */
function freshId(name: string, taken: string[]): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'sync';
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** The target of a sync as one text, whatever its kind. */
export function whereTo(sync: Sync): string {
  return sync.target ?? `${sync.host ?? ''}:${sync.targetdir ?? ''}`;
}

/** The keys that say where to: over ssh the machine and the folder there stand apart. */
function keysOf(draft: FirstDraft, target: string): Pick<Sync, 'kind' | 'target' | 'host' | 'targetdir'> {
  if (draft.way !== 'ssh') return { kind: draft.way === 'disk' && draft.direct ? 'direct' : 'rsync', target };
  return { kind: 'rsyncssh', host: draft.ssh, targetdir: target.slice(draft.ssh.length + 1) };
}

export function syncsOf(draft: FirstDraft, taken: string[]): Sync[] {
  const ids = [...taken];
  const all = names(draft.folders);
  return draft.folders.flatMap((source, index) => {
    const name = all[index] ?? folderName(source);
    const target = targetOf(draft, name);
    if (target === null) return [];
    const id = freshId(name, ids);
    ids.push(id);
    return [
      {
        ...keysOf(draft, target),
        source,
        exclude: [...USUALLY_LEFT_OUT],
        rsync: { archive: true },
        driftless: { id, name, deleteShare: 25, deleteCount: 1000, rehearse: true },
      },
    ];
  });
}
