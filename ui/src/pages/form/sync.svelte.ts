/* One sync of the configuration, being edited: a copy of what stands in the file, or a new one with the guards that ask. */
import type { Config, Kind, Sync } from '../../host/types';
import { Editing } from '../../state/editing.svelte';
import type { KeyInfo } from '../../state/keys';
import type { Holder } from '../../state/tables';

/** A plain copy, not followed any more. (Its type is told here: that of a table of tables is too deep to be found.) */
export function snapshotOf(sync: Sync): Sync {
  return $state.snapshot<unknown>(sync) as Sync;
}

/** What a sync made in the window begins with. */
export function newSync(id: string): Sync {
  return {
    kind: 'rsync',
    source: '',
    target: '',
    rsync: { archive: true },
    driftless: { id, deleteShare: 25, deleteCount: 1000, rehearse: true },
  };
}

export class SyncEditing extends Editing {
  sync = $state<Sync>(newSync('sync'));
  isNew = $state(false);
  loaded = $state(false);
  private config: Config = {};
  private index = 0;

  /** Reads the file; `id` is the sync's, null for a new one. */
  async load(id: string | null): Promise<void> {
    const sheet = await this.app.host.config();
    this.config = sheet.config;
    this.revision = sheet.revision;
    const all = sheet.config.sync ?? [];
    const shown = this.app.status.syncs.findIndex((one) => one.id === id);
    const byId = all.findIndex((one) => id !== null && one.driftless?.id === id);
    // A sync of an lsyncd.conf has no written id: it stands where the status shows it.
    const found = byId >= 0 ? byId : shown;
    const known = found >= 0 ? all[found] : undefined;
    this.isNew = known === undefined;
    this.index = known ? found : all.length;
    this.sync = known ? structuredClone(known) : newSync(this.freshId(all));
    this.loaded = true;
    if (known) await this.check();
  }

  holder(): Holder {
    return { is: 'sync', sync: this.sync };
  }

  path(key: KeyInfo): string {
    return key.table === 'sync' ? this.at(key.name) : this.at(`${key.table}.${key.name}`);
  }

  /** A key of this sync in problems. */
  at(key: string): string {
    return `sync[${this.index}].${key}`;
  }

  kind(): Kind {
    return this.sync.kind;
  }

  whole(): Config {
    const all = [...(this.config.sync ?? [])];
    all[this.index] = snapshotOf(this.sync);
    return { ...this.config, sync: all };
  }

  /** Another kind takes other keys; what it does not take would only be refused. */
  setKind(kind: Kind): void {
    const { host, targetdir, target } = this.sync;
    this.sync.kind = kind;
    if (kind === 'rsyncssh') {
      const split = /^([^:/]+):([^:].*)$/.exec(target ?? '');
      delete this.sync.target;
      this.sync.host = host ?? split?.[1] ?? '';
      this.sync.targetdir = targetdir ?? split?.[2] ?? '';
    } else {
      delete this.sync.host;
      delete this.sync.targetdir;
      delete this.sync.ssh;
      this.sync.target = target ?? (host && targetdir ? `${host}:${targetdir}` : '');
    }
    this.touched();
  }

  /** Takes it out of the file. */
  async remove(): Promise<boolean> {
    const rest = (this.config.sync ?? []).filter((_, index) => index !== this.index);
    try {
      return (await this.app.host.save({ ...this.config, sync: rest }, this.revision)).saved;
    } catch (error) {
      this.app.refused(error);
      return false;
    }
  }

  private freshId(all: Sync[]): string {
    const taken = all.map((one) => one.driftless?.id);
    for (let n = 1; ; n += 1) if (!taken.includes(`sync-${n}`)) return `sync-${n}`;
  }
}
