/** Where and how messages may be pushed. */
import { invalid } from '../refusals.ts';
import type { PushConfig } from '../resources.ts';

/** Source: the service's own error, which links there. */
const PUSH_PAGE = 'https://cloud.google.com/pubsub/subscriber#create';
const VERSION = 'x-goog-version';
const DEFAULT_VERSION = 'v1';
/** Google pushes to HTTPS only; a program on this machine seldom has a certificate. */
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @throws ApiError INVALID_ARGUMENT */
export function checkPushConfig(asked: PushConfig): PushConfig {
  const { pushEndpoint } = asked;
  if (pushEndpoint === '') {
    return { pushEndpoint, attributes: {} };
  }
  if (!isEndpoint(pushEndpoint)) {
    throw invalid(
      `Invalid push endpoint given (endpoint=${pushEndpoint}). Refer to ${PUSH_PAGE} for more information.`,
    );
  }
  const version = asked.attributes[VERSION] ?? DEFAULT_VERSION;
  if (version !== 'v1' && version !== 'v1beta2') {
    throw invalid(`Invalid push endpoint version given in push config (version=${version}).`);
  }
  const { oidcToken, noWrapper, pubsubWrapper } = asked;
  if (oidcToken?.serviceAccountEmail === '') {
    throw invalid('The service_account_email in the oidc_token of the push config must be set.');
  }
  return {
    pushEndpoint,
    attributes: { ...asked.attributes, [VERSION]: version },
    ...(oidcToken === undefined ? {} : { oidcToken }),
    ...(pubsubWrapper === undefined ? {} : { pubsubWrapper }),
    ...(noWrapper === undefined ? {} : { noWrapper }),
  };
}

function isEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'https:' || (protocol === 'http:' && THIS_MACHINE.has(hostname));
}
