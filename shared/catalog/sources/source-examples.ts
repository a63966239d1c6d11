// Owns the rule that the examples of a mapping file come out as they say: what is sent is translated, judged and compared.
import { translate } from '../../events/sources/translate.ts';
import { compileValidator } from '../../events/validator.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { SourceFile } from '../declarations/source-file.ts';
import type { EventType } from '../event-type.ts';
import type { Problem } from '../problem.ts';
import type { Source } from '../source.ts';
import type { YamlPath, YamlSource } from '../yaml-source.ts';

type Example = SourceFile['events'][string]['examples'][number];

/** When examples arrive; no example tells of it. */
const ARRIVAL = { receivedAtMs: 0 };

/** What is wrong with the examples of a source. */
export function sourceExampleProblems(
  source: Source,
  { events }: SourceFile,
  file: YamlSource,
  eventTypes: { readonly [id: string]: EventType },
): readonly Problem[] {
  return Object.entries(events).flatMap(([name, { examples, type }]) => {
    const eventType = eventTypes[type];
    if (eventType === undefined) return [];
    return examples.flatMap((example, index): readonly Problem[] => {
      const wrong = wrongWith(example, name, { source, eventType });
      if (wrong === undefined) return [];
      const at: YamlPath = ['events', name, 'examples', index, ...(wrong.at ?? [])];
      return [{ ...file.placeOf(at), message: `example ${index + 1}: ${wrong.message}`, hint: wrong.hint }];
    });
  });
}

interface Wrong {
  readonly message: string;
  readonly at?: YamlPath;
  readonly hint?: string | undefined;
}

function wrongWith(
  example: Example,
  name: string,
  { source, eventType }: { readonly source: Source; readonly eventType: EventType },
): Wrong | undefined {
  const { protocol } = source;
  const { outcome } = translate(
    { protocol, id: 'example', request: example.request, sent: example.sent },
    source,
    ARRIVAL,
  );
  if (outcome.kind === 'rejected') {
    return { message: `it is refused as ${outcome.code}`, at: ['sent'], hint: outcome.hint };
  }
  const envelope = outcome.envelope as { readonly [name: string]: unknown };
  if (envelope['type'] !== eventType.id) {
    return { message: `it is not mapped by ${JSON.stringify(name)} but is ${String(envelope['type'])}`, at: ['sent'] };
  }
  const data = envelope['data'] as { readonly [field: string]: unknown };
  const checked = compileValidator(eventType)(data);
  if (checked.kind === 'rejected') {
    return { message: `${checked.path} is refused as ${checked.code}`, at: ['sent'], hint: checked.hint };
  }
  if (eventType.subject === 'user' && envelope['userId'] === undefined && envelope['anonymousId'] === undefined) {
    return { message: 'it is about nobody', at: ['sent'], hint: 'send a userId or anonymousId, or map one' };
  }
  return differenceOf(example, envelope);
}

/** The first thing that came out otherwise than the example says. */
function differenceOf(example: Example, envelope: { readonly [name: string]: unknown }): Wrong | undefined {
  const data = (envelope['data'] ?? {}) as { readonly [field: string]: unknown };
  const fields = new Set([...Object.keys(example.data), ...Object.keys(data)]);
  for (const field of fields) {
    if (textOf(data[field]) === textOf(example.data[field])) continue;
    const at = Object.hasOwn(example.data, field) ? ['data', field] : ['data'];
    return { message: `"${field}" comes out as ${textOf(data[field]) ?? 'nothing'}`, at };
  }
  for (const key of ['userId', 'anonymousId', 'consent'] as const) {
    const wanted = example[key];
    if (wanted === undefined || textOf(envelope[key]) === textOf(wanted)) continue;
    return { message: `"${key}" comes out as ${textOf(envelope[key]) ?? 'nothing'}`, at: [key] };
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
