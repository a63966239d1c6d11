// Owns recording facts: one message to the topic of facts, durable before whoever waits for it goes on.
import { FACTS_TOPIC } from '#shared/catalog/names.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import { encodeFact, type Fact } from '#shared/metadata/facts.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface Facts {
  /** @throws PlatformError when it is not known to be durable: then what it tells of may not be reported as done either */
  record(fact: Fact): Promise<void>;
}

/** Facts over Pub/Sub, from where a subscription writes them into `platform.facts`. */
export function createFacts(publisher: Pick<Publisher, 'publish'>): Facts {
  return {
    async record(fact) {
      const published = await publisher.publish(FACTS_TOPIC, [encodeFact(fact)]);
      if (published !== 'acknowledged') {
        throw new PlatformError('cloud_unavailable', { message: 'A fact could not be recorded.' });
      }
    },
  };
}
