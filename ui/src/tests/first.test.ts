import { screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { emptyDraft, syncsOf, targetOf, whereTo } from '../pages/first/draft';
import { show } from './show';

describe('first run', () => {
  test('a disk: seven clicks, no field, and nothing starts before the last', async () => {
    const { user, asked, host } = await show('empty');
    let clicks = 0;
    const click = async (name: string): Promise<void> => {
      const button = await screen.findByRole('button', { name });
      await waitFor(() => expect(button).toBeEnabled());
      clicks += 1;
      await user.click(button);
    };
    await click('Set up a backup');
    expect(await screen.findByRole('checkbox', { name: /Documents/ })).toBeChecked();
    expect(screen.getByRole('checkbox', { name: /Music/ })).not.toBeChecked();
    await waitFor(() => expect(screen.getByText('45 GB in all')).toBeInTheDocument());
    await click('Next');
    // The one disk that can be unplugged is chosen already.
    expect(await screen.findByRole('radio', { name: /Backup/ })).toBeChecked();
    await click('Next');
    await screen.findByText(/All is well/);
    expect(asked('save')).toEqual([]);
    await click('Next');
    await screen.findByText('This is what would be done');
    expect(screen.getAllByText(/8,214 new entries would be sent/)).toHaveLength(3);
    expect(asked('allow')).toEqual([]);
    await click('Start');
    await waitFor(() => expect(asked('allow')).toEqual([['documents'], ['pictures'], ['desktop']]));
    expect(clicks).toBeLessThanOrEqual(8);
    expect(host.sheet.sync?.map((sync) => sync.target)).toEqual([
      '/media/lin/Backup/Documents',
      '/media/lin/Backup/Pictures',
      '/media/lin/Backup/Desktop',
    ]);
    expect(host.sheet.sync?.[0]?.driftless).toMatchObject({ rehearse: true, deleteShare: 25, deleteCount: 1000 });
  });

  test('a folder of this machine may have its changes copied without rsync', async () => {
    const { user, host } = await show('empty', 'first');
    await user.click(await screen.findByRole('button', { name: 'Next' }));
    await user.click(await screen.findByRole('switch', { name: 'Copy single changes without rsync' }));
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await screen.findByText(/All is well/);
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await screen.findByText('This is what would be done');
    expect(host.sheet.sync?.map((sync) => sync.kind)).toEqual(['direct', 'direct', 'direct']);
    // Another machine is never reached so.
    expect(syncsOf({ ...emptyDraft(), folders: ['/home/lin'], way: 'server', host: 'nas', module: 'home', direct: true }, [])[0]?.kind).toBe('rsync');
  });

  test('a server with a password: four fields, the password goes to the keyring and nowhere else', async () => {
    const { user, asked, host } = await show('empty', 'first');
    await user.click(await screen.findByRole('button', { name: 'Next' }));
    await user.click(await screen.findByRole('radio', { name: 'An rsync server' }));
    await user.type(screen.getByLabelText('Server'), 'nas');
    await user.type(screen.getByLabelText('Module'), 'home');
    await user.type(screen.getByLabelText('User'), 'lin');
    await user.type(screen.getByLabelText('Password'), 'hunter2');
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await screen.findByText(/All is well/);
    expect(asked('setPassword')).toEqual([['lin@nas::home/Documents', 'keyring']]);
    expect(JSON.stringify(asked('tryTarget'))).not.toContain('hunter2');
    await user.click(screen.getByRole('button', { name: 'Next' }));
    await screen.findByText('This is what would be done');
    expect(JSON.stringify(host.sheet)).not.toContain('hunter2');
  });

  test('a locked keyring is said, and the password can be kept for this run', async () => {
    const { user, asked, host } = await show('empty', 'first');
    host.keyring = 'locked';
    await user.click(await screen.findByRole('button', { name: 'Next' }));
    await user.click(await screen.findByRole('radio', { name: 'An rsync server' }));
    await user.type(screen.getByLabelText('Server'), 'nas');
    await user.type(screen.getByLabelText('Module'), 'home');
    await user.type(screen.getByLabelText('User'), 'lin');
    await user.type(screen.getByLabelText('Password'), 'hunter2');
    await user.click(screen.getByRole('button', { name: 'Next' }));
    const dialog = await screen.findByRole('dialog');
    expect(await screen.findByText('The keyring is locked.')).toBeInTheDocument();
    expect(screen.getByRole('radio', { name: /For this run only/ })).toBeChecked();
    const field = dialog.querySelector('input[type=password]');
    await user.type(field as HTMLElement, 'hunter2');
    await user.click(screen.getByRole('button', { name: 'Store' }));
    await screen.findByText(/All is well/);
    expect(asked('setPassword').at(-1)).toEqual(['lin@nas::home/Documents', 'session']);
  });

  test('a refused password stops the trial at its step and can be given anew', async () => {
    const { user, host } = await show('empty', 'first');
    host.refuses = 'password';
    await user.click(await screen.findByRole('button', { name: 'Next' }));
    await user.click(await screen.findByRole('radio', { name: 'An rsync server' }));
    await user.type(screen.getByLabelText('Server'), 'nas');
    await user.type(screen.getByLabelText('Module'), 'home');
    await user.click(screen.getByRole('button', { name: 'Next' }));
    expect(await screen.findByText(/was refused for the module/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
    expect(screen.getByRole('button', { name: 'Enter password' })).toBeEnabled();
  });

  test('going back from the rehearsal takes the syncs out again', async () => {
    const { user, host } = await show('empty', 'first');
    const next = async (): Promise<void> => {
      const button = await screen.findByRole('button', { name: 'Next' });
      await waitFor(() => expect(button).toBeEnabled());
      await user.click(button);
    };
    await next();
    await screen.findByRole('radio', { name: /Backup/ });
    await next();
    await screen.findByText(/All is well/);
    await next();
    await screen.findByText('This is what would be done');
    expect(host.sheet.sync).toHaveLength(3);
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await waitFor(() => expect(host.sheet.sync).toHaveLength(0));
  });
});

describe('targets of the first run', () => {
  test('each way writes its own', () => {
    const draft = emptyDraft();
    expect(targetOf(draft, 'A')).toBeNull();
    expect(targetOf({ ...draft, place: '/mnt/x/' }, 'A')).toBe('/mnt/x/A');
    expect(targetOf({ ...draft, way: 'ssh', ssh: 'lin@nas' }, 'A')).toBe('lin@nas:A');
    expect(targetOf({ ...draft, way: 'ssh', ssh: 'lin@nas', sshFolder: 'b/' }, 'A')).toBe('lin@nas:b/A');
    const server = { ...draft, way: 'server' as const, host: 'nas', module: 'm', user: 'u' };
    expect(targetOf(server, 'A')).toBe('u@nas::m/A');
    expect(targetOf({ ...server, host: 'nas:8730' }, 'A')).toBe('rsync://u@nas:8730/m/A');
  });

  test('a target over ssh becomes a sync of kind rsyncssh', () => {
    const draft = { ...emptyDraft(), folders: ['/a/src'], way: 'ssh' as const, ssh: 'lin@nas', sshFolder: '~/b' };
    const [sync] = syncsOf(draft, []);
    expect(sync).toMatchObject({ kind: 'rsyncssh', host: 'lin@nas', targetdir: '~/b/src' });
    expect(sync).not.toHaveProperty('target');
    expect(sync && whereTo(sync)).toBe('lin@nas:~/b/src');
  });

  test('two folders of one name get two targets and two identities', () => {
    const draft = { ...emptyDraft(), folders: ['/a/src', '/b/src'], place: '/mnt' };
    const syncs = syncsOf(draft, ['src']);
    expect(syncs.map((sync) => sync.target)).toEqual(['/mnt/src', '/mnt/src 2']);
    expect(syncs.map((sync) => sync.driftless?.id)).toEqual(['src-2', 'src-2-2']);
  });
});
