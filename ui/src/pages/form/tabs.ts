/* The parts of the form, and which of them shows a key. */
import { keys } from '../../state/keys';

export type Tab = 'what' | 'where' | 'when' | 'deletions' | 'more' | 'text';

export const TABS: readonly Tab[] = ['what', 'where', 'when', 'deletions', 'more', 'text'];

/** Keys that stand on a page of their own, by table and name. All others are under More. */
const PLACED: Record<string, Tab> = {
  kind: 'where',
  source: 'what',
  exclude: 'what',
  'driftless.name': 'what',
  'driftless.sourceDisk': 'what',
  target: 'where',
  host: 'where',
  targetdir: 'where',
  'driftless.targetDisk': 'where',
  'rsync.password_file': 'where',
  delay: 'when',
  maxDelays: 'when',
  init: 'when',
  crontab: 'when',
  delete: 'deletions',
};

const byGroup = (group: string, tab: Tab): [string, Tab][] =>
  keys('driftless')
    .filter((key) => key.group === group)
    .map((key) => [`driftless.${key.name}`, tab]);

const placed = new Map<string, Tab>([
  ...Object.entries(PLACED),
  ...byGroup('conditions', 'when'),
  ...byGroup('when', 'when'),
  ...byGroup('deletions', 'deletions'),
]);

/** Of a key as problems name it within its sync: `rsync.bwlimit`, `exclude[2]`. */
export function tabOf(path: string): Tab {
  return placed.get(path.replace(/\[.*$/, '')) ?? 'more';
}
