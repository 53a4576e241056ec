import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { HOUR, NOW } from '../host/fake/make';
import { HOSTILE } from '../host/fake/scenes';
import { tomorrow } from '../pages/overview/pause';
import { show } from './show';

const card = (name: string): HTMLElement => screen.getByRole('article', { name });

describe('overview', () => {
  test('says first that all is safe, and up to when: the earliest of all', async () => {
    await show('calm');
    expect(screen.getByRole('status')).toHaveTextContent('Everything changed before 14:32 is safe.');
    expect(card('Photos')).toHaveTextContent('Everything changed before 14:37 is on /media/lin/disk/photos.');
  });

  test('one failure makes the headline, its remedy is a button that asks for the password', async () => {
    const { user, asked } = await show('trouble');
    expect(screen.getByRole('status')).toHaveTextContent('Nothing has reached /media/lin/disk/photos since');
    const documents = card('Documents');
    expect(documents).toHaveTextContent('The password for lin at nas was refused');
    expect(documents).toHaveTextContent('Trying again in 40 sec');
    await user.click(within(documents).getByRole('button', { name: 'Enter password' }));
    const dialog = await screen.findByRole('dialog', { name: 'Password' });
    const field = within(dialog).getByLabelText('Password');
    expect(field).toHaveValue('');
    await user.type(field, 'hunter2');
    await user.click(within(dialog).getByRole('button', { name: 'Store' }));
    await waitFor(() => expect(asked('setPassword')).toEqual([['lin@nas::home/documents', 'keyring']]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.body.innerHTML).not.toContain('hunter2');
  });

  test('a hold shows what would go, and keeping is the choice that has the focus', async () => {
    const { user, asked } = await show('held');
    await user.click(within(card('Projects')).getByRole('button', { name: 'Look' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('8,214 entries would be deleted');
    expect(within(dialog).getByText('Scans/passport.tif')).toBeInTheDocument();
    await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Keep everything' })).toHaveFocus());
    expect(asked('allow')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Really delete there' }));
    await waitFor(() => expect(asked('allow')).toEqual([['projects']]));
  });

  test('"Really delete there" on the card only opens the picture', async () => {
    const { user, asked } = await show('held');
    await user.click(within(card('Photos')).getByRole('button', { name: 'Really delete there' }));
    expect(await screen.findByRole('dialog')).toHaveTextContent('Nothing was deleted');
    expect(asked('allow')).toEqual([]);
  });

  test('pausing by the keyboard offers three spans, and can be ended', async () => {
    const { user, asked } = await show('calm');
    within(card('Documents')).getByRole('button', { name: 'Pause' }).focus();
    await user.keyboard('{Enter}');
    const items = await screen.findAllByRole('menuitem', { hidden: true });
    expect(items.map((item) => item.textContent.trim())).toEqual(['For 1 hour', 'Until tomorrow, 08:00', 'Until I resume']);
    if (items[0]) await user.click(items[0]);
    await waitFor(() => expect(asked('pause')).toEqual([['documents', NOW + HOUR]]));
    expect(await within(card('Documents')).findByText(/Paused until/)).toBeInTheDocument();
    await user.click(within(card('Documents')).getByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(asked('resume')).toEqual([['documents']]));
  });

  test('tomorrow is eight in the morning of the next day', () => {
    const morning = new Date(tomorrow(NOW));
    expect([morning.getHours(), morning.getDate()]).toEqual([8, new Date(NOW).getDate() + 1]);
  });

  test('which rule pauses is said, and "sync anyway" asks for it', async () => {
    const { user, asked } = await show('paused');
    expect(card('Projects')).toHaveTextContent('Paused: this network is paid for by volume. 7 changes wait');
    expect(card('Photos')).toHaveTextContent('is not plugged in');
    await user.click(within(card('Projects')).getByRole('button', { name: 'Sync anyway' }));
    await waitFor(() => expect(asked('syncAnyway')).toEqual([['projects']]));
  });

  test('a full pass shows how far it is, and follows what the host tells', async () => {
    const { host } = await show('busy');
    const bar = within(card('Photos')).getByRole('progressbar');
    expect(bar).toHaveAttribute('aria-valuenow', '32');
    const pass = host.status.syncs[1]?.pass;
    if (!pass) throw new Error('no pass in this scene');
    host.change('photos', { pass: { ...pass, files_done: 60_000 } });
    await waitFor(() => expect(bar).toHaveAttribute('aria-valuenow', '50'));
    expect(card('Photos')).toHaveTextContent('60,000 of about 120,000 files');
  });

  test('what waits is fetched a page at a time', async () => {
    const { user, host, asked } = await show('busy');
    host.change('documents', { waiting: 120 });
    await user.click(await within(card('Documents')).findByRole('button', { name: '120 waiting changes' }));
    const list = await screen.findByRole('region', { name: 'What waits' });
    await within(list).findByText('/letters/2026/letter-1.odt');
    await user.click(within(list).getByRole('button', { name: 'More' }));
    await within(list).findByText('/letters/2026/letter-51.odt');
    expect(list).toHaveTextContent('51–100 of 120');
    expect(asked('waiting')).toContainEqual(['documents', 50, 50]);
  });

  test('names and messages from outside are text, hidden signs are shown, a megabyte is cut', async () => {
    await show('hostile');
    expect(document.querySelector('main img, main script')).toBeNull();
    expect(document.body).toHaveTextContent(HOSTILE[0] ?? '');
    expect(document.body.textContent).toContain('invoice‹U+202E›gpj.exe');
    expect(document.body.textContent).toContain('bell␇and␛[31mcolour');
    expect(document.body.textContent.length).toBeLessThan(20_000);
    expect(document.title).toBe('Overview – Driftless');
  });

  test('with nothing set up there is one way on', async () => {
    const { user, app } = await show('empty');
    expect(screen.getByRole('heading', { name: 'No backup yet.' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Activity' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Set up a backup' }));
    expect(app.route.page).toBe('first');
  });

  test('a page that the shell cannot serve is not offered', async () => {
    await show('calm', 'overview', null, { abilities: [] });
    const pages = within(screen.getByRole('navigation')).getAllByRole('button');
    expect(pages.map((page) => page.textContent.trim())).toEqual(['Overview', 'Settings']);
  });
});
