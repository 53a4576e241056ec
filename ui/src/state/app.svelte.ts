/*
 * What the whole window knows: the last status, the facts of the program, the place one is at, the language and the time.
 * Pages read it and ask the host; nothing else is kept between pages.
 */
import { createContext } from 'svelte';

import { isProblem, type AppFacts, type Host, type HostEvent, type Problem, type Snapshot } from '../host/types';
import { languageOf } from '../words/bundles';
import { Words } from '../words/words.svelte';
import type { Clock } from './clock.svelte';
import { pageOf, type Page, type Route } from './route';

/** A short word at the window's foot that goes by itself. */
export interface Notice {
  text: string;
  problem: Problem | null;
}

export class AppState {
  status: Snapshot['status'];
  facts: AppFacts;
  configProblems = $state.raw<Problem[]>([]);
  route = $state.raw<Route>({ page: 'overview', sync: null });
  notice = $state.raw<Notice | null>(null);
  /** Counts what came into the history, so that a page asks again. */
  historyTurn = $state(0);
  configTurn = $state(0);
  /** A sync whose password is asked for, by a notification or a card. */
  asksPassword = $state.raw<string | null>(null);

  readonly words: Words;

  constructor(
    readonly host: Host,
    readonly clock: Clock,
    snapshot: Snapshot,
  ) {
    this.status = $state.raw(snapshot.status);
    this.facts = $state.raw(snapshot.app);
    this.configProblems = snapshot.configProblems;
    this.words = new Words(this.wishedLanguage());
  }

  can(ability: AppFacts['abilities'][number]): boolean {
    return this.facts.abilities.includes(ability);
  }

  go(page: Page, sync: string | null = null): void {
    this.route = { page, sync };
    this.notice = null;
  }

  /** Takes in what the host tells. */
  readonly hear = (event: HostEvent): void => {
    switch (event.kind) {
      case 'status':
        this.status = event.status;
        break;
      case 'app':
        this.facts = event.app;
        this.words.language = this.wishedLanguage();
        break;
      case 'config':
        this.configProblems = event.problems;
        this.configTurn += 1;
        break;
      case 'history':
        this.historyTurn += 1;
        break;
      case 'go':
        if (event.page === 'password') this.asksPassword = event.sync;
        this.go(pageOf(event.page), event.sync);
    }
  };

  /** Says that it was done. */
  tell(text: string): void {
    this.notice = { text, problem: null };
  }

  /** Does something of the host's; a refusal is shown, never swallowed. True if it was done. */
  async doing(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  refused(error: unknown): void {
    const problem: Problem = isProblem(error)
      ? error
      : { code: 'internal-error', severity: 'error', args: { error: String(error) } };
    this.notice = { text: '', problem };
  }

  private wishedLanguage(): ReturnType<typeof languageOf> {
    const wish = this.facts.settings.language;
    return languageOf(wish === 'system' ? this.facts.systemLanguage : wish);
  }
}

export const [getApp, setApp] = createContext<AppState>();
