/** Service accounts and their keys: the part of iam.googleapis.com that a deployment calls. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RestRequest, RestRoute } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { ApiError } from '../primitives/errors.ts';
import { pageSize, pageStart, toPage } from '../primitives/pages.ts';
import type { Store } from '../primitives/store.ts';

export const SERVICE_ACCOUNT_TABLES = `
CREATE TABLE service_accounts (
  email TEXT PRIMARY KEY, project TEXT NOT NULL, display_name TEXT NOT NULL, description TEXT NOT NULL) STRICT;
CREATE TABLE service_account_keys (
  id TEXT PRIMARY KEY, email TEXT NOT NULL REFERENCES service_accounts (email) ON DELETE CASCADE,
  public_pem TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT`;

interface AccountRow {
  readonly email: string;
  readonly project: string;
  readonly display_name: string;
  readonly description: string;
}

/** Account ids: 6 to 30 characters. Source: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
const ACCOUNT_ID = /^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/;
const PAGE = { default: 20, max: 100 };

/** The number that stands for an account in `sub` and `uniqueId`: stable, 21 digits as Google's are. */
export function uniqueId(email: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(email).digest('hex').slice(0, 16)}`);
  return `1${String(digits).padStart(20, '0').slice(-20)}`;
}

/** The public keys of a service account's keys, as PEM; empty when there is no such account. */
export function publicKeysOf(store: Store, email: string): string[] {
  const rows = store.all<{ public_pem: string }>('SELECT public_pem FROM service_account_keys WHERE email = ?', email);
  return rows.map((row) => row.public_pem);
}

export function serviceAccountRoutes(store: Store, clock: CloudClock): RestRoute[] {
  const path = '/v1/projects/{project}/serviceAccounts';
  const route = (
    method: RestRoute['method'],
    suffix: string,
    name: string,
    handle: RestRoute['handle'],
  ): RestRoute => ({
    method,
    path: `${path}${suffix}`,
    id: `iam.projects.serviceAccounts.${name}`,
    errors: 'rpc',
    handle,
  });
  return [
    route('POST', '', 'create', async (request) => ({ json: await createAccount(store, request) })),
    route('GET', '', 'list', (request) => ({ json: listAccounts(store, request) })),
    route('GET', '/{email}', 'get', (request) => ({ json: toAccount(requireAccount(store, request.params)) })),
    route('DELETE', '/{email}', 'delete', (request) => {
      store.run('DELETE FROM service_accounts WHERE email = ?', requireAccount(store, request.params).email);
      return { json: {} };
    }),
    route('POST', '/{email}/keys', 'keys.create', async (request) => ({
      json: await createKey(store, clock, requireAccount(store, request.params)),
    })),
  ];
}

async function createAccount(store: Store, request: RestRequest): Promise<object> {
  const body = await request.json();
  const accountId = typeof body['accountId'] === 'string' ? body['accountId'] : '';
  if (!ACCOUNT_ID.test(accountId)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Service account ID "${accountId}" must be between 6 and 30 lowercase letters, digits or hyphens.`,
    );
  }
  const project = request.params['project'] ?? '';
  const details = body['serviceAccount'] as { displayName?: string; description?: string } | undefined;
  const row: AccountRow = {
    email: `${accountId}@${project}.iam.gserviceaccount.com`,
    project,
    display_name: details?.displayName ?? '',
    description: details?.description ?? '',
  };
  if (insertAccount(store, row) === 0) {
    throw new ApiError(
      'ALREADY_EXISTS',
      `Service account ${accountId} already exists within project projects/${project}.`,
    );
  }
  return toAccount(row);
}

function insertAccount(store: Store, row: AccountRow): number {
  return store.run(
    'INSERT INTO service_accounts VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    row.email,
    row.project,
    row.display_name,
    row.description,
  );
}

function listAccounts(store: Store, request: RestRequest): object {
  const size = pageSize(request.query.get('pageSize') ?? undefined, PAGE);
  const found = store.all<AccountRow>(
    'SELECT * FROM service_accounts WHERE project = ? AND email > ? ORDER BY email LIMIT ?',
    request.params['project'] ?? '',
    pageStart(request.query.get('pageToken') ?? undefined),
    size + 1,
  );
  const page = toPage(found, size, (row) => row.email);
  return {
    accounts: page.items.map(toAccount),
    ...(page.nextPageToken === '' ? {} : { nextPageToken: page.nextPageToken }),
  };
}

function requireAccount(store: Store, params: Readonly<Record<string, string>>): AccountRow {
  const email = params['email'] ?? '';
  const row = store.get<AccountRow>('SELECT * FROM service_accounts WHERE email = ?', email);
  if (row === undefined || (params['project'] !== '-' && row.project !== params['project'])) {
    throw new ApiError('NOT_FOUND', `Unknown service account: ${email}.`);
  }
  return row;
}

function toAccount(row: AccountRow): object {
  return {
    name: `projects/${row.project}/serviceAccounts/${row.email}`,
    projectId: row.project,
    uniqueId: uniqueId(row.email),
    email: row.email,
    displayName: row.display_name,
    description: row.description,
    oauth2ClientId: uniqueId(row.email),
  };
}

/**
 * The credentials of the project's owner, made once and kept in a file that only this user can read: what `trib env`
 * points GOOGLE_APPLICATION_CREDENTIALS at.
 */
export async function ensureOwnerCredentials(
  store: Store,
  parts: { readonly clock: CloudClock; readonly projectId: string; readonly file: string },
): Promise<void> {
  if (existsSync(parts.file)) return;
  const row: AccountRow = {
    email: `owner@${parts.projectId}.iam.gserviceaccount.com`,
    project: parts.projectId,
    display_name: 'Owner of the local project',
    description: '',
  };
  insertAccount(store, row);
  const { privateKeyData } = await createKey(store, parts.clock, row);
  const temporary = `${parts.file}.new`;
  writeFileSync(temporary, Buffer.from(privateKeyData, 'base64'), { mode: 0o600 });
  renameSync(temporary, parts.file);
}

/** Makes a key pair; the private half is in the reply, as a credentials file, and nowhere else. */
async function createKey(
  store: Store,
  clock: CloudClock,
  account: AccountRow,
): Promise<{ readonly privateKeyData: string } & Readonly<Record<string, string>>> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicPem = createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString();
  const id = createHash('sha1').update(publicPem).digest('hex');
  store.run('INSERT INTO service_account_keys VALUES (?, ?, ?, ?)', id, account.email, publicPem, clock.now());
  const credentials = credentialsFile(account, id, privatePem);
  return {
    name: `projects/${account.project}/serviceAccounts/${account.email}/keys/${id}`,
    privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE',
    privateKeyData: Buffer.from(JSON.stringify(credentials)).toString('base64'),
    keyAlgorithm: 'KEY_ALG_RSA_2048',
    keyType: 'USER_MANAGED',
    keyOrigin: 'GOOGLE_PROVIDED',
    validAfterTime: new Date(clock.now()).toISOString(),
  };
}

function credentialsFile(account: AccountRow, keyId: string, privatePem: string): object {
  return {
    type: 'service_account',
    project_id: account.project,
    private_key_id: keyId,
    private_key: privatePem,
    client_email: account.email,
    client_id: uniqueId(account.email),
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    universe_domain: 'googleapis.com',
  };
}
