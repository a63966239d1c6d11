/**
 * `text`: searching, cutting, encoding. Places in a string count characters (code points).
 * Source: https://cloud.google.com/workflows/docs/reference/stdlib/text/Overview
 */
import { RE2JS } from 're2js';
import { checkedString } from '../expressions/operators.ts';
import { mapOf, type Value } from '../values/value.ts';
import { pure, type Arguments, type StandardFunction } from './function.ts';

export const TEXT: readonly StandardFunction[] = [
  pure('text.encode(text, charset?)', (args) => encode(args)),
  pure('text.decode(data, charset?)', (args) => decode(args)),
  pure('text.find_all(source, substr)', (args) => findAll(args)),
  pure('text.find_all_regex(source, regexp)', (args) => findAllRegex(args)),
  pure('text.match_regex(source, regexp)', (args) => pattern(args).matcher(args.string('source')).find()),
  pure('text.replace_all(source, substr, repl)', (args) =>
    checkedString(args.string('source').replaceAll(nonEmpty(args, 'substr'), () => args.string('repl'))),
  ),
  pure('text.replace_all_regex(source, regexp, repl)', (args) => replaceAllRegex(args)),
  pure('text.split(source, separator)', (args) => args.string('source').split(nonEmpty(args, 'separator'))),
  pure('text.substring(source, start, end)', (args) => substring(args)),
  pure('text.to_lower(source)', (args) => args.string('source').toLowerCase()),
  pure('text.to_upper(source)', (args) => args.string('source').toUpperCase()),
  pure('text.url_encode(source)', (args) => urlEncode(args.string('source'))),
  pure('text.url_encode_plus(source)', (args) => urlEncode(args.string('source')).replaceAll('%20', '+')),
  pure('text.url_decode(source)', (args) => urlDecode(args)),
];

/** The charsets served, by the names that `charset` may have. */
const CHARSETS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  ascii: 'ascii',
  'us-ascii': 'ascii',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  'utf-16le': 'utf16le',
};

function charset(args: Arguments): BufferEncoding {
  const name = args.stringOr('charset', 'UTF-8');
  return CHARSETS[name.toLowerCase()] ?? args.invalid('charset', `is unknown: '${name}'`);
}

function encode(args: Arguments): Value {
  return new Uint8Array(Buffer.from(args.string('text'), charset(args)));
}

function decode(args: Arguments): Value {
  const data = args.bytes('data');
  const encoding = charset(args);
  if (encoding !== 'utf8') return checkedString(Buffer.from(data).toString(encoding));
  try {
    return checkedString(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data));
  } catch (error) {
    if (error instanceof TypeError) return args.invalid('data', 'is not UTF-8');
    throw error;
  }
}

/** How many characters lie before an offset in UTF-16 units. */
function characters(source: string, offset: number): bigint {
  return BigInt(Array.from(source.slice(0, offset)).length);
}

function nonEmpty(args: Arguments, name: string): string {
  const text = args.string(name);
  return text === '' ? args.invalid(name, 'must not be empty') : text;
}

function findAll(args: Arguments): Value {
  const source = args.string('source');
  const substr = nonEmpty(args, 'substr');
  const found: Value[] = [];
  for (let at = source.indexOf(substr); at >= 0; at = source.indexOf(substr, at + substr.length)) {
    found.push(characters(source, at));
  }
  return found;
}

/** RE2: no look-around, no back-references, linear time. */
function pattern(args: Arguments): RE2JS {
  const regexp = args.string('regexp');
  try {
    return RE2JS.compile(regexp);
  } catch (error) {
    return args.invalid('regexp', `is no RE2 expression: ${error instanceof Error ? error.message : regexp}`);
  }
}

function findAllRegex(args: Arguments): Value {
  const source = args.string('source');
  const matcher = pattern(args).matcher(source);
  const found: Value[] = [];
  while (matcher.find()) {
    found.push(mapOf({ index: characters(source, matcher.start()), match: matcher.group() ?? '' }));
  }
  return found;
}

/** In `repl`, `\1` to `\9` stand for groups, `\0` for the match, and `\\` for a backslash, as in RE2 rewrites. */
function replaceAllRegex(args: Arguments): Value {
  const source = args.string('source');
  const repl = args.string('repl');
  const matcher = pattern(args).matcher(source);
  let result = '';
  let end = 0;
  while (matcher.find()) {
    const groups = matcher.groupCount();
    const rewrite = repl.replace(/\\([0-9\\])/g, (_all, what: string) => {
      if (what === '\\') return '\\';
      if (Number(what) > groups) return args.invalid('repl', `names group ${what}, but there are ${groups}`);
      return matcher.group(Number(what)) ?? '';
    });
    result += source.slice(end, matcher.start()) + rewrite;
    end = matcher.end();
  }
  return checkedString(result + source.slice(end));
}

function substring(args: Arguments): Value {
  const source = Array.from(args.string('source'));
  const start = args.integer('start');
  const end = args.integer('end');
  if (start < 0 || start > source.length) return args.invalid('start', `is outside of the string: ${start}`);
  if (end < start || end > source.length) return args.invalid('end', `is outside of the string: ${end}`);
  return source.slice(start, end).join('');
}

function urlEncode(source: string): string {
  const encoded = encodeURIComponent(source.toWellFormed());
  return encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlDecode(args: Arguments): Value {
  try {
    return decodeURIComponent(args.string('source').replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return args.invalid('source', 'is not percent-encoded UTF-8');
    throw error;
  }
}
