/* The keys that hold for the whole program, being edited. */
import type { Config, Kind } from '../../host/types';
import { Editing } from '../../state/editing.svelte';
import type { KeyInfo } from '../../state/keys';
import type { Holder } from '../../state/tables';

export class SettingsEditing extends Editing {
  config = $state<Config>({});
  loaded = $state(false);

  async load(): Promise<void> {
    const sheet = await this.app.host.config();
    this.config = sheet.config;
    this.revision = sheet.revision;
    this.problems = sheet.problems;
    this.loaded = true;
  }

  holder(): Holder {
    return { is: 'config', config: this.config };
  }

  path(key: KeyInfo): string {
    return `${key.table}.${key.name}`;
  }

  kind(): Kind {
    return 'rsync';
  }

  whole(): Config {
    // Its type is told: that of a table of tables is too deep to be found.
    return $state.snapshot<unknown>(this.config) as Config;
  }
}
