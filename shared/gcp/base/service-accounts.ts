// Owns laying service accounts, their keys where a process has no other way to be somebody, and tokens of theirs.
import { GoogleAuth } from 'google-auth-library';
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type ServiceAccountResource = Extract<BaseResource, { kind: 'service-account' }>;

const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
export async function layServiceAccount(resource: ServiceAccountResource, place: Place): Promise<Laid> {
  try {
    await auth.request({
      url: `https://iam.googleapis.com/v1/projects/${place.projectId}/serviceAccounts`,
      method: 'POST',
      data: { accountId: resource.accountId, serviceAccount: { displayName: resource.displayName } },
    });
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}

/**
 * Makes a key of a service account and answers its credentials file. For processes outside Google only.
 * https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/create
 */
export async function createCredentials(email: string, projectId: string): Promise<string> {
  const url = `https://iam.googleapis.com/v1/projects/${projectId}/serviceAccounts/${email}/keys`;
  const reply = await auth.request<{ privateKeyData: string }>({ url, method: 'POST' });
  return Buffer.from(reply.data.privateKeyData, 'base64').toString('utf8');
}

/**
 * An identity token of a service account that the caller may act as.
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken
 */
export async function identityTokenOf(email: string, audience: string): Promise<string> {
  const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateIdToken`;
  const reply = await auth.request<{ token: string }>({ url, method: 'POST', data: { audience, includeEmail: true } });
  return reply.data.token;
}
