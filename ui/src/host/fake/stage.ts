/* What a developer's browser shows: `?scene=held&page=overview&theme=dark&lang=zh-CN&live=1`. Never part of what is shipped. */
import type { AppState } from '../../state/app.svelte';
import { Clock } from '../../state/clock.svelte';
import { pageOf } from '../../state/route';
import type { AppFacts, Host } from '../types';
import { facts, fakeHost, type FakeHost } from './host';
import { NOW } from './make';
import { scene, SCENES } from './scenes';

export interface Stage {
  host: Host;
  clock: Clock;
  prepare: (app: AppState) => void;
}

export function stage(query: URLSearchParams): Stage {
  const wished = query.get('scene');
  const name = SCENES.find((one) => one === wished) ?? 'calm';
  const base = facts();
  const settings: AppFacts['settings'] = {
    ...base.settings,
    language: query.get('lang') === 'zh-CN' ? 'zh-CN' : 'en',
    appearance: query.get('theme') === 'dark' ? 'dark' : 'light',
  };
  const host = fakeHost(scene(name), { ...base, settings });
  const keyring = query.get('keyring');
  if (keyring === 'locked' || keyring === 'absent' || keyring === 'denied') host.keyring = keyring;
  if (query.get('refuse') === 'password') host.refuses = 'password';
  if (query.has('live')) enliven(host);
  return {
    host,
    clock: new Clock(query.has('live') ? Date.now : () => NOW),
    prepare: (app) => {
      const page = query.get('page');
      if (page !== null) app.go(pageOf(page), query.get('sync'));
      app.asksPassword = query.get('password');
    },
  };
}

/** A full pass that moves on. */
function enliven(host: FakeHost): void {
  setInterval(() => {
    for (const sync of host.status.syncs) {
      if (!sync.pass?.files_total) continue;
      const done = Math.min(sync.pass.files_total, sync.pass.files_done + 640);
      host.change(sync.id, { pass: { ...sync.pass, files_done: done } });
    }
  }, 250);
}
