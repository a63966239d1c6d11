// Owns the step that deletes what was derived from opened values, or has it computed again.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { withoutLink } from '#shared/privacy/export/export-record.ts';
import { clean } from '../cleaning/clean.ts';
import { changeExport, listOpenExports } from '../../exports/export-objects.ts';
import { removeExport } from '../../exports/fetch-export.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readScope } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

const RUNS_AGAIN_SECONDS = 2;

export const cleanStep: Step<'rows-cleaned'> = {
  state: 'rows-cleaned',
  async work(deps, record) {
    const { aead, scope } = await readScope(deps.objects, deps.keys.epochs, record.id);
    const tokens = scope.keyrings.flatMap((keyring) => keyring.tokens.map(({ token }) => token));
    const cleaned = await removeOtherExports(deps, record.id, scope.lookupId)
      .then(() => clean(deps, record, aead, tokens))
      .finally(() => aead.close());
    if (cleaned.kind === 'running') return { kind: 'again', afterSeconds: RUNS_AGAIN_SECONDS };
    return { kind: 'report', report: { endpoints: cleaned.endpoints } };
  },
};

/** What was put together before holds opened values, too; only what was asked for together with this erasure stays for the person. */
async function removeOtherExports(deps: ErasureDeps, own: string, lookupId: string): Promise<void> {
  for await (const { id } of listOpenExports(deps.objects, lookupId)) {
    if (id === own) continue;
    await changeExport(deps.objects, id, (each) =>
      withoutLink(each, each.state === 'fetched' ? 'fetched' : 'expired'),
    ).catch((thrown: unknown) => {
      // One that was cut off before its record has nothing to fetch.
      if (!(thrown instanceof PlatformError && thrown.code === 'unknown_export')) throw thrown;
    });
    await removeExport(deps, id, lookupId);
  }
}
