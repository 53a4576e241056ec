/* Reading and writing one key of a table that may not be there; what is empty is taken out, so that the file stays short. */
import type { Config, Sync, TableValue, Value } from '../host/types';
import type { Table } from './keys';

export type Holder = { is: 'config'; config: Config } | { is: 'sync'; sync: Sync };

function tableOf(holder: Holder, table: Table): TableValue | undefined {
  if (holder.is === 'config') return table === 'app' ? holder.config.app : holder.config.settings;
  if (table === 'sync') return holder.sync as TableValue;
  return holder.sync[table] as TableValue | undefined;
}

export function read(holder: Holder, table: Table, name: string): Value | undefined {
  return tableOf(holder, table)?.[name];
}

function empty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** `keep`: an empty text stays, since the table is none without this key. */
export function write(holder: Holder, table: Table, name: string, value: Value | undefined, keep = false): void {
  const found = tableOf(holder, table);
  if (empty(value) && !(keep && value === '')) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- what is not written has its default
    if (found) delete found[name];
    return;
  }
  if (found) {
    found[name] = value;
    return;
  }
  if (holder.is === 'sync') holder.sync[table] = { [name]: value };
  else if (table === 'app') holder.config.app = { [name]: value };
  else holder.config.settings = { [name]: value };
}
