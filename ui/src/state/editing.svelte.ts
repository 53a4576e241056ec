/*
 * Something that is being edited: the whole configuration as a draft, checked by the engine's own check as one types, and
 * saved only if nobody else changed the file meanwhile.
 */
import { createContext } from 'svelte';

import { type Config, type Kind, type Problem, type Value } from '../host/types';
import type { AppState } from './app.svelte';
import type { KeyInfo } from './keys';
import { read, write, type Holder } from './tables';

const PAUSE_MS = 250;

export abstract class Editing {
  problems = $state.raw<Problem[]>([]);
  busy = $state(false);
  /** Fields whose text is no value at all; nothing is saved while there is one. */
  unreadable = $state.raw<readonly string[]>([]);
  protected revision = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(protected readonly app: AppState) {}

  /** Where this key is read from and written to. */
  abstract holder(key: KeyInfo): Holder;
  /** The path of a key in problems. */
  abstract path(key: KeyInfo): string;
  abstract kind(): Kind;
  /** The configuration as it would be saved. */
  abstract whole(): Config;

  value(key: KeyInfo): Value | undefined {
    return read(this.holder(key), key.table, key.name);
  }

  set(key: KeyInfo, value: Value | undefined): void {
    write(this.holder(key), key.table, key.name, value, key.required);
    this.touched();
  }

  changed(key: KeyInfo): boolean {
    return this.value(key) !== undefined;
  }

  problemsAt(path: string): Problem[] {
    return this.problems.filter((one) => one.path === path || one.path?.startsWith(`${path}[`));
  }

  hasError(path: string): boolean {
    return this.problemsAt(path).some((one) => one.severity === 'error');
  }

  readable(path: string, is: boolean): void {
    const others = this.unreadable.filter((one) => one !== path);
    this.unreadable = is ? others : [...others, path];
  }

  get ready(): boolean {
    return !this.busy && this.unreadable.length === 0 && !this.problems.some((one) => one.severity === 'error');
  }

  /** Checks when the person pauses. */
  touched(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), PAUSE_MS);
  }

  async check(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    try {
      const found = await this.app.host.check(this.whole());
      if (turn === this.turn) this.problems = found;
    } catch (error) {
      this.app.refused(error);
    }
  }

  /** True if it was written. */
  async save(): Promise<boolean> {
    clearTimeout(this.timer);
    this.busy = true;
    try {
      const answer = await this.app.host.save(this.whole(), this.revision);
      this.problems = answer.problems;
      if (answer.saved) this.revision = answer.revision;
      return answer.saved;
    } catch (error) {
      this.app.refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

export const [getEditing, setEditing] = createContext<Editing>();
