// Owns `trib certificate`: verifying certificates of erasure, offline and against a pinned key.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Certificate } from '#shared/privacy/erasure/certificate.ts';
import { type CertificateProblem, verifyCertificate } from '#shared/privacy/erasure/certificate-verify.ts';
import { printJson, say } from '../output/streams.ts';
import { dataFolderPath, openDataFolder, PINNED_KEY_FILE } from '../platform/data-folder.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly key?: string;
  readonly json?: boolean;
}

const REASONS: { readonly [Problem in CertificateProblem]: string } = {
  malformed: 'it is not the JSON of a certificate',
  unusable_key: 'the key is no public key in PEM on the curve P-256',
  wrong_signature: 'its signature is not by this key over these words',
};

export function registerCertificate(program: Command): void {
  const certificate = program.command('certificate').description('certificates of erasure');
  certificate
    .command('verify')
    .description('verify a certificate offline, against the key given or pinned at first start: exit 0 or 1')
    .addOption(dataOption())
    .argument('<file>', 'the certificate as JSON')
    .option('--key <pem>', 'public key to verify against (default: the one pinned in the data folder)')
    .option('--json', 'for a program')
    .action(verify);
}

function verify(file: string, options: Options): void {
  const keyFile = options.key ?? openDataFolder(dataFolderPath(options.data)).file(PINNED_KEY_FILE);
  const verified = verifyCertificate(readText(file, 'The certificate'), readText(keyFile, 'The public key'));
  if (verified.kind === 'invalid') {
    if (options.json) printJson({ valid: false, reason: verified.reason });
    throw new PlatformError('certificate_invalid', {
      message: `The certificate does not verify: ${REASONS[verified.reason]}.`,
      ...(verified.reason === 'malformed' ? { hint: 'Give a file that holds the certificate and nothing else.' } : {}),
    });
  }
  if (options.json) printJson({ valid: true, ...summaryOf(verified.certificate) });
  else say(`valid: ${wordsOf(verified.certificate)}\nverified against ${keyFile}`);
}

function summaryOf({ body }: Certificate): object {
  const { format, sequence, signedBy } = body;
  return { format, ...('erasure' in body ? { erasure: body.erasure } : {}), sequence, signedBy };
}

function wordsOf({ body }: Certificate): string {
  const entry = `entry ${body.sequence} of the ledger, signed by ${body.signedBy}`;
  if (!('erasure' in body)) return `an addendum, ${entry}`;
  return `erasure ${body.erasure}, received ${body.receivedAt}, finished ${body.finishedAt}; ${entry}`;
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PlatformError('unreadable_file', { message: `${what} cannot be read: ${file}.`, cause });
  }
}
