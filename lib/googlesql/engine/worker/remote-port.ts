/** The worker's side of calls to endpoints: what it asks of the thread that opened it. */

import type { Outcome } from '../outcome.ts';
import type { CallRemote } from '../remote/remote-call.ts';
import type { Reply } from './messages.ts';

/** Owns the calls that are not answered yet. */
export class RemotePort {
  readonly #post: (message: Reply) => void;
  readonly #waiting = new Map<number, (outcome: Outcome<string>) => void>();
  #last = 0;

  constructor(post: (message: Reply) => void) {
    this.#post = post;
  }

  readonly call: CallRemote = (call, signal) => {
    this.#last++;
    const id = this.#last;
    signal.addEventListener('abort', () => {
      if (this.#waiting.delete(id)) this.#post({ kind: 'remoteEnd', id });
    });
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post({ kind: 'remote', id, call });
    });
  };

  answer(id: number, outcome: Outcome<string>): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }
}
