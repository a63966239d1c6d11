// Owns telling facts: durable before whoever tells them goes on, so that nothing is done that nobody can read about.
import { FACTS_TOPIC } from '#shared/catalog/names.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import { encodeFact, type Fact } from '#shared/metadata/facts.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface Facts {
  /** @throws PlatformError cloud_unavailable when they are not known to be durable */
  tell(facts: readonly Fact[]): Promise<void>;
}

export function createFacts(publisher: Pick<Publisher, 'publish'>): Facts {
  return {
    async tell(facts) {
      if (facts.length === 0) return;
      const published = await publisher.publish(FACTS_TOPIC, facts.map(encodeFact));
      if (published === 'acknowledged') return;
      throw new PlatformError('cloud_unavailable', { message: `${facts.length} fact(s) could not be published.` });
    },
  };
}
