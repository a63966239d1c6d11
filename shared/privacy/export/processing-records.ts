// Owns the records of processing activities (Art. 30 GDPR), generated from the declarations, so that they are never older than these.
import { type Catalog, endpointsOf, eventTypesOf } from '../../catalog/catalog.ts';
import type { Endpoint, Recipient } from '../../catalog/endpoint.ts';
import type { PurposeId } from '../../platform/ids.ts';
import { type ExplainedPurpose, explainPurposes, sealedFields } from './explanation.ts';

/** One activity: a purpose with everything that is done for it. */
export interface ProcessingRecord extends ExplainedPurpose {
  /** Whose data: everybody who uses the apps that send these event types. */
  readonly eventTypes: readonly string[];
  /** Categories of personal data by semantic type: what they are, how much they say, how they are kept. */
  readonly categories: readonly {
    readonly semantic: string;
    readonly description: string;
    readonly class: string;
    readonly kept: readonly string[];
  }[];
  /** Where it is, and when rows are deleted. */
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly owner: string;
    readonly contact: string;
    readonly retention: string;
    readonly readers: readonly string[];
    readonly exempt?: string;
    readonly anonymousFrom?: number;
  }[];
  /** Who outside gets it, with countries and safeguards of transfers. */
  readonly recipients: readonly ({ readonly name: string; readonly endpoint: string } & Recipient)[];
}

/** Security of processing (Art. 30(1)(g)), which is the platform's own and the same for every purpose. */
export const SECURITY_MEASURES: readonly string[] = [
  'Strict values are encrypted with AES-256-GCM under keys of each person and purpose before anything is stored; keys are wrapped under epochs whose key versions in Cloud KMS are destroyed.',
  'No identifier is stored as it was sent: pseudonyms are keyed digests under secrets that are destroyed with the keys.',
  'Opening a value needs the role compliance and a reason; each use is recorded before the value is answered.',
  'A column that says who somebody is cannot reach a table that does not declare it: the compiler refuses it.',
  'Erasure destroys keys, deletes derived rows, tries that nothing opens, and ends with a signed certificate.',
];

/** The records, by purpose. A purpose nobody uses has none. */
export function processingRecords(catalog: Catalog): readonly ProcessingRecord[] {
  const purposes = Object.keys(catalog.platform.purposes).sort() as PurposeId[];
  return purposes.flatMap((purpose) => {
    const endpoints = endpointsOf(catalog).filter((endpoint) => endpoint.purposes.includes(purpose));
    const [explained] = explainPurposes(catalog, [purpose]);
    if (endpoints.length === 0 || explained === undefined) return [];
    const eventTypes = eventTypesOf(catalog).filter((eventType) => eventType.purpose === purpose);
    return [
      {
        ...explained,
        eventTypes: eventTypes.map(({ id }) => id),
        categories: categoriesOf(catalog, endpoints),
        endpoints: endpoints.map((endpoint) => placeOf(catalog, endpoint)),
        recipients: endpoints.flatMap(({ id, privacy }) =>
          Object.entries(privacy?.recipients ?? {}).map(([name, recipient]) => ({ name, endpoint: id, ...recipient })),
        ),
      },
    ];
  });
}

/** The records as Markdown, for whoever asks for them on paper. */
export function processingRecordsText(records: readonly ProcessingRecord[]): string {
  const lines = ['# Records of processing activities', '', 'Generated from the declarations (Art. 30 GDPR).'];
  for (const record of records) {
    const { purpose, description, legalBasis, consentRequired, longestRetention } = record;
    lines.push('', `## ${purpose}`, '', description, '');
    lines.push(
      `- Legal basis: ${legalBasis}${consentRequired ? ', asked of each person' : ''}. Kept for ${longestRetention} at most.`,
    );
    lines.push(`- People: users of what sends ${record.eventTypes.join(', ') || 'nothing of its own'}.`);
    for (const { name, endpoint, contact, country, safeguard } of record.recipients) {
      const place = country === undefined ? '' : `, in ${country}${safeguard === undefined ? '' : ` (${safeguard})`}`;
      lines.push(`- Recipient: ${name} gets ${endpoint}, ${contact}${place}.`);
    }
    lines.push('', '| data | how much it says | kept |', '| --- | --- | --- |');
    for (const { description: what, class: level, kept } of record.categories)
      lines.push(`| ${what} | ${level} | ${kept.join(', ')} |`);
    lines.push('', '| table | answers for it | rows deleted after |', '| --- | --- | --- |');
    for (const { endpoint, owner, contact, retention } of record.endpoints)
      lines.push(`| ${endpoint} | ${owner}, ${contact} | ${retention} |`);
  }
  lines.push('', '## Security of processing', '', ...SECURITY_MEASURES.map((measure) => `- ${measure}`));
  return `${lines.join('\n')}\n`;
}

function categoriesOf(catalog: Catalog, endpoints: readonly Endpoint[]): ProcessingRecord['categories'] {
  const kept = new Map<string, Set<string>>();
  const note = (semantic: string | undefined, how: string): void => {
    const type =
      semantic === undefined
        ? undefined
        : catalog.platform.semantics[semantic as keyof typeof catalog.platform.semantics];
    if (semantic === undefined || type === undefined || type.class === 'none') return;
    kept.set(semantic, (kept.get(semantic) ?? new Set()).add(how));
  };
  for (const endpoint of endpoints) {
    const eventType = endpoint.kind === 'event' ? catalog.eventTypes[endpoint.eventType] : undefined;
    for (const { semantic } of endpoint.columns)
      if (semantic !== 'sealed') note(semantic, pseudonyms.has(semantic ?? '') ? 'pseudonym' : 'clear');
    for (const { semantic } of sealedFields(eventType)) note(semantic, 'encrypted');
  }
  return [...kept]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([semantic, how]) => {
      const type = catalog.platform.semantics[semantic as keyof typeof catalog.platform.semantics];
      return { semantic, description: type?.description ?? '', class: type?.class ?? '', kept: [...how].sort() };
    });
}

const pseudonyms: ReadonlySet<string> = new Set(['subject', 'visitor', 'device.id', 'user.other']);

function placeOf(
  catalog: Catalog,
  { id, owner, retention, readers, privacy }: Endpoint,
): ProcessingRecord['endpoints'][number] {
  return {
    endpoint: id,
    owner,
    contact: catalog.platform.teams[owner]?.contact ?? '',
    retention,
    readers,
    ...(privacy?.exempt === undefined ? {} : { exempt: privacy.exempt }),
    ...(privacy?.anonymous === undefined ? {} : { anonymousFrom: privacy.anonymous.k }),
  };
}
