/** What only a local cloud has: health, and the levers that tests pull (time, faults). */
import type { CloudClock } from '../primitives/clock.ts';
import { ApiError } from '../primitives/errors.ts';
import { type Faults, parseFaultRules } from '../primitives/faults.ts';
import type { RestRoute } from './service.ts';

export interface ControlParts {
  readonly clock: CloudClock;
  readonly faults: Faults;
  readonly environment: () => Readonly<Record<string, string>>;
}

/** Paths start with `/local/`, which no Google API has. */
export function controlRoutes(parts: ControlParts): RestRoute[] {
  return [
    route('GET', '/healthz', 'health', () => ({ json: { status: 'ok' } })),
    route('GET', '/local/environment', 'environment', () => ({ json: parts.environment() })),
    route('GET', '/local/clock', 'clock.get', () => ({ json: { nowMs: parts.clock.now() } })),
    route('POST', '/local/clock', 'clock.advance', async (request) => {
      const { advanceMs } = await request.json();
      if (typeof advanceMs !== 'number' || !(advanceMs >= 0)) {
        throw new ApiError('INVALID_ARGUMENT', 'advanceMs must be a number of milliseconds, 0 or more.');
      }
      await parts.clock.advance(advanceMs);
      return { json: { nowMs: parts.clock.now() } };
    }),
    route('PUT', '/local/faults', 'faults.set', async (request) => {
      parts.faults.set(parseFaultRules((await request.json())['rules']));
      return { json: {} };
    }),
  ];
}

function route(method: RestRoute['method'], path: string, name: string, handle: RestRoute['handle']): RestRoute {
  return { method, path, id: `local.${name}`, errors: 'rpc', handle };
}
