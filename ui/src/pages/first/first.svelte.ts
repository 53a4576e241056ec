/* Where one is in the first run, and what each step does. */
import { isProblem, type Sync, type SyncStatus } from '../../host/types';
import type { AppState } from '../../state/app.svelte';
import { emptyDraft, syncsOf, type FirstDraft } from './draft';

/** What a sync is known by; those of others may have none. */
function idOf(sync: Sync): string {
  const id = sync.driftless?.id;
  return typeof id === 'string' ? id : '';
}

export default class FirstState {
  step = $state(0);
  draft = $state<FirstDraft>(emptyDraft());
  /** Goes to the keyring with the next step, and is forgotten here. */
  password = $state('');
  busy = $state(false);
  tried = $state(false);
  /** Counts trials, so that the screen begins anew. */
  trial = $state(0);
  asksPassword = $state<string | null>(null);
  /** Ids of the syncs that were saved and hold. */
  saved = $state.raw<string[]>([]);

  constructor(private readonly app: AppState) {}

  get syncs(): Sync[] {
    return syncsOf(this.draft, this.app.status.syncs.map((sync) => sync.id).filter((id) => !this.saved.includes(id)));
  }

  /** How the saved ones stand. */
  get held(): SyncStatus[] {
    return this.app.status.syncs.filter((sync) => this.saved.includes(sync.id));
  }

  get rehearsed(): boolean {
    // Right after they are saved they do not hold yet: what is started then would be held a moment later, and stay so.
    const known = (sync: SyncStatus): boolean => (sync.hold ? Boolean(sync.hold.picture) : Boolean(sync.last_pass_ms ?? sync.problem));
    return this.held.length === this.saved.length && this.held.every(known);
  }

  async next(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      if (this.step === 1) await this.keepPassword();
      else if (this.step === 2) await this.save();
      else if (this.step === 3) await this.start();
      else this.step += 1;
    } catch (error) {
      this.app.refused(error);
    } finally {
      this.busy = false;
    }
  }

  async back(): Promise<void> {
    if (this.step === 0) {
      this.app.go('overview');
      return;
    }
    if (this.step === 2) await this.app.host.stopTrying();
    if (this.step === 3 && !(await this.app.doing(this.takeOut()))) return;
    this.tried = false;
    this.step -= 1;
  }

  passwordGiven(): void {
    this.asksPassword = null;
    this.begin();
  }

  private begin(): void {
    this.tried = false;
    this.trial += 1;
    this.step = 2;
  }

  private async keepPassword(): Promise<void> {
    const target = this.syncs[0]?.target;
    if (this.draft.way === 'server' && target && this.password !== '') {
      try {
        await this.app.host.setPassword(target, this.password, 'keyring');
      } catch (error) {
        // No keyring now: the dialog says so, and offers the other places.
        if (!isProblem(error) || !error.code.startsWith('keyring-')) throw error;
        this.password = '';
        this.asksPassword = target;
        return;
      }
      this.password = '';
    }
    this.begin();
  }

  private async save(): Promise<void> {
    const sheet = await this.app.host.config();
    const syncs = this.syncs;
    const answer = await this.app.host.save({ ...sheet.config, sync: [...(sheet.config.sync ?? []), ...syncs] }, sheet.revision);
    const error = answer.problems.find((problem) => problem.severity === 'error');
    if (!answer.saved) throw error ?? new Error('not saved');
    this.saved = syncs.map(idOf);
    this.step = 3;
  }

  private async takeOut(): Promise<void> {
    const sheet = await this.app.host.config();
    const rest = (sheet.config.sync ?? []).filter((sync) => !this.saved.includes(idOf(sync)));
    await this.app.host.save({ ...sheet.config, sync: rest }, sheet.revision);
    this.saved = [];
  }

  private async start(): Promise<void> {
    for (const sync of this.held) if (sync.hold) await this.app.host.allow(sync.id);
    this.app.go('overview');
    this.app.tell(this.app.words.t('first-started'));
  }
}
