/* For how long one can pause: three choices, as in the tray's menu. */
import type { AppState } from '../../state/app.svelte';

const HOUR_MS = 3_600_000;

/** Eight o'clock tomorrow, on the person's clock. */
export function tomorrow(now: number): number {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(8, 0, 0, 0);
  return morning.getTime();
}

export function pauseItems(app: AppState, sync: string | null): { label: string; run: () => void }[] {
  const item = (key: string, until: (now: number) => number | null) => ({
    label: app.words.t(key),
    run: () => void app.doing(app.host.pause(sync, until(app.clock.now))),
  });
  return [
    item('tray-pause-hour', (now) => now + HOUR_MS),
    item('tray-pause-tomorrow', tomorrow),
    item('tray-pause-resumed', () => null),
  ];
}
