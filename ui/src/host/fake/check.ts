/* A handful of the checks that the engine makes, enough to show problems at their fields. */
import type { Config, Problem, Sync } from '../types';

function problem(code: string, path: string, args: Record<string, string> = {}): Problem {
  return { code, severity: 'error', path, args };
}

function ofSync(sync: Sync, at: string, all: Problem[]): void {
  if (!sync.source) all.push(problem('check-source-missing', `${at}.source`));
  else if (!sync.source.startsWith('/'))
    all.push(problem('check-source-relative', `${at}.source`, { source: sync.source }));
  if (sync.kind === 'rsyncssh') {
    if (!sync.host) all.push(problem('check-host-missing', `${at}.host`));
    if (!sync.targetdir) all.push(problem('check-targetdir-missing', `${at}.targetdir`));
  } else if (!sync.target) {
    all.push(problem('check-target-missing', `${at}.target`));
  } else if (!sync.target.includes(':') && !sync.target.startsWith('/')) {
    all.push(problem('check-target-relative', `${at}.target`, { target: sync.target }));
  } else if (sync.target === sync.source) {
    all.push(problem('check-target-is-source', `${at}.target`, { source: sync.source }));
  }
  if (typeof sync.delay === 'number' && sync.delay < 0)
    all.push(problem('check-too-small', `${at}.delay`, { value: String(sync.delay), least: '0' }));
  if (sync.rsync?.dry_run === true)
    all.push({ ...problem('check-dry-run', `${at}.rsync.dry_run`), severity: 'warning' });
}

export function check(config: Config): Problem[] {
  const all: Problem[] = [];
  for (const [index, sync] of (config.sync ?? []).entries()) ofSync(sync, `sync[${index}]`, all);
  const most = config.settings?.maxProcesses;
  if (typeof most === 'number' && most < 1)
    all.push(problem('check-too-small', 'settings.maxProcesses', { value: String(most), least: '1' }));
  return all;
}
