/** Leads what DuckDB calls to the request that the statement belongs to. */

import { parseSignature } from '../../functions/signature.ts';
import type { JsFunction } from '../../duckdb/js/define.ts';
import { typesOf } from '../../duckdb/js/strings.ts';
import { jsonOfValue } from '../../values/json-encoding.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import type { RemoteCalls } from './remote-calls.ts';

const ENCODING = { target: 'text', stringifyWide: false, pretty: false } as const;

/** The requests at work, by the name that their SQL says. */
export class RemoteDesk {
  readonly #requests = new Map<string, RemoteCalls>();
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

  /** What generated SQL calls: the request's name, the routine's, the types of the arguments, and the arguments. */
  function(): JsFunction {
    return {
      name: 'gs_remote',
      signature: parseSignature('(STRING, STRING, STRING, [ANY...]) -> STRING'),
      nulls: 'see',
      call: (request, routine, types, ...values) => this.#answer(text(request), text(routine), text(types), values),
    };
  }

  #answer(request: string, routine: string, types: string, values: readonly SqlValue[]): string | null {
    const calls = this.#requests.get(request);
    if (calls === undefined) throw new Error('a statement calls a remote function after its end');
    const given = typesOf(types).map((type, i) => jsonOfValue(values[i] ?? null, type, ENCODING));
    return calls.answer(routine, `[${given.join(',')}]`);
  }
}

/** The generator writes texts there. */
function text(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
