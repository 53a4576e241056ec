/* Every key of the model has a field in the form of its kind, and what is set there is what is saved, as the type that the model wants. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import type { Kind, Value } from '../host/types';
import { TABS, tabOf, type Tab } from '../pages/form/tabs';
import { keys, keysFor, type KeyInfo } from '../state/keys';
import { show } from './show';

const NAMES: Record<Tab, string> = { what: 'What', where: 'Where', when: 'When', deletions: 'Deletions', more: 'More', text: 'As text' };

/** Fields of a shape of their own; form.test.ts sets them one by one. */
const OWN = ['kind', 'source', 'target', 'exclude', 'delete'];

/** Made once by the program, not by the person. */
const HIDDEN = ['driftless.id'];

const nameOf = (key: KeyInfo): string => (key.table === 'sync' ? key.name : `${key.table}.${key.name}`);

/** The block of a key, where the tab that is open has one. */
function blockOf(key: KeyInfo): HTMLElement | null {
  const found = [...document.querySelectorAll<HTMLElement>('.key')].filter((one) => one.querySelector('code')?.textContent === key.name);
  // rsync and ssh each have a program and more words.
  const ofSsh = (one: HTMLElement): boolean => one.closest('section')?.getAttribute('aria-label') === 'ssh';
  return found.find((one) => found.length < 2 || ofSsh(one) === (key.table === 'ssh')) ?? null;
}

/** Sets another value than the one that holds; which one is to be saved. */
async function set(key: KeyInfo, block: HTMLElement): Promise<Value> {
  const control = block.querySelector<HTMLInputElement>('input, select, textarea');
  if (!control) throw new Error(`${nameOf(key)} has no control`);
  if (key.value.is === 'bool') {
    const now = control.checked;
    await fireEvent.click(control);
    return !now;
  }
  if (key.value.is === 'one-of') {
    const other = key.value.values.find((one) => JSON.stringify(one) !== control.value);
    await fireEvent.change(control, { target: { value: JSON.stringify(other) } });
    return other ?? null;
  }
  const typed = { number: '9', texts: 'one\ntwo', map: '5 = again', text: 'some' }[key.value.is];
  await fireEvent.input(control, { target: { value: typed } });
  return { number: 9, texts: ['one', 'two'], map: { '5': 'again' }, text: 'some' }[key.value.is];
}

/** Kind, target, and what there is no use for with it. */
const TRIED: [Kind, string | null, string[]][] = [
  ['rsync', 'lin@nas::home', ['driftless.targetDisk']],
  ['rsync', '/srv/copy', ['rsync.password_file']],
  ['rsyncssh', null, ['rsync.password_file', 'driftless.targetDisk']],
  ['direct', '/srv/copy', ['rsync.password_file']],
];

describe.each(TRIED)('a sync of the kind %s with the target %s', (kind, target, useless) => {
  test('has a field for each of its keys, and what is set there is saved', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    await screen.findByLabelText('Source folder');
    await user.click(screen.getByRole('tab', { name: /^Where/ }));
    if (kind !== 'rsync') await user.selectOptions(screen.getByLabelText('How changes are brought over'), kind);
    if (target !== null) await fireEvent.input(screen.getByLabelText('Target'), { target: { value: target } });
    const all = (['sync', 'rsync', 'ssh', 'driftless'] as const).flatMap((table) => keysFor(table, kind));
    const missing: string[] = [];
    const wanted = new Map<KeyInfo, Value>();
    for (const one of TABS) {
      await user.click(screen.getByRole('tab', { name: new RegExp(`^${NAMES[one]}`) }));
      for (const key of all.filter((key) => tabOf(nameOf(key)) === one && !OWN.includes(nameOf(key)) && !HIDDEN.includes(nameOf(key)))) {
        const block = blockOf(key);
        if (block) wanted.set(key, await set(key, block));
        else missing.push(nameOf(key));
      }
    }
    expect(missing).toEqual(useless);
    expect(wanted.size).toBeGreaterThan(70);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(host.calls.some(([name]) => name === 'save')).toBe(true));
    const saved = host.sheet.sync?.[0] as unknown as Record<string, Record<string, Value>>;
    for (const [key, value] of wanted) {
      const table = key.table === 'sync' ? saved : saved[key.table];
      expect([nameOf(key), table?.[key.name]]).toEqual([nameOf(key), value]);
    }
  }, 60_000);
});

test('the settings have a field for each of their keys', async () => {
  await show('calm', 'settings');
  for (const key of keys('settings')) expect(await screen.findByText(key.name, { selector: 'code' })).toBeInTheDocument();
});
