// Owns running the recipe of docs/privacy.md by which anybody verifies a certificate with openssl and jq: its very text.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const missing = ['openssl', 'jq', 'bash'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);

/** Why tests of the recipe are skipped, in words that nobody overlooks; false where it can be run. */
export const skipRecipe =
  missing.length > 0 && `CERTIFICATES ARE NOT VERIFIED WITH OPENSSL: ${missing.join(', ')} missing on this machine`;

/** Runs the recipe on the file of a certificate and that of a public key; what openssl says. Throws when it says no. */
export function runRecipe(certificateFile: string, keyFile: string): string {
  const page = readFileSync(new URL('../../docs/privacy.md', import.meta.url), 'utf8');
  const recipe = /```bash\n(# verify with openssl[^]*?)```/.exec(page)?.[1] ?? assert.fail('the page has no recipe');
  const cwd = mkdtempSync(join(tmpdir(), 'tributary-openssl-'));
  try {
    return execFileSync('bash', ['-euo', 'pipefail', '-c', recipe], {
      cwd,
      env: { ...process.env, CERTIFICATE: certificateFile, KEY: keyFile },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
