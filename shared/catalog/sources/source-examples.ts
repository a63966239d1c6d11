// Owns the rule that the examples of a mapping file come out as they say: what is sent is translated, judged and compared.
import { translate } from '../../events/sources/translate.ts';
import { compileValidator } from '../../events/validator.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { type SourceFile, sourceFile } from '../declarations/source-file.ts';
import type { EventType } from '../event-type.ts';
import type { Problem } from '../problem.ts';
import { checkSchema } from '../schema-problems.ts';
import type { Source } from '../source.ts';
import { parseYaml, type YamlPath, type YamlSource } from '../yaml-source.ts';

/** An example of a mapping file. */
export type Example = SourceFile['events'][string]['examples'][number];

/** The examples of a mapping file, by the name of the event. */
export interface SourceExamples {
  readonly [event: string]: readonly Example[];
}

/** The examples of a mapping file's text; none where it is no mapping file. */
export function sourceExamplesOf(text: string | undefined): SourceExamples {
  const parsed = parseYaml('', text ?? '');
  const checked = parsed.kind === 'parsed' ? checkSchema(parsed.source, sourceFile) : undefined;
  if (checked?.kind !== 'valid') return {};
  return Object.fromEntries(Object.entries(checked.value.events).map(([name, { examples }]) => [name, examples]));
}

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
  const judged = judgeSent(example, source, { [eventType.id]: eventType });
  switch (judged.kind) {
    case 'refused':
      return { message: refusedWords(judged), at: ['sent'], hint: judged.hint };
    case 'undeclared':
      return { message: `it is not mapped by ${JSON.stringify(name)} but is ${judged.type}`, at: ['sent'] };
    case 'accepted':
      return differenceOf(example, judged.envelope);
  }
}

function refusedWords({ code, path }: Extract<JudgedSent, { kind: 'refused' }>): string {
  if (code === 'missing_subject') return 'it is about nobody';
  return `${path ?? 'it'} is refused as ${code}`;
}

/** What becomes of an event as a client sends it. */
export type JudgedSent =
  | { readonly kind: 'accepted'; readonly envelope: { readonly [name: string]: unknown } }
  /** It is of a type that is none of those given. */
  | { readonly kind: 'undeclared'; readonly type: string }
  | { readonly kind: 'refused'; readonly code: string; readonly path?: string; readonly hint?: string | undefined };

/** Translates an event by the mapping of a source, and judges it by the event type that it becomes. */
export function judgeSent(
  { sent, request }: Pick<Example, 'sent' | 'request'>,
  source: Source,
  eventTypes: { readonly [id: string]: EventType },
): JudgedSent {
  const { outcome } = translate({ protocol: source.protocol, id: 'example', request, sent }, source, ARRIVAL);
  if (outcome.kind === 'rejected') return { kind: 'refused', code: outcome.code, hint: outcome.hint };
  const envelope = outcome.envelope as { readonly [name: string]: unknown };
  const type = String(envelope['type']);
  const eventType = eventTypes[type];
  if (eventType === undefined) return { kind: 'undeclared', type };
  const checked = compileValidator(eventType)(envelope['data'] as { readonly [field: string]: unknown });
  if (checked.kind === 'rejected')
    return { kind: 'refused', code: checked.code, path: String(checked.path), hint: checked.hint };
  const nobody = envelope['userId'] === undefined && envelope['anonymousId'] === undefined;
  if (eventType.subject === 'user' && nobody)
    return { kind: 'refused', code: 'missing_subject', hint: 'send a userId or anonymousId, or map one' };
  return { kind: 'accepted', envelope };
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
