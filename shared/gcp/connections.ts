// Owns connections of BigQuery: the accounts as which it calls functions of the platform.
import { GoogleAuth } from 'google-auth-library';
import { statusOf, toPlatformError } from './failure.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/bigqueryconnection/rest/v1/projects.locations.connections */
export const CONNECTIONS_API = 'https://bigqueryconnection.googleapis.com/v1';

interface Connection {
  readonly cloudResource?: { readonly serviceAccountId?: string };
}

/**
 * Answers the service account of a connection, asked for until there is one and remembered then: it stays what it is.
 * @param name `projects/…/locations/…/connections/…`
 */
export function connectionAccounts(name: string): () => Promise<string | undefined> {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  let known: string | undefined;
  return async () => {
    known ??= await accountOf(auth, name);
    return known;
  };
}

async function accountOf(auth: GoogleAuth, name: string): Promise<string | undefined> {
  try {
    const { data } = await auth.request<Connection>({ url: `${CONNECTIONS_API}/${name}` });
    return data.cloudResource?.serviceAccountId;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw toPlatformError(error);
  }
}
