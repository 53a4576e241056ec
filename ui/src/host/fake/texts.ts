/* A sync as others write it: the shape of what the real exporters give. */
import type { Sync, Texts } from '../types';

const quoted = (value: unknown): string => JSON.stringify(value);

export function texts(sync: Sync): Texts {
  const target = sync.target ?? `${sync.host ?? ''}:${sync.targetdir ?? ''}`;
  const lines = Object.entries(sync).filter(([, value]) => typeof value !== 'object' && value !== undefined);
  const exclude = sync.exclude ?? [];
  return {
    command: `driftlessd -${sync.kind} '${sync.source}' '${target}'`,
    toml: [
      '[[sync]]',
      ...lines.map(([key, value]) => `${key} = ${quoted(value ?? null)}`),
      ...(exclude.length > 0 ? [`exclude = [${exclude.map(quoted).join(', ')}]`] : []),
    ].join('\n'),
    lsyncd: [
      'sync {',
      `    default.${sync.kind},`,
      ...lines.filter(([key]) => key !== 'kind').map(([key, value]) => `    ${key} = ${quoted(value ?? null)},`),
      ...(exclude.length > 0 ? [`    exclude = { ${exclude.map(quoted).join(', ')} },`] : []),
      '}',
    ].join('\n'),
  };
}
