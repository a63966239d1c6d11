import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld, errorOf, resultOf, run, START_MS, valueOf } from './world.ts';

async function check(cases: readonly (readonly [string, unknown])[], argument?: unknown): Promise<void> {
  for (const [expression, expected] of cases) {
    assert.deepEqual(await valueOf(expression, argument), expected, expression);
  }
}

test('helpers convert, count and choose', async () => {
  await check([
    ['int(2.7)', 2],
    ['int(-2.7)', -2],
    ['int("12")', 12],
    ['int("2.7")', "ValueError: invalid value for int(): '2.7'"],
    ['int(true)', "TypeError: unsupported operand type for int(): 'boolean' (expecting number or string)"],
    ['double("2.7") + 0.3', 3],
    ['string(1.5) + string(2) + string(true)', '1.52true'],
    ['string({})', "TypeError: unsupported operand type for string(): 'dict' (expecting number, string, or boolean)"],
    ['keys({"b": 1, "a": 2})', ['a', 'b']],
    ['[len([1, 2]), len({"a": 1}), len("åäö")]', [2, 1, 3]],
    [
      '[get_type(1), get_type(1.0), get_type("s"), get_type(true), get_type(text.encode("b")), get_type([]), get_type({}), get_type(null)]',
      ['integer', 'double', 'string', 'boolean', 'bytes', 'list', 'map', 'null'],
    ],
    ['default(null, 3) + default(4, 5)', 7],
    ['default(map.get({"a": 1}, "b"), "none")', 'none'],
    ['[if(true, 1, 2), if(false, 1, 2), if(null, 1, 2)]', [1, 2, 2]],
  ]);
});

test('list, map and math answer copies', async () => {
  await check(
    [
      ['list.concat(x.l, 4)', [1, 2, 4]],
      ['list.prepend(x.l, 0)', [0, 1, 2]],
      ['list.concat(x.l, [3])', [1, 2, [3]]],
      ['map.get(x, "l")', [1, 2]],
      ['map.get(x, ["m", "k"])', 'v'],
      ['map.get(x, ["m", "nope", "deeper"])', null],
      ['map.delete(x.m, "k")', {}],
      ['map.merge({"a": 1, "b": {"c": 1}}, {"b": {"d": 2}})', { a: 1, b: { d: 2 } }],
      ['map.merge_nested({"a": 1, "b": {"c": 1}}, {"b": {"d": 2}})', { a: 1, b: { c: 1, d: 2 } }],
      ['[math.abs(-3), math.abs(-1.5), math.max(1, 2.5), math.min(1, 2.5)]', [3, 1.5, 2.5, 1]],
      ['map.get([1], "a")', "TypeError: map.get(): argument 'map' must be a dict; got: list"],
      ['list.concat(1, 2)', "TypeError: list.concat(): argument 'objs' must be a list; got: integer"],
    ],
    { l: [1, 2], m: { k: 'v' } },
  );
});

test('text searches, cuts and replaces by characters', async () => {
  await check([
    ['text.find_all("abcabc", "bc")', [1, 4]],
    ['text.find_all("👍a👍a", "a")', [1, 3]],
    [
      'text.find_all_regex("a1b22", "[0-9]+")',
      [
        { index: 1, match: '1' },
        { index: 3, match: '22' },
      ],
    ],
    ['text.match_regex("hello", "^h.*o$")', true],
    ['text.match_regex("hello", "el")', true],
    ['text.replace_all("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['text.replace_all_regex("ab12", "([a-z])([0-9])?", "<\\\\1>")', '<a><b>2'],
    ['text.split("a,b,,c", ",")', ['a', 'b', '', 'c']],
    ['text.substring("👍abc", 1, 3)', 'ab'],
    ['text.substring("abc", 1, 9)', "ValueError: text.substring(): argument 'end' is outside of the string: 9"],
    ['text.to_upper("åb") + text.to_lower("ÅB")', 'ÅBåb'],
  ]);
});

test('regular expressions are RE2, without look-around', async () => {
  assert.match(String(await valueOf('text.match_regex("a", "(?=a)")')), /^ValueError: .* is no RE2 expression/);
});

test('text and base64 encode and decode', async () => {
  await check([
    ['text.url_encode("a b/ö(\'*!)")', 'a%20b%2F%C3%B6%28%27%2A%21%29'],
    ['text.url_encode_plus("a b+c")', 'a+b%2Bc'],
    ['text.url_decode("a+b%2Bc%20d")', 'a b+c d'],
    ['text.url_decode("%zz")', "ValueError: text.url_decode(): argument 'source' is not percent-encoded UTF-8"],
    ['base64.encode(text.encode("hej å"))', 'aGVqIMOl'],
    ['base64.encode(text.encode("a"), false)', 'YQ'],
    ['text.decode(base64.decode("aGVqIMOl"))', 'hej å'],
    ['text.decode(base64.decode("YQ", false))', 'a'],
    ['base64.decode("a")', "ValueError: base64.decode(): argument 'data' is not base64"],
    ['text.decode(base64.decode("/w=="))', "ValueError: text.decode(): argument 'data' is not UTF-8"],
    ['base64.encode("a")', "TypeError: base64.encode(): argument 'data' must be bytes; got: string"],
  ]);
});

test('hashes are those of the algorithms', async () => {
  // Vectors: FIPS 180-2 (SHA-256 of "abc"), RFC 4231 test case 2 (HMAC-SHA-256).
  await check([
    [
      'base64.encode(hash.compute_checksum(text.encode("abc"), "SHA256"))',
      'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=',
    ],
    [
      'base64.encode(hash.compute_hmac(text.encode("Jefe"), text.encode("what do ya want for nothing?"), "SHA256"))',
      'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=',
    ],
    [
      'hash.compute_checksum(text.encode("abc"), "SHA3")',
      "ValueError: hash.compute_checksum(): argument 'algorithm' is 'SHA3'; it must be one of MD5, SHA1, SHA256, SHA384, SHA512",
    ],
  ]);
});

test('json keeps integers apart from doubles and writes keys in order', async () => {
  await check([
    ['json.encode_to_string({"b": [1, 2.5, null], "a": "é\\n"})', '{"a":"é\\n","b":[1,2.5,null]}'],
    ['json.encode_to_string({"a": [1]}, true)', '{\n  "a": [\n    1\n  ]\n}'],
    ['json.encode_to_string([1], {"prefix": ">", "indent": "\\t"})', '[\n>\t1\n>]'],
    ['get_type(json.decode("12")) + get_type(json.decode("12.0"))', 'integerdouble'],
    ['string(json.decode("9007199254740993"))', '9007199254740993'],
    ['json.decode(json.encode({"a": [true]}))', { a: [true] }],
    ['json.decode("{\\"__proto__\\": 1}")["__proto__"]', 1],
    ['json.encode_to_string(text.encode("a"))', 'TypeError: bytes cannot be encoded as JSON'],
  ]);
  assert.match(String(await valueOf('json.decode("{")')), /^ValueError: json.decode\(\): argument 'data' is not JSON/);
});

test('time is written and read as RFC 3339, in any zone', async () => {
  await check([
    ['time.format(0)', '1970-01-01T00:00:00Z'],
    ['time.format(1785585600.25)', '2026-08-01T12:00:00.25Z'],
    ['time.format(1785585600, "Europe/Stockholm")', '2026-08-01T14:00:00+02:00'],
    ['time.format(1767268800, "America/New_York")', '2026-01-01T07:00:00-05:00'],
    ['time.format(-0.5)', '1969-12-31T23:59:59.5Z'],
    ['time.parse("2026-08-01T14:00:00.125+02:00")', 1785585600.125],
    ['time.parse("yesterday")', "ValueError: time.parse(): 'yesterday' is not a time in RFC 3339"],
    ['time.format(0, "Mars/Olympus")', "ValueError: time.format(): argument 'timezone' is unknown: 'Mars/Olympus'"],
  ]);
});

test('sys tells the time and the environment, uuid makes identifiers', async () => {
  const source = `
- r:
    return:
      now: \${sys.now()}
      id: \${uuid.generate()}
      project: \${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}
      none: \${sys.get_env("NOPE")}
      other: \${sys.get_env("NOPE", "else")}
      proto: \${sys.get_env("constructor")}`;
  assert.deepEqual(await resultOf(source, { environment: { GOOGLE_CLOUD_PROJECT_ID: 'p' } }), {
    now: START_MS / 1000,
    id: '00000000-0000-4000-8000-000000000001',
    project: 'p',
    none: null,
    other: 'else',
    proto: null,
  });
});

test('sleep and sleep_until wait that long and no longer', async () => {
  const world = createWorld();
  const source = `
- a:
    call: sys.sleep
    args: {seconds: 1.5}
- b:
    call: sys.sleep_until
    args: {time: "2026-08-01T12:01:00Z"}
- c:
    return: \${sys.now()}`;
  assert.equal(await resultOf(source, { world }), START_MS / 1000 + 60);
  assert.deepEqual(world.waits, [1.5, 58.5]);
});

test('sys.log writes text, or maps as JSON, with a severity', async () => {
  const world = createWorld();
  const source = `
- a:
    call: sys.log
    args: {text: hello, severity: WARNING}
- b:
    call: sys.log
    args: {data: {k: 1}}
- c:
    call: sys.log
    args: {json: {k: 2}, severity: INFO}
- d:
    call: sys.log
    args: {data: 5}`;
  await run(source, { world });
  assert.deepEqual(world.logs, [
    { severity: 'WARNING', payload: { kind: 'text', text: 'hello' } },
    { severity: 'DEFAULT', payload: { kind: 'json', text: '{"k":1}' } },
    { severity: 'INFO', payload: { kind: 'json', text: '{"k":2}' } },
    { severity: 'DEFAULT', payload: { kind: 'text', text: '5' } },
  ]);
  const bad = await errorOf('- a:\n    call: sys.log\n    args: {text: a, severity: LOUD}');
  assert.match(bad.context, /^ValueError: sys.log\(\): argument 'severity' is 'LOUD'/);
});

const callback = `
- make:
    call: events.create_callback_endpoint
    args: {http_callback_method: GET}
    result: endpoint
- wait:
    try:
      call: events.await_callback
      args: {callback: "\${endpoint}", timeout: 60}
      result: got
    except:
      as: e
      steps:
        - late:
            return: \${e.tags}
- answer:
    return: {url: "\${endpoint.url}", got: "\${got}"}`;

test('a callback is awaited with what was sent to it', async () => {
  const world = createWorld();
  world.callbackOutcome = {
    kind: 'request',
    request: {
      method: 'GET',
      url: 'https://callbacks.test/GET?a=1',
      headers: { 'content-type': 'application/json' },
      query: { a: '1' },
      sequence: 1,
      bodyBase64: Buffer.from('{"n": 1}').toString('base64'),
      receivedMs: START_MS,
    },
  };
  assert.deepEqual(await resultOf(callback, { world }), {
    url: 'https://callbacks.test/GET',
    got: {
      http_request: {
        body: { n: 1 },
        headers: { 'Content-Type': 'application/json' },
        method: 'GET',
        query: { a: '1' },
        url: 'https://callbacks.test/GET?a=1',
      },
      received_time: '2026-08-01T12:00:00.000Z',
      type: 'HTTP',
    },
  });
});

test('a callback that does not come is a TimeoutError', async () => {
  assert.deepEqual(await resultOf(callback), ['TimeoutError']);
});
