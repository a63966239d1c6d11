/** Leads what DuckDB calls to the request that the statement belongs to. */

import { parseSignature } from '../../functions/signature.ts';
import type { JsFunction } from '../../duckdb/js/define.ts';
import { typesOf } from '../../duckdb/js/strings.ts';
import { argumentJson, type RemoteHead } from '../../analysis/resolve-remote.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import type { RemoteCalls } from './remote-calls.ts';

const MAX_HEADS = 1000;

/** A head as it is used: `name` is JSON of the routine's reference. */
interface Head extends Pick<RemoteHead, 'given'> {
  readonly name: string;
}

/** The requests at work, by the name that their SQL says. */
export class RemoteDesk {
  readonly #requests = new Map<string, RemoteCalls>();
  /** Heads read so far: there are as many as calls are written in statements. */
  readonly #heads = new Map<string, Head>();
  #last = 0;

  /** A name for the request, until `close`. */
  open(calls: RemoteCalls): string {
    this.#last++;
    const name = String(this.#last);
    this.#requests.set(name, calls);
    return name;
  }

  close(name: string): void {
    this.#requests.get(name)?.end();
    this.#requests.delete(name);
  }

  /** What generated SQL calls: the request's name, the call's head, the types of what rows have of their own, and that. */
  function(): JsFunction {
    return {
      name: 'gs_remote',
      signature: parseSignature('(STRING, STRING, STRING, [ANY...]) -> STRING'),
      nulls: 'see',
      constants: 3,
      call: (request, head, types, ...values) => this.#answer(text(request), text(head), text(types), values),
    };
  }

  #answer(request: string, head: string, types: string, values: readonly SqlValue[]): string | null {
    const calls = this.#requests.get(request);
    if (calls === undefined) throw new Error('a statement calls a remote function after its end');
    const { name, given } = this.#head(head);
    const own = typesOf(types).map((type, i) => argumentJson(values[i] ?? null, type));
    let next = 0;
    return calls.answer(name, `[${given.map((text) => text ?? own[next++]).join(',')}]`);
  }

  #head(text: string): Head {
    const known = this.#heads.get(text);
    if (known !== undefined) return known;
    // Written by the analyser.
    const { routine, given } = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as RemoteHead;
    if (this.#heads.size >= MAX_HEADS) this.#heads.clear();
    const head = { name: JSON.stringify(routine), given };
    this.#heads.set(text, head);
    return head;
  }
}

/** The generator writes texts there. */
function text(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
