// Owns what an endpoint.yaml may say about privacy beyond its columns: who outside gets its rows, why it is exempt, that it is anonymous.
import { z } from 'zod';
import { prose, snakeName } from './scalars.ts';

const recipientName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/)
  .meta({ what: 'a recipient', allowed: 'lower-case letters, digits and hyphens' });

/** `privacy:` of an endpoint. */
export const privacyPart = z
  .strictObject({
    recipients: z
      .record(
        recipientName,
        z.strictObject({
          description: prose,
          contact: z.email().meta({ what: 'an e-mail address', allowed: 'NAME@DOMAIN' }),
          country: z
            .string()
            .regex(/^[A-Z]{2}$/)
            .meta({ what: 'a country', allowed: 'two capital letters such as SE' })
            .optional()
            .describe('Where it is, when not where the platform is.'),
          safeguard: prose.optional().describe('What makes a transfer to that country lawful (Art. 46 GDPR).'),
        }),
      )
      .default({})
      .describe('Who outside gets its rows; they are told of erasures (Art. 19 GDPR).'),
    exempt: prose.optional().describe('Why erasures leave it as it is (Art. 17(3) GDPR).'),
    anonymous: z
      .strictObject({
        k: z.int().min(2).max(100_000).describe('Each row stands for at least so many people.'),
        people: snakeName.describe('The column that counts them: COUNT(DISTINCT subject).'),
      })
      .optional()
      .describe('Nobody can be told from its rows: no token, and small groups are refused in each partition.'),
  })
  .optional();
