// Owns the step that deletes what was derived from opened values.
import { cleanRows } from '../row-cleaning.ts';
import { readScope } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

const JOBS_AGAIN_SECONDS = 5;

export const cleanStep: Step<'rows-cleaned'> = {
  state: 'rows-cleaned',
  async work({ objects, keys, warehouse }, record) {
    const { aead, scope } = await readScope(objects, keys.epochs, record.id);
    aead.close();
    const tokens = scope.keyrings.flatMap((keyring) => keyring.tokens.map(({ token }) => token));
    const cleaned = await cleanRows(warehouse, record.id, record.steps.scoped?.plan ?? [], tokens);
    if (cleaned.kind === 'running') return { kind: 'again', afterSeconds: JOBS_AGAIN_SECONDS };
    return { kind: 'report', report: { endpoints: cleaned.endpoints } };
  },
};
