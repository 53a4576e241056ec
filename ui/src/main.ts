/* Starts the window: on the shell's host, or, in a browser of a developer, on the one that lives in memory. */
import './words/tag';

import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

import { mount } from 'svelte';

import App from './App.svelte';
import type { Host } from './host/types';
import { AppState } from './state/app.svelte';
import { Clock } from './state/clock.svelte';

interface Ground {
  host: Host;
  clock: Clock;
  prepare?: (app: AppState) => void;
}

async function ground(): Promise<Ground> {
  // Vite leaves this branch, and the fake host with it, out of what is shipped.
  if (import.meta.env.DEV || import.meta.env.MODE === 'look') {
    const { stage } = await import('./host/fake/stage');
    return stage(new URLSearchParams(location.search));
  }
  const { tauriHost } = await import('./host/tauri');
  return { host: tauriHost(), clock: new Clock(Date.now) };
}

const { host, clock, prepare } = await ground();
const app = new AppState(host, clock, await host.snapshot());
await host.subscribe(app.hear);
prepare?.(app);
mount(App, { target: document.getElementById('app') ?? document.body, props: { app } });
