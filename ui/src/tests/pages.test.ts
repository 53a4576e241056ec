import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { show } from './show';

describe('activity', () => {
  test('runs by day, filtered by sync and by what failed, errors by their cause', async () => {
    const { user } = await show('calm', 'activity');
    await screen.findByText('Partly');
    await user.selectOptions(screen.getByLabelText('Show'), 'failed');
    await waitFor(() => expect(document.querySelectorAll('main details')).toHaveLength(2));
    await user.click(screen.getByText('Partly'));
    expect(document.querySelector('main')).toHaveTextContent('14 entries may not be read');
    expect(screen.getAllByText('vm/disk.img').length).toBeGreaterThan(0);
    await user.selectOptions(screen.getByLabelText('Sync'), 'documents');
    await waitFor(() => expect(document.querySelectorAll('main details')).toHaveLength(1));
    expect(document.querySelector('main')).toHaveTextContent('The password for lin at nas was refused');
  });

  test('older runs are fetched when they are asked for', async () => {
    const { user } = await show('calm', 'activity');
    await waitFor(() => expect(document.querySelectorAll('main details')).toHaveLength(50));
    await user.click(screen.getByRole('button', { name: 'Older' }));
    await waitFor(() => expect(document.querySelectorAll('main details')).toHaveLength(66));
  });
});

describe('restore', () => {
  test('brings back beside without asking, and over only after asking', async () => {
    const { user, asked } = await show('calm', 'restore', 'documents');
    await user.click(await screen.findByRole('checkbox', { name: 'cv.odt' }));
    await user.click(screen.getByRole('button', { name: 'Bring back into a new folder' }));
    await waitFor(() => expect(asked('restore')).toEqual([['documents', 'now', ['cv.odt'], 'beside']]));
    await user.click(await screen.findByRole('checkbox', { name: 'notes.md' }));
    await user.click(screen.getByRole('button', { name: /Bring back over/ }));
    const dialog = await screen.findByRole('dialog');
    expect(asked('restore')).toHaveLength(1);
    expect(dialog).toHaveTextContent('notes.md');
    await user.click(within(dialog).getByRole('button', { name: 'Replace' }));
    await waitFor(() => expect(asked('restore')[1]).toEqual(['documents', 'now', ['notes.md'], 'over']));
  });

  test('looks into folders and earlier states; a name of markup is a name', async () => {
    const { user } = await show('calm', 'restore', 'documents');
    await user.click(await screen.findByRole('button', { name: 'letters/' }));
    expect(await screen.findByText('tax 2025.ods')).toBeInTheDocument();
    expect(screen.getByText('no longer here')).toBeInTheDocument();
    await user.selectOptions(screen.getByLabelText('State'), '1');
    expect(await screen.findByText('draft<b>2</b>.odt')).toBeInTheDocument();
  });
});

describe('settings', () => {
  test("the program's own are in force at once, the language too", async () => {
    const { user, asked } = await show('calm', 'settings');
    await user.click(await screen.findByRole('switch', { name: 'When all is well again' }));
    await waitFor(() => expect(asked('setAppSettings')[0]?.[0]).toMatchObject({ notify: { recovered: false, failing: true } }));
    await user.selectOptions(screen.getByLabelText('Language'), 'zh-CN');
    expect(await screen.findByRole('heading', { name: '设置' })).toBeInTheDocument();
    expect(document.documentElement.lang).toBe('zh-CN');
    expect(screen.getByText('全部任务合计可同时运行的传输数。')).toBeInTheDocument();
    await user.selectOptions(screen.getByLabelText('外观'), 'dark');
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  });

  test("the engine's are drawn from the schema, checked and saved", async () => {
    const { user, host } = await show('calm', 'settings');
    const most = await screen.findByLabelText('Transfers at once');
    await user.type(most, '0');
    await waitFor(() => expect(document.querySelector('main')).toHaveTextContent('0 is too small.'));
    await user.clear(most);
    await user.type(most, '4');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(host.sheet.settings).toEqual({ maxProcesses: 4 }));
  });

  test('diagnostics go to the clipboard, an export says where it is', async () => {
    const { user, asked } = await show('calm', 'settings');
    await user.click(await screen.findByRole('button', { name: 'Copy diagnostics' }));
    await waitFor(() => expect(String(asked('copy')[0])).toContain('rsync 3.5.0'));
    await user.click(screen.getByRole('button', { name: 'Export as TOML…' }));
    expect(await screen.findByText('Written to /home/lin/driftless.toml.')).toBeInTheDocument();
  });
});

describe('import', () => {
  test('shows what was not carried over, and takes in only when told', async () => {
    const { user, asked, host } = await show('calm', 'import');
    await user.click(await screen.findByRole('button', { name: 'Choose a file…' }));
    expect(await screen.findByText(/1 sync found/)).toBeInTheDocument();
    expect(document.querySelector('main')).toHaveTextContent('--verbose in _extra is left out');
    expect(screen.getByText('/etc/lsyncd/lsyncd.conf:31')).toBeInTheDocument();
    expect(asked('save')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Take in' }));
    await waitFor(() => expect(host.sheet.sync).toHaveLength(4));
  });
});

describe('doctor and receiver', () => {
  test('the doctor names what is missing and its remedy', async () => {
    await show('calm', 'doctor');
    expect(await screen.findByText(/24,444 of 30,000 that the system allows/)).toBeInTheDocument();
    expect(document.querySelector('main')).toHaveTextContent('fs.inotify.max_user_watches=65536');
  });

  test('the receiver is this machine alone unless the network is allowed', async () => {
    const { user, asked } = await show('calm', 'receiver');
    await user.click(await screen.findByRole('button', { name: 'Start receiving' }));
    await waitFor(() => expect(asked('startReceiver')).toEqual([['/home/lin/Received', false]]));
    expect(await screen.findByText('rsync://driftless@127.0.0.1:8730/driftless')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Copy password' }));
    await waitFor(() => expect(asked('copyReceiverPassword')).toHaveLength(1));
  });
});
