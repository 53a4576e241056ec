/*
 * What comes from the Rust crates as it is, under the names that serde gives it. The types are made from Rust (`ui/src/gen`);
 * the configuration alone is written here, since a form knows its keys from the schema and not from a type.
 * Times are milliseconds since 1970, UTC. Texts from outside (names, output) are already shown through `show_bytes`.
 */
export type * from '../gen/types';

import type { Kind } from '../gen/types';

/** One value of the model, as JSON. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A table of the model, as written: what is not in it has its default. Which keys there are stands in the schema. */
export type TableValue = Record<string, Value | undefined>;

/** core::config::DeletePolicy */
export type DeletePolicy = true | false | 'startup' | 'running';

/** core::config::Sync, as written. The keys that pages name themselves; all others come from the schema. */
export interface Sync {
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
  [key: string]: Value | TableValue | undefined;
}

/** core::config::Config, as written. */
export interface Config {
  settings?: TableValue;
  app?: TableValue;
  sync?: Sync[];
}
