/*
 * The host as the shell gives it: every method is a command. No other file knows Tauri.
 */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { Host, HostEvent, TrialStep } from './types';

/** The one event that the shell sends to this window. */
const TOLD = 'told';

export function tauriHost(): Host {
  return {
    snapshot: () => invoke('snapshot'),
    subscribe: (listener) => listen<HostEvent>(TOLD, (event) => listener(event.payload)),

    syncNow: (sync) => invoke('sync_now', { sync }),
    pause: (sync, untilMs) => invoke('pause', { sync, untilMs }),
    resume: (sync) => invoke('resume', { sync }),
    allow: (sync) => invoke('allow', { sync }),
    syncAnyway: (sync) => invoke('sync_anyway', { sync }),
    waiting: (sync, offset, limit) => invoke('waiting', { sync, offset, limit }),
    open: (sync, side) => invoke('open', { sync, side }),

    config: () => invoke('config'),
    check: (config) => invoke('check', { config }),
    save: (config, revision) => invoke('save', { config, revision }),
    texts: (sync) => invoke('texts', { sync }),
    excludePreview: (sync) => invoke('exclude_preview', { sync }),
    sourceEntries: (sync, dir) => invoke('source_entries', { sync, dir }),

    pickFolder: (start) => invoke('pick_folder', { start }),
    pickFile: (start) => invoke('pick_file', { start }),
    usualFolders: () => invoke('usual_folders'),
    measure: (path, exclude) => invoke('measure', { path, exclude }),
    disks: () => invoke('disks'),
    modules: (host, port) => invoke('modules', { host, port }),

    tryTarget: (sync, onStep) => {
      const steps = new Channel<TrialStep>();
      steps.onmessage = onStep;
      return invoke('try_target', { sync, onStep: steps });
    },
    stopTrying: () => invoke('stop_trying'),
    rehearse: (sync) => invoke('rehearse', { sync }),

    passwordState: (target) => invoke('password_state', { target }),
    setPassword: (target, password, keep) => invoke('set_password', { target, password, keep }),
    forgetPassword: (target) => invoke('forget_password', { target }),
    unlockKeyring: () => invoke('unlock_keyring'),

    history: (filter) => invoke('history', { filter }),
    plot: (sync, span) => invoke('plot', { sync, span }),
    restorePoints: (sync) => invoke('restore_points', { sync }),
    restoreEntries: (sync, point, dir, offset) => invoke('restore_entries', { sync, point, dir, offset }),
    restoreReplaces: (sync, point, ids) => invoke('restore_replaces', { sync, point, ids }),
    stopRestoring: () => invoke('stop_restoring'),
    restore: (sync, point, ids, where) => invoke('restore', { sync, point, ids, where }),

    setAppSettings: (settings) => invoke('set_app_settings', { settings }),
    importConfig: () => invoke('import_config'),
    exportConfig: (format) => invoke('export_config', { format }),
    diagnostics: () => invoke('diagnostics'),
    copy: (text) => navigator.clipboard.writeText(text),
    doctor: () => invoke('doctor'),
    receiver: () => invoke('receiver'),
    startReceiver: (dir, network) => invoke('start_receiver', { dir, network }),
    stopReceiver: () => invoke('stop_receiver'),
    copyReceiverPassword: () => invoke('copy_receiver_password'),
  };
}
