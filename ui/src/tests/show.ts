/* Shows the whole window on the host in memory, as a person finds it. */
import { render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';

import App from '../App.svelte';
import { facts, fakeHost, type FakeHost } from '../host/fake/host';
import { NOW } from '../host/fake/make';
import { scene, type Scene } from '../host/fake/scenes';
import type { AppFacts } from '../host/types';
import { AppState } from '../state/app.svelte';
import { Clock } from '../state/clock.svelte';
import type { Page } from '../state/route';

export interface Shown {
  app: AppState;
  host: FakeHost;
  user: UserEvent;
  /** What was asked of the host under this name. */
  asked: (command: string) => unknown[][];
}

export async function show(name: Scene, page: Page = 'overview', sync: string | null = null, more: Partial<AppFacts> = {}): Promise<Shown> {
  const host = fakeHost(scene(name), facts(more));
  const app = new AppState(host, new Clock(() => NOW), await host.snapshot());
  await host.subscribe(app.hear);
  app.go(page, sync);
  render(App, { app });
  return {
    app,
    host,
    user: userEvent.setup({ pointerEventsCheck: 0 }),
    asked: (command) => host.calls.filter(([one]) => one === command).map(([, ...args]) => args),
  };
}
