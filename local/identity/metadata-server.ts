/** The metadata server that Google's machines have, for tools that look there for credentials. */
import type { RestReply, RestRequest, RestRoute } from '../host/service.ts';
import { ApiError } from '../primitives/errors.ts';
import { accessTokenReply, signIdToken, type TokenParts } from './tokens.ts';

/** Source: https://cloud.google.com/compute/docs/metadata/overview */
const FLAVOR = { 'metadata-flavor': 'Google', 'content-type': 'text/plain' };

export function metadataServerRoutes(parts: TokenParts, projectId: string): RestRoute[] {
  const email = `default@${projectId}.iam.gserviceaccount.com`;
  const answers: Readonly<Record<string, (request: RestRequest) => string | object | Promise<string>>> = {
    '': () => 'computeMetadata/\n',
    'project/project-id': () => projectId,
    'project/numeric-project-id': () => '100000000000',
    'universe/universe-domain': () => 'googleapis.com',
    'universe/universe_domain': () => 'googleapis.com',
    'instance/region': () => `projects/100000000000/regions/local`,
    'instance/service-accounts/': () => 'default/\n',
    'instance/service-accounts/default/': () => ({ aliases: ['default'], email, scopes: [CLOUD_SCOPE] }),
    'instance/service-accounts/default/email': () => email,
    'instance/service-accounts/default/token': () => accessTokenReply(),
    'instance/service-accounts/default/identity': (request) =>
      signIdToken(parts, email, request.query.get('audience') ?? ''),
  };
  return [
    {
      method: 'GET',
      path: '/computeMetadata/v1/{key=**}',
      id: 'metadata.get',
      errors: 'rpc',
      handle: async (request): Promise<RestReply> => {
        const answer = answers[request.params['key'] ?? ''];
        if (answer === undefined) throw new ApiError('NOT_FOUND', 'Not Found');
        const value = await answer(request);
        return typeof value === 'string' ? { headers: FLAVOR, body: value } : { headers: FLAVOR, json: value };
      },
    },
  ];
}

const CLOUD_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
