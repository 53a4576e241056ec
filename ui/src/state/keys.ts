/*
 * The keys of the model, read from its schema: which there are, of what type, with which default, unit, group and help.
 * The same reading as `core::config::schema`; forms are drawn from it, so that a new key needs no new page.
 */
import schema from '../gen/schema.json';
import type { Kind, Value } from '../host/types';

export type Table = 'settings' | 'app' | 'sync' | 'rsync' | 'ssh' | 'driftless';

export type ValueType =
  | { is: 'bool' }
  | { is: 'number'; whole: boolean; min: number | null; max: number | null }
  | { is: 'text' }
  | { is: 'one-of'; values: Value[] }
  | { is: 'texts' }
  | { is: 'map' };

export interface KeyInfo {
  table: Table;
  name: string;
  help: string;
  value: ValueType;
  /** `path`, `pattern`, `hours`… */
  holds: string | null;
  kinds: readonly Kind[];
  required: boolean;
  default: Value | undefined;
  unit: string | null;
  group: string;
  flag: string | null;
  /** The fact of the machine without which it does nothing. */
  fact: string | null;
}

type Property = Record<string, unknown>;

const DEFINITIONS: Record<Table, string> = {
  settings: 'Settings',
  app: 'App',
  sync: 'Sync',
  rsync: 'RsyncOptions',
  ssh: 'SshOptions',
  driftless: 'DriftlessKeys',
};

const KINDS: readonly Kind[] = ['rsync', 'rsyncssh', 'direct'];

const definitions = schema.$defs as unknown as Record<string, { properties?: Record<string, Property> } & Property>;

const text = (property: Property, key: string): string | null =>
  typeof property[key] === 'string' ? property[key] : null;

function reference(property: Property): string | null {
  const direct = text(property, '$ref');
  if (direct !== null) return direct.split('/').pop() ?? null;
  const choices = property.anyOf;
  if (!Array.isArray(choices)) return null;
  for (const choice of choices as Property[]) {
    const found = text(choice, '$ref');
    if (found !== null) return found.split('/').pop() ?? null;
  }
  return null;
}

function typeOf(property: Property): ValueType | null {
  const name = reference(property);
  if (name !== null) {
    if (Object.values(DEFINITIONS).includes(name)) return null;
    const referred = definitions[name];
    return referred ? typeOf(referred) : { is: 'text' };
  }
  if (Array.isArray(property.enum))
    return { is: 'one-of', values: (property.enum as Value[]).filter((value) => value !== null) };
  if (Array.isArray(property.oneOf))
    return { is: 'one-of', values: (property.oneOf as Property[]).map((choice) => choice.const as Value) };
  const types = (Array.isArray(property.type) ? property.type : [property.type]) as string[];
  const bound = (key: string): number | null => (typeof property[key] === 'number' ? property[key] : null);
  if (types.includes('boolean')) return { is: 'bool' };
  if (types.includes('integer') || types.includes('number'))
    return { is: 'number', whole: types.includes('integer'), min: bound('minimum'), max: bound('maximum') };
  if (types.includes('array')) return { is: 'texts' };
  if (types.includes('object')) return { is: 'map' };
  return { is: 'text' };
}

function keyInfo(table: Table, name: string, property: Property): KeyInfo | null {
  const value = typeOf(property);
  if (!value) return null;
  return {
    table,
    name,
    value,
    help: (text(property, 'description') ?? '').replaceAll('\n', ' '),
    holds: text(property, 'x-value'),
    kinds: Array.isArray(property['x-kinds']) ? (property['x-kinds'] as Kind[]) : KINDS,
    required: property['x-required'] === true,
    default: property['x-default'] as Value | undefined,
    unit: text(property, 'x-unit'),
    group: text(property, 'x-group') ?? 'other',
    flag: text(property, 'x-flag'),
    fact: text(property, 'x-fact'),
  };
}

/** All keys of a table, in the order of their declaration. */
export function keys(table: Table): KeyInfo[] {
  const properties = definitions[DEFINITIONS[table]]?.properties ?? {};
  return Object.entries(properties).flatMap(([name, property]) => keyInfo(table, name, property) ?? []);
}

/** The keys of this table that a sync of this kind takes. */
export function keysFor(table: Table, kind: Kind): KeyInfo[] {
  if (table === 'ssh' && kind !== 'rsyncssh') return [];
  return keys(table).filter((key) => key.kinds.includes(kind));
}

/** What holds if nothing is written. */
export function defaultFor(key: KeyInfo, kind: Kind): Value | undefined {
  const value = key.default;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value[kind];
  return value;
}
