// Owns the settings that every function reads from its environment: a table of variable, meaning and default.
import { PlatformError } from './platform-error.ts';

interface Setting {
  readonly variable: string;
  readonly means: string;
  /** Without one, the variable is required. */
  readonly default?: string;
}

/** The variables that Terraform and `trib up` set; each function reads all of them, so that one list serves both. */
export const SETTINGS = {
  projectId: { variable: 'GOOGLE_CLOUD_PROJECT', means: 'The project of the platform.' },
  region: { variable: 'TRIBUTARY_REGION', means: 'The region of its buckets, keys, datasets and workflows.' },
  audience: { variable: 'TRIBUTARY_AUDIENCE', means: 'The audience of identity tokens for its functions.' },
  iapAudience: {
    variable: 'TRIBUTARY_IAP_AUDIENCE',
    means: 'The audience of Identity-Aware Proxy in front of the console; empty without one.',
    default: '',
  },
  consoleFolder: {
    variable: 'TRIBUTARY_CONSOLE_FOLDER',
    means: 'The folder of the built console, which metadata serves; empty: none.',
    default: '',
  },
  collectUrl: { variable: 'TRIBUTARY_COLLECT_URL', means: 'Base URL of collect.' },
  metadataUrl: { variable: 'TRIBUTARY_METADATA_URL', means: 'Base URL of metadata.' },
  privacyUrl: { variable: 'TRIBUTARY_PRIVACY_URL', means: 'Base URL of privacy.' },
  operatorUrl: { variable: 'TRIBUTARY_OPERATOR_URL', means: 'Base URL of operator.' },
  revocationBoundSeconds: {
    variable: 'TRIBUTARY_REVOCATION_BOUND_SECONDS',
    means:
      'Within this time after a shredding no instance uses the key any more; empty: as platform/privacy.yaml says.',
    default: '',
  },
} as const satisfies Record<string, Setting>;

export type Settings = { readonly [Name in keyof typeof SETTINGS]: string };

/** @throws PlatformError configuration_invalid naming every variable that is missing */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const missing: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const value = environment[setting.variable] ?? ('default' in setting ? setting.default : undefined);
    if (value === undefined) missing.push(`${setting.variable} (${setting.means})`);
    return [name, value ?? ''];
  });
  if (missing.length > 0) {
    throw new PlatformError('configuration_invalid', {
      message: `Environment variables are missing: ${missing.join('; ')}`,
    });
  }
  // The entries are exactly the names of the table.
  return Object.fromEntries(entries) as Settings;
}
