import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { TABS, tabOf } from '../pages/form/tabs';
import { defaultFor, keys, keysFor } from '../state/keys';
import { readLines, readMap } from '../state/lines';
import { show } from './show';

const tab = (name: string): HTMLElement => screen.getByRole('tab', { name: new RegExp(`^${name}`) });

describe('sync form', () => {
  test('what is wrong stands at its field as one types, and nothing is saved until it is right', async () => {
    const { user, host, asked } = await show('calm', 'form', 'documents');
    const source = await screen.findByLabelText('Source folder');
    await user.clear(source);
    await user.type(source, 'Documents');
    expect(await screen.findByText(/is not an absolute path/)).toBeInTheDocument();
    expect(source).toHaveAttribute('aria-invalid', 'true');
    expect(tab('What')).toHaveTextContent('1');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await user.clear(source);
    await user.type(source, '/srv/docs');
    await waitFor(() => expect(screen.queryByText(/is not an absolute path/)).toBeNull());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(asked('save')).toHaveLength(1));
    expect(host.sheet.sync?.[0]).toMatchObject({ source: '/srv/docs', driftless: { id: 'documents' } });
    expect(host.sheet.sync).toHaveLength(3);
  });

  test('a new sync asks before it deletes, and keeps everything of a file', async () => {
    const { user, host } = await show('calm', 'form');
    await user.type(await screen.findByLabelText('Source folder'), '/home/lin/New');
    await user.click(tab('Where'));
    await user.type(screen.getByLabelText('Target'), 'lin@nas::home/new');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(host.sheet.sync).toHaveLength(4));
    expect(host.sheet.sync?.[3]).toMatchObject({
      target: 'lin@nas::home/new',
      rsync: { archive: true },
      driftless: { id: 'sync-1', deleteShare: 25, deleteCount: 1000, rehearse: true },
    });
  });

  test('presets and patterns show at once what they leave out, and why a file is', async () => {
    const { user } = await show('calm', 'form', 'documents');
    const patterns = await screen.findByLabelText('One pattern a line, in rsync\'s own meaning');
    expect(patterns).toHaveValue('.cache/\nnode_modules/\n*~');
    expect(await screen.findByText(/8.1 GB left out, in 31 folders/)).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: '+ Build output' }));
    expect(patterns).toHaveDisplayValue(/target\//);
    expect(await screen.findByText(/9.3 GB left out/)).toBeInTheDocument();
    await user.click(screen.getByText('Why is this file left out?'));
    await waitFor(() => expect(document.querySelector('details')).toHaveTextContent('left out by .cache/ (line 1)'));
  });

  test('four policies as sentences; the choice is what is saved', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    await screen.findByLabelText('Source folder');
    await user.click(tab('Deletions'));
    const choices = screen.getAllByRole('radio');
    expect(choices).toHaveLength(4);
    expect(choices[0]).toBeChecked();
    await user.click(screen.getByRole('radio', { name: /Only what is removed here while it runs/ }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(host.sheet.sync?.[0]?.delete).toBe('running'));
  });

  test('an option is found, changed with its unit, marked, and reset', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    await screen.findByLabelText('Source folder');
    await user.click(tab('More'));
    await user.type(screen.getByLabelText('Search all options'), 'bandwidth');
    const limit = screen.getByLabelText('Bandwidth limit');
    expect(screen.queryByLabelText('Whole files')).toBeNull();
    await user.type(limit, '12x');
    expect(limit).toHaveAttribute('aria-invalid', 'true');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await user.clear(limit);
    await user.type(limit, '4096');
    expect(screen.getByText('changed')).toBeInTheDocument();
    expect(screen.getByText('KiB/s')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: /^Reset/ }));
    expect(limit).toHaveValue('');
    await user.type(limit, '512');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(host.sheet.sync?.[0]?.rsync).toEqual({ archive: true, compress: true, bwlimit: 512 }));
  });

  test('another kind takes its own keys along and leaves the others', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    host.sheet.sync = [{ kind: 'rsync', source: '/a', target: 'lin@nas:backup', driftless: { id: 'documents' } }];
    await screen.findByLabelText('Source folder');
    await user.click(tab('Where'));
    await user.selectOptions(screen.getByLabelText('How changes are brought over'), 'rsyncssh');
    expect(screen.getByLabelText('Computer')).toBeInTheDocument();
    expect(screen.queryByLabelText('Target')).toBeNull();
  });

  test('conditions of which the machine knows nothing are not offered', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    host.tell({ kind: 'status', status: { ...host.status, around: { ...host.status.around, on_mains: null } } });
    await screen.findByLabelText('Source folder');
    await user.click(tab('When'));
    expect(screen.getByLabelText('Not on metered networks')).toBeInTheDocument();
    expect(screen.queryByLabelText('On mains only')).toBeNull();
  });

  test('as text: three forms, each to be copied', async () => {
    const { user, asked } = await show('calm', 'form', 'documents');
    await screen.findByLabelText('Source folder');
    await user.click(tab('As text'));
    const command = await screen.findByRole('region', { name: 'Command line' });
    expect(command).toHaveTextContent("driftlessd -rsync '/home/lin/Documents'");
    await user.click(screen.getByRole('button', { name: /^Copy.*TOML/ }));
    await waitFor(() => expect(String(asked('copy')[0])).toContain('[[sync]]'));
  });

  test('removing asks first, and only takes this sync', async () => {
    const { user, host } = await show('calm', 'form', 'documents');
    await user.click(await screen.findByRole('button', { name: 'Remove sync' }));
    const dialog = await screen.findByRole('dialog');
    expect(host.sheet.sync).toHaveLength(3);
    await user.click(within(dialog).getByRole('button', { name: 'Remove sync' }));
    await waitFor(() => expect(host.sheet.sync?.map((sync) => sync.driftless?.id)).toEqual(['photos', 'projects']));
  });
});

describe('keys of the model', () => {
  test('every key of a sync is on one page of the form', () => {
    for (const table of ['sync', 'rsync', 'ssh', 'driftless'] as const)
      for (const key of keys(table)) expect(TABS).toContain(tabOf(table === 'sync' ? key.name : `${table}.${key.name}`));
    expect(keys('rsync').length).toBeGreaterThan(45);
  });

  test('kinds take their own, and defaults follow the kind', () => {
    expect(keysFor('sync', 'rsync').map((key) => key.name)).not.toContain('host');
    expect(keysFor('ssh', 'rsync')).toEqual([]);
    const delay = keys('sync').find((key) => key.name === 'delay');
    if (!delay) throw new Error('no delay');
    expect([defaultFor(delay, 'rsync'), defaultFor(delay, 'direct')]).toEqual([15, 1]);
  });

  test('lists and tables are read a line at a time', () => {
    expect(readLines('a\n\nb\n')).toEqual(['a', 'b']);
    expect(readMap('23 = again\n24=ok')).toEqual({ '23': 'again', '24': 'ok' });
    expect(readMap('nonsense')).toBeNull();
  });
});
