/** A repository with an event type that has a field of every type, and a second version beside it. */
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compiled, filesWith, PLAYED } from '../declarations.ts';

export const EVERY_TYPE = `description: "Everything at once, with what ends a comment: */ in it."
owner: team-a
tier: gold
purpose: analytics
grain: hour
retention: P400D
fields:
  text: {type: string, min_length: 1, max_length: 20, pattern: '[a-z]+', semantic: content.id, description: Some small letters.}
  address: {type: string, format: email, semantic: user.email, privacy: seal, optional: true, description: Where to write.}
  site: {type: string, format: url, semantic: content.id, optional: true, description: The site of it.}
  network: {type: string, format: ip, semantic: user.ip, privacy: {generalise: ip-prefix}, optional: true, description: A network.}
  count: {type: int64, min: 0, max: 10, semantic: metric, description: A small number.}
  total: {type: int64, semantic: metric, optional: true, description: A number of 64 bits.}
  ratio: {type: float64, min: 0, max: 1, semantic: metric, optional: true, description: Part of a whole.}
  amount: {type: numeric, semantic: metric, optional: true, description: An exact amount.}
  flag: {type: bool, semantic: metric, optional: true, description: Yes or no.}
  seen_at: {type: timestamp, semantic: metric, optional: true, description: When it was.}
  day: {type: date, semantic: metric, optional: true, description: The day of it.}
  anything: {type: json, semantic: metric, optional: true, description: Anything at all.}
  blob: {type: bytes, max_length: 30, semantic: metric, optional: true, description: Some bytes.}
  kind: {type: enum, values: [one, 'the "other"'], semantic: metric, description: One of two.}
  words: {type: list, of: {type: string, max_length: 5}, max_items: 3, semantic: content.id, optional: true, description: Short words.}
  moments: {type: list, of: {type: timestamp}, semantic: metric, optional: true, description: Several moments.}
  items:
    type: list
    of:
      type: record
      fields:
        sku: {type: string, semantic: content.id, description: What it is.}
        price: {type: record, fields: {amount: {type: numeric, semantic: metric, description: How much it is.}}, optional: true, description: What it costs.}
    max_items: 9
    optional: true
    semantic: content.id
    description: What was bought.
examples:
  - {text: abc, count: 3, kind: one}
  - text: abc
    address: a@example.com
    site: https://example.com/
    network: 192.0.2.1
    count: 3
    total: '9007199254740993'
    ratio: 0.5
    amount: '12.50'
    flag: true
    seen_at: '2026-08-01T13:00:00Z'
    day: '2026-08-01'
    anything: {a: [1]}
    blob: AAEC
    kind: the "other"
    words: [a, b]
    items: [{sku: x, price: {amount: 1}}, {sku: y}]
`;

export const BEAT = PLAYED.replace('purpose: analytics', 'purpose: account\nsubject: none')
  .replace('P400D', 'P30D')
  .replace(/ {2}email:.*\n {2}ip:.*\n/, '');

export function everyTypeCatalog(): Catalog {
  return compiled(
    filesWith({
      'events/shop/Everything.yaml': EVERY_TYPE,
      'events/shop/Everything_v2.yaml': EVERY_TYPE,
      'events/shop/Beat.yaml': BEAT,
    }),
  );
}
