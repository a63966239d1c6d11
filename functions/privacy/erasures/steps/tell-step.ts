// Owns the step that tells whoever outside got something of the person: a notice for each, by which they find its rows.
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import type { ErasureScope } from '#shared/privacy/erasure/erasure-scope.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readScope } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

/** Art. 19 GDPR. A notice lies in the bucket of exports, which keeps nothing for longer than a week. */
export const tellStep: Step<'recipients-told'> = {
  state: 'recipients-told',
  async work(deps, record) {
    const told = recipientsOf(record);
    if (told.size === 0) return { kind: 'report', report: { recipients: [] } };
    const { aead, scope } = await readScope(deps.objects, deps.keys.epochs, record.id);
    aead.close();
    const recipients = [...told].map(([recipient, endpoints]) => ({ recipient, endpoints }));
    for (const each of recipients) await tell(deps, record, scope, each);
    return { kind: 'report', report: { recipients } };
  },
};

/** The object of a notice. */
function noticeObject(recipient: string, erasure: string): string {
  return `${noticePrefix(recipient)}${erasure}`;
}

/** What the names of all notices to a recipient begin with. */
export function noticePrefix(recipient: string): string {
  return `notices/${recipient}/`;
}

function recipientsOf({ steps }: ErasureRecord): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, string[]>();
  for (const { endpoint, recipients = [] } of steps.scoped?.plan ?? []) {
    for (const recipient of recipients) told.set(recipient, [...(told.get(recipient) ?? []), endpoint]);
  }
  return told;
}

/** Pseudonyms are all that a recipient and we have in common; here they lead to nobody any more. */
async function tell(
  { exports, clock, log }: ErasureDeps,
  { id, basis }: ErasureRecord,
  { keyrings }: ErasureScope,
  { recipient, endpoints }: { readonly recipient: string; readonly endpoints: readonly string[] },
): Promise<void> {
  const tokens = keyrings.flatMap((keyring) => keyring.tokens.map(({ purpose, token }) => ({ purpose, token })));
  const notice = { format: 'erasure-notice/v1', erasure: id, basis, recipient, endpoints, tokens };
  await exports.create(noticeObject(recipient, id), canonicalJson({ ...notice, at: formatTimestamp(clock.now()) }));
  log.write('NOTICE', 'a recipient has to be told of an erasure', { erasure: id, resource: recipient });
}
