/*
 * A host that lives in memory: for tests, and to look at pages in a browser. It keeps what it is told, answers at once, and
 * remembers every command (`calls`), so that a test can say what a page asked for. `tell` plays the shell's part.
 */
import { plain } from '../../words/pieces';
import type { AppFacts, Config, Host, HostEvent, Problem, Status, SyncStatus, TrialStep } from '../types';
import { check } from './check';
import { aPicture, GB, NOW } from './make';
import { history, plot, POINTS, restoreEntries } from './past';
import { DISKS, excludePreview, FOLDERS, measure, MODULES, sourceEntries } from './places';
import { texts } from './texts';

export interface FakeHost extends Host {
  calls: [string, ...unknown[]][];
  status: Status;
  app: AppFacts;
  sheet: Config;
  keyring: 'ready' | 'locked' | 'absent' | 'denied';
  passwords: Map<string, string>;
  /** What trying a target finds. */
  refuses: 'password' | null;
  tell(event: HostEvent): void;
  change(sync: string, more: Partial<SyncStatus>): void;
}

export function facts(more: Partial<AppFacts> = {}): AppFacts {
  return {
    version: '0.1.0',
    systemLanguage: 'en',
    settings: {
      autostart: true,
      language: 'system',
      appearance: 'system',
      notify: { failing: true, held: true, recovered: true, password: true },
    },
    abilities: ['activity', 'restore', 'doctor', 'receiver', 'import', 'export', 'autostart', 'notifications', 'unlock-keyring'],
    tray: true,
    configFile: '/home/lin/.config/driftless/driftless.toml',
    home: '/home/lin',
    ...more,
  };
}

/** The configuration from which such a status would come. */
function sheetOf(status: Status): Config {
  return {
    sync: status.syncs.map((sync) => ({
      kind: sync.kind,
      source: sync.source,
      ...(sync.kind === 'rsyncssh'
        ? { host: sync.target.split(':')[0] ?? '', targetdir: sync.target.split(':')[1] ?? '' }
        : { target: sync.target }),
      exclude: ['.cache/', 'node_modules/', '*~'],
      delay: 10,
      rsync: { archive: true, compress: true },
      driftless: { id: sync.id, name: sync.name },
    })),
  };
}

const refused = (code: string, args: Record<string, string> = {}): Problem => ({ code, severity: 'error', args });

export function fakeHost(status: Status, app: AppFacts = facts()): FakeHost {
  const listeners = new Set<(event: HostEvent) => void>();
  let revision = 1;
  const host: FakeHost = {
    calls: [],
    status,
    app,
    sheet: sheetOf(status),
    keyring: 'ready',
    passwords: new Map(),
    refuses: null,
    tell(event) {
      if (event.kind === 'status') host.status = event.status;
      if (event.kind === 'app') host.app = event.app;
      for (const listener of listeners) listener(event);
    },
    change(id, more) {
      const syncs = host.status.syncs.map((sync) => (sync.id === id ? { ...sync, ...more } : sync));
      host.tell({ kind: 'status', status: { ...host.status, syncs } });
    },

    snapshot: () => Promise.resolve({ status: host.status, app: host.app, configProblems: [] }),
    subscribe: (listener) => {
      listeners.add(listener);
      return Promise.resolve(() => void listeners.delete(listener));
    },

    syncNow: (sync) => said('syncNow', sync),
    pause: async (sync, untilMs) => {
      await said('pause', sync, untilMs);
      for (const one of host.status.syncs)
        if (sync === null || one.id === sync) host.change(one.id, { phase: 'paused', health: 'paused', paused_until_ms: untilMs });
    },
    resume: async (sync) => {
      await said('resume', sync);
      for (const one of host.status.syncs)
        if (sync === null || one.id === sync) host.change(one.id, { phase: 'idle', health: 'synced', paused_until_ms: null });
    },
    allow: async (sync) => {
      await said('allow', sync);
      host.change(sync, { hold: null, problem: null, phase: 'full-pass', health: 'syncing' });
    },
    syncAnyway: async (sync) => {
      await said('syncAnyway', sync);
      host.change(sync, { paused_by: null, phase: 'sending', health: 'syncing' });
    },
    waiting: (sync, offset, limit) => {
      const all = host.status.syncs.find((one) => one.id === sync)?.waiting ?? 0;
      const length = Math.max(0, Math.min(limit, all - offset));
      const entries = Array.from({ length }, (_, n) => ({
        state: offset + n < 2 ? 'active' : 'wait',
        kind: ['Modify', 'Create', 'Delete', 'Attrib'][(offset + n) % 4] ?? 'Modify',
        path: `/letters/2026/letter-${offset + n + 1}.odt`,
      }));
      return said('waiting', sync, offset, limit).then(() => entries);
    },
    open: (sync, side) => said('open', sync, side),

    config: () =>
      Promise.resolve({ config: structuredClone(host.sheet), file: host.app.configFile, revision: String(revision), problems: [] }),
    check: (config) => Promise.resolve(check(config)),
    save: async (config, seen) => {
      await said('save', config, seen);
      if (seen !== String(revision)) throw refused('config-changed-outside', { file: host.app.configFile });
      const problems = check(config);
      if (problems.some((one) => one.severity === 'error')) return { saved: false, revision: seen, problems };
      revision += 1;
      host.sheet = structuredClone(config);
      host.tell({ kind: 'status', status: grown(host.status, config) });
      host.tell({ kind: 'config', problems: [] });
      return { saved: true, revision: String(revision), problems };
    },
    texts: (sync) => Promise.resolve(texts(sync)),
    excludePreview: (sync) => Promise.resolve(excludePreview(sync)),
    sourceEntries: (sync, dir) => Promise.resolve(sourceEntries(sync, dir)),

    pickFolder: (start) => said('pickFolder', start).then(() => '/home/lin/Chosen'),
    pickFile: (start) => said('pickFile', start).then(() => '/home/lin/chosen.txt'),
    usualFolders: () => Promise.resolve(FOLDERS),
    measure: (path) => Promise.resolve(measure(path)),
    disks: () => Promise.resolve(DISKS),
    modules: () => Promise.resolve(MODULES),

    tryTarget: async (sync, onStep) => {
      await said('tryTarget', sync);
      const remote = (sync.target ?? `${sync.host ?? ''}:`).includes(':');
      const none = { freeBytes: null, problem: null, output: null };
      const steps: TrialStep['step'][] = remote
        ? ['source', 'resolve', 'connect', 'login', 'write', 'space']
        : ['source', 'folder', 'write', 'space'];
      for (const step of steps) {
        onStep({ step, state: 'running', ...none });
        if (step === 'login' && host.refuses === 'password') {
          const problem = { code: 'auth-failed', args: { user: 'lin', host: 'nas', module: 'home' } };
          onStep({ step, state: 'failed', freeBytes: null, problem, output: '@ERROR: auth failed on module home' });
          return false;
        }
        onStep({ step, state: 'ok', ...none, freeBytes: step === 'space' ? 812 * GB : null });
      }
      return true;
    },
    stopTrying: () => said('stopTrying'),
    rehearse: async (sync) => {
      await said('rehearse', sync);
      const sent = { count: 12, bytes: 84_000, names: ['letters/a.odt', 'letters/b.odt'] };
      host.change(sync, { rehearsal: { asked_ms: NOW, picture: aPicture({ sent }), failed: null } });
    },

    passwordState: (target) =>
      Promise.resolve({
        account: target.includes('::') && target.includes('@') ? `rsync://${target.replace('::', ':873/')}` : null,
        stored: host.passwords.has(target) ? 'keyring' : 'none',
        keyring: host.keyring,
        file: '/home/lin/.config/driftless/passwords/nas-home',
      }),
    setPassword: async (target, password, keep) => {
      await said('setPassword', target, keep);
      if (keep === 'keyring' && host.keyring !== 'ready') throw refused(`keyring-${host.keyring}`, { what: target });
      host.passwords.set(target, password);
    },
    forgetPassword: async (target) => {
      await said('forgetPassword', target);
      host.passwords.delete(target);
    },
    unlockKeyring: async () => {
      await said('unlockKeyring');
      host.keyring = 'ready';
    },

    history: (filter) => Promise.resolve(history(filter)),
    plot: (sync, span) => Promise.resolve(plot(sync, span)),
    restorePoints: () => Promise.resolve(POINTS),
    restoreEntries: (_sync, point, dir) => Promise.resolve({ entries: restoreEntries(point, dir), more: false }),
    restoreReplaces: (sync, point, ids) => said('restoreReplaces', sync, point, ids).then(() => ({ count: ids.length, names: ids })),
    stopRestoring: () => said('stopRestoring'),
    restore: (sync, point, ids, where) =>
      said('restore', sync, point, ids, where).then(() => ({ files: ids.length, bytes: 84_000, place: '/home/lin/Documents' })),

    setAppSettings: async (settings) => {
      await said('setAppSettings', settings);
      host.tell({ kind: 'app', app: { ...host.app, settings } });
    },
    importConfig: () =>
      said('importConfig').then(() => ({
        config: { sync: [{ kind: 'rsync', source: '/tmp/src', target: 'rsync_user@192.168.10.10::rsync_mod', delay: 30, exclude: ['lost+found', '.tmp', '.*'], delete: 'running' }] },
        file: '/etc/lsyncd/lsyncd.conf',
        format: 'lsyncd',
        problems: [
          { code: 'check-extra-dropped', severity: 'warning', path: 'sync[0].rsync._extra', args: { option: '--verbose' }, place: { file: '/etc/lsyncd/lsyncd.conf', line: 31, column: 9 } },
        ],
      })),
    exportConfig: (format) => said('exportConfig', format).then(() => `/home/lin/driftless.${format === 'toml' ? 'toml' : 'conf'}`),
    diagnostics: () => Promise.resolve('driftless 0.1.0\nrsync 3.5.0\nsyncs: 3 (2 synced, 1 attention)\n'),
    copy: (text) => said('copy', plain(text)),
    doctor: () =>
      Promise.resolve({
        checks: [
          { id: 'rsync', state: 'ok', args: { version: '3.5.0', path: '/usr/bin/rsync' } },
          { id: 'watches', state: 'warning', args: { used: '24444', limit: '30000', wanted: '65536' } },
          { id: 'keyring', state: 'ok', args: {} },
          { id: 'tray-absent', state: 'warning', args: {} },
        ],
        watches: { used: 24_444, limit: 30_000 },
      }),
    receiver: () => Promise.resolve({ running: false, dir: '/home/lin/Received', target: null, network: false, problem: null }),
    startReceiver: (dir, network) =>
      said('startReceiver', dir, network).then(() => ({
        running: true, dir, network, problem: null, target: `rsync://driftless@${network ? '192.168.1.20' : '127.0.0.1'}:8730/driftless`,
      })),
    stopReceiver: () =>
      said('stopReceiver').then(() => ({ running: false, dir: '/home/lin/Received', target: null, network: false, problem: null })),
    copyReceiverPassword: () => said('copyReceiverPassword'),
  };

  function said(command: string, ...args: unknown[]): Promise<void> {
    host.calls.push([command, ...args]);
    return Promise.resolve();
  }
  return host;
}

/** What the engine would show after such a save: syncs that are new hold until their rehearsal is confirmed. */
function grown(status: Status, config: Config): Status {
  const syncs = (config.sync ?? []).map((sync, index): SyncStatus => {
    const id = typeof sync.driftless?.id === 'string' ? sync.driftless.id : `new-${index}`;
    const name = typeof sync.driftless?.name === 'string' ? sync.driftless.name : `Sync${index + 1}`;
    const known = status.syncs.find((one) => one.id === id);
    if (known) return { ...known, name, source: sync.source };
    const sent = { count: 8_214, bytes: 3.4 * GB, names: ['letters/', 'letters/2026-01-03.odt', 'tax/2025.ods'] };
    return {
      id, name, kind: sync.kind, source: sync.source, target: sync.target ?? `${sync.host ?? ''}:${sync.targetdir ?? ''}`,
      health: 'attention', phase: 'held', waiting: 0, oldest_ms: null, protected_up_to_ms: null, last_pass_ms: null, pass: null,
      problem: null, paused_until_ms: null, paused_by: null, away: null, rehearsal: null, dirs: 612, sight: [], may_remain: false,
      hold: { why: 'rehearsal', since_ms: NOW, limit: null, more: 0, picture: aPicture({ sent }) },
      totals: { runs: 0, sent: 0, deleted: 0, failed: 0 }, filters: [],
    };
  });
  return { ...status, syncs };
}
