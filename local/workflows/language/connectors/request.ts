/** Makes the HTTP request of a connector from its row and arguments. */
import { raise } from '../errors.ts';
import { scalarText } from '../expressions/operators.ts';
import { encodeJson } from '../values/json.ts';
import { isList, typeNameInMessage, type MapValue, type Value } from '../values/value.ts';
import type { Connector } from './table.ts';

export interface ConnectorRequest {
  readonly method: Connector['method'];
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
}

export function connectorRequest(connector: Connector, args: MapValue): ConnectorRequest {
  const url = new URL(`https://${connector.host}${uploadPrefix(args)}${fillPath(connector, args)}`);
  for (const name of connector.query) addQuery(url, name, args.get(name) ?? null);
  const { headers, body } = encodeBody(args.get('body') ?? null);
  return { method: connector.method, url: url.href, headers, body };
}

/** Cloud Storage takes the bytes of objects under a path of their own. */
function uploadPrefix(args: MapValue): string {
  return args.get('uploadType') === undefined ? '' : '/upload';
}

/** Arguments go into the path as they are: names have slashes in them, and object names come URL-encoded. */
function fillPath(connector: Connector, args: MapValue): string {
  return connector.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = args.get(name) ?? null;
    const text = scalarText(value);
    if (text === undefined || text === '') {
      return raise('TypeError', `argument '${name}' must be a string; got: ${typeNameInMessage(value)}`);
    }
    return text.replace(/[?#]/g, (character) => encodeURIComponent(character));
  });
}

function addQuery(url: URL, name: string, value: Value): void {
  if (value === null) return;
  for (const item of isList(value) ? value : [value]) {
    const text = scalarText(item);
    if (text === undefined) raise('TypeError', `argument '${name}' must be a string, number or boolean`);
    else url.searchParams.append(name, text);
  }
}

function encodeBody(body: Value): Pick<ConnectorRequest, 'headers' | 'body'> {
  if (body === null) return { headers: new Map(), body: undefined };
  if (body instanceof Uint8Array) return { headers: contentType('application/octet-stream'), body };
  if (typeof body === 'string') return { headers: contentType('text/plain; charset=utf-8'), body: utf8(body) };
  const encoded = encodeJson(body);
  if (encoded.kind === 'invalid') return raise('TypeError', encoded.message);
  return { headers: contentType('application/json; charset=utf-8'), body: utf8(encoded.text) };
}

function contentType(type: string): ReadonlyMap<string, string> {
  return new Map([['content-type', type]]);
}

function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}
