/** The environment variables after which Google's client libraries and command-line tools use this cloud, without options. */
import { join } from 'node:path';

export interface EnvironmentParts {
  readonly port: number;
  readonly projectId: string;
  readonly dataDir: string;
  readonly authorityFile: string;
  /** Credentials of a service account of this cloud. */
  readonly credentialsFile: string;
  /** A file that holds an access token, for gcloud. */
  readonly accessTokenFile: string;
}

/**
 * Pub/Sub, Cloud Storage and BigQuery have emulator variables in their clients (no TLS, no proxy: faster); everything
 * else finds this cloud through an HTTPS proxy and a certificate authority of its own.
 */
export function cloudEnvironment(parts: EnvironmentParts): Record<string, string> {
  const address = `127.0.0.1:${parts.port}`;
  const url = `http://${address}`;
  const direct = 'localhost,127.0.0.1,::1';
  return {
    TRIBUTARY_CLOUD: url,
    GOOGLE_CLOUD_PROJECT: parts.projectId,
    GOOGLE_APPLICATION_CREDENTIALS: parts.credentialsFile,
    // The three clients that can be pointed directly.
    PUBSUB_EMULATOR_HOST: address,
    STORAGE_EMULATOR_HOST: url,
    BIGQUERY_EMULATOR_HOST: url,
    // All others, through CONNECT. Libraries differ in which spelling they read.
    HTTPS_PROXY: url,
    https_proxy: url,
    grpc_proxy: url,
    NO_PROXY: direct,
    no_proxy: direct,
    no_grpc_proxy: direct,
    NODE_EXTRA_CA_CERTS: parts.authorityFile,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: parts.authorityFile,
    // Keeps libraries from looking for Google's metadata server on a laptop.
    METADATA_SERVER_DETECTION: 'none',
    ...gcloudEnvironment(parts),
  };
}

function gcloudEnvironment(parts: EnvironmentParts): Record<string, string> {
  return {
    CLOUDSDK_CONFIG: join(parts.dataDir, 'gcloud'),
    CLOUDSDK_CORE_PROJECT: parts.projectId,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: parts.authorityFile,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: parts.accessTokenFile,
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: String(parts.port),
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
  };
}
