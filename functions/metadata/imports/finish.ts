// Owns finishing imports: once everything accepted has landed, everything touched waits to be closed, all of it before the first.
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { importClosing, type ImportSpan, widen } from '#shared/events/import-closing.ts';
import type { ImportReceipt } from '#shared/events/import-record.ts';
import { type SequenceRanges, union } from '#shared/events/sequence-ranges.ts';
import { completenessOf } from '#shared/events/completeness.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import { HOUR_MS } from '#shared/pipelines/partition-key.ts';
import { landedOfImport } from '#shared/pipelines/landed-query.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import { landedBy } from '../closing/landed.ts';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import type { StoredImport } from '../state/imports.ts';
import { idleSince } from './idle.ts';

/** An import that nobody finished is finished when nothing has come for so long. */
const IDLE_MS = HOUR_MS;
const WRITES_AT_ONCE = 8;

/** Finishes what can be finished; sets the alarm for what has to wait. Answers whether any import was. */
export async function finishImports(parts: Parts): Promise<boolean> {
  const finished = await mapAtOnce(parts.imports.unfinished(), 1, (stored) => advance(parts, stored));
  return finished.includes(true);
}

async function advance(parts: Parts, stored: StoredImport): Promise<boolean> {
  const nowMs = parts.time.now();
  if (stored.record.state === 'open') {
    const sinceMs = await idleSince(parts, stored.record, nowMs);
    if (nowMs - sinceMs < IDLE_MS) return false;
    if (!(await parts.imports.move(stored, 'finishing', nowMs))) return false;
    parts.log.write('NOTICE', 'an idle import is finished', { import: stored.record.id });
    const moved = await parts.imports.look(stored.record.id);
    return moved === undefined ? false : advance(parts, moved);
  }
  const brought = broughtBy(await parts.imports.receipts(stored.record.id));
  if (!(await hasLanded(parts, stored, brought))) {
    parts.alarm.by(nowMs + parts.imports.pauseMs(stored.record.id));
    return false;
  }
  await expectTouched(parts, brought, nowMs);
  const moved = await parts.imports.move(stored, 'finished', nowMs);
  if (moved) parts.log.write('NOTICE', 'import finished', { import: stored.record.id, count: brought.size });
  // A collector has written a receipt meanwhile, and then the record: there is more to wait for.
  else parts.alarm.by(nowMs + parts.imports.pauseMs(stored.record.id));
  return moved;
}

/** What an import brought of one event type. */
interface Brought {
  readonly span: ImportSpan;
  readonly boots: ReadonlyMap<BootId, SequenceRanges>;
}

function broughtBy(receipts: readonly ImportReceipt[]): ReadonlyMap<EventTypeId, Brought> {
  const brought = new Map<EventTypeId, { span: ImportSpan; boots: Map<BootId, SequenceRanges> }>();
  for (const { boot, types } of receipts) {
    for (const [type, { ranges, firstMs, lastMs }] of types) {
      const known = brought.get(type);
      const boots = known?.boots ?? new Map<BootId, SequenceRanges>();
      boots.set(boot, union(boots.get(boot) ?? [], ranges));
      brought.set(type, { span: widen(widen(known?.span, firstMs), lastMs), boots });
    }
  }
  return brought;
}

async function hasLanded(
  parts: Parts,
  { record }: StoredImport,
  brought: ReadonlyMap<EventTypeId, Brought>,
): Promise<boolean> {
  for (const [type, { boots }] of brought) {
    // The clocks of collectors differ a little.
    const since = (parseTimestamp(record.openedAt) ?? HOUR_MS) - HOUR_MS;
    const landed = await landedBy(parts.jobs, landedOfImport(type), { since, import_id: record.id });
    const reports = [...boots].map(([boot, acknowledged]) => ({ boot, acknowledged, final: true }));
    if (completenessOf(reports, landed, 'in-time').kind !== 'complete') return false;
  }
  return true;
}

/** Makes every partition wait that the import touched and that has ended, so that consumers see none of them as not there. */
async function expectTouched(parts: Parts, brought: ReadonlyMap<EventTypeId, Brought>, nowMs: number): Promise<void> {
  const { catalog } = momentOf(parts);
  const declared = new Map<EventTypeId, EventType>(eventTypesOf(catalog).map((eventType) => [eventType.id, eventType]));
  const touched = [...brought].flatMap(([type, { span }]) => {
    const eventType = declared.get(type);
    if (eventType === undefined) return [];
    const { close } = importClosing(span, eventType.grain, nowMs);
    return close.map((key) => ({ endpoint: eventType.endpoint, key }));
  });
  await mapAtOnce(touched, WRITES_AT_ONCE, (name) => parts.partitions.apply(name, { kind: 'expect' }));
}
