/** Read, change, write back: how PATCH and PUT change a definition that others may change at the same time. */
import type { Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { RestRequest } from '../../host/service.ts';
import { engineError, valueOf } from '../errors.ts';
import { checkIfMatch, preconditionFailed } from './etag.ts';

/** A change that loses this often in a row has company that never rests. */
const MAX_ATTEMPTS = 20;

export interface Replacement<Definition> {
  read(): Promise<Outcome<Definition>>;
  etag(definition: Definition): string;
  /** Writes what `before` becomes, unless somebody changed it since. */
  write(before: Definition): Promise<Outcome<Definition>>;
}

/**
 * Tries again on the newest version when somebody came between, unless the client named the version it meant.
 * @throws ApiError 412 when the client's `If-Match` does not hold
 */
export async function replaceUntilCurrent<Definition>(
  request: RestRequest,
  parts: Replacement<Definition>,
): Promise<Definition> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = valueOf(await parts.read());
    checkIfMatch(request, parts.etag(before));
    const outcome = await parts.write(before);
    if (outcome.kind === 'ok') return outcome.value;
    if (outcome.error.reason !== 'conditionNotMet') throw engineError(outcome.error);
  }
  throw preconditionFailed();
}
