// Owns the semantic types of the columns that every event has; no file declares them, because no file could change them.
import type { SemanticId } from '../platform/ids.ts';
import type { SemanticType } from './platform.ts';

/**
 * Meanings of the envelope's columns. `subject`, `visitor` and `sealed` are strict: an endpoint that carries them must say
 * so, because that is how erasure finds what holds something of a person.
 */
export const ENVELOPE_SEMANTICS = {
  subject: {
    description: 'The pseudonym of the person an event is about, for one purpose.',
    class: 'strict',
    generalises: {},
  },
  visitor: {
    description: 'The pseudonym of the anonymous visitor an event was sent by.',
    class: 'strict',
    generalises: {},
  },
  sealed: {
    description: 'Fields of an event, encrypted under the key of its subject.',
    class: 'strict',
    generalises: {},
  },
  'event.id': {
    description: 'A keyed digest of the id that the client gave to an event.',
    class: 'none',
    generalises: {},
  },
  'event.type': { description: 'The name or the version of a declaration.', class: 'none', generalises: {} },
  'event.time': { description: 'When something happened or arrived.', class: 'none', generalises: {} },
  'event.flag': { description: 'Something the platform noticed about an event.', class: 'none', generalises: {} },
} as const satisfies { readonly [id: string]: SemanticType };

/** The id of one of them. */
export function envelopeSemantic(id: keyof typeof ENVELOPE_SEMANTICS): SemanticId {
  // The keys of the table above are ids by the rule for semantic types; a test holds that.
  return id as string as SemanticId;
}
