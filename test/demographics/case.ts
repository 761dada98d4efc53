import assert from 'node:assert/strict';

import {
  at,
  copyOf,
  isMap,
  type Json,
  type JsonMap,
  listAt,
  textAt,
} from '../../src/demographics/json.ts';
import { isOutcomeCode, outcomeBody } from '../../src/demographics/outcome.ts';
import { fits, holds, textOf } from './patterns.ts';
import type { Call, Pds } from './spine.ts';
import { edited, madeUp, readyBody, select, valueAt } from './values.ts';

/** Plays one case of the corpus through HTTP; throws at the first step that is not answered as it says. */
export async function play(pds: Pds, one: Json): Promise<void> {
  const vars: JsonMap = {};
  const given = at(one, 'vars');
  for (const [name, value] of Object.entries(isMap(given) ? given : {})) {
    const isMade = typeof value === 'string' && value.startsWith('@');
    vars[name] = isMade ? madeUp(value.slice(1)) : value;
  }
  for (const [place, step] of listAt(one, 'steps').entries()) {
    const answer = await send(pds, textAt(one, 'as'), step, vars);
    const expect = filled(at(step, 'expect') ?? null, vars);
    check(answer, expect, `step ${place}: ${JSON.stringify(at(answer, 'body')).slice(0, 600)}`);
    const save = at(step, 'save');
    for (const [name, path] of Object.entries(isMap(save) ? save : {})) {
      const saved = valueAt(answer, textOf(path));
      if (saved !== undefined) vars[name] = saved;
    }
  }
}

async function send(pds: Pds, as: string, step: Json, vars: JsonMap): Promise<JsonMap> {
  let body = filled(at(step, 'body') ?? null, vars);
  for (const edit of listAt(step, 'edit')) {
    body = edited(body, textAt(edit, 0), filled(at(edit, 1) ?? null, vars));
  }
  const query = Object.entries(mapOf(filled(at(step, 'query') ?? {}, vars)));
  const headers = Object.entries(mapOf(filled(at(step, 'headers') ?? {}, vars)));
  const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const call: Call = {
    as,
    ...(as === 'C:9912003072' ? { vot: 'P5.Cp.Cd' } : {}),
    method: textAt(step, 'do'),
    query: Object.fromEntries(
      query.map(([name, value]) => [name, Array.isArray(value) ? value.map(text) : text(value)]),
    ),
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, value === null ? null : text(value)]),
    ),
    ...(at(step, 'body') === undefined ? {} : { body }),
  };
  const answer = await pds.ask(textAt(filled(at(step, 'path') ?? '', vars)), call);
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: copyOf(answer.body),
  };
}

function mapOf(value: Json): JsonMap {
  return isMap(value) ? value : {};
}

/** With the values of variables and ready bodies in their places. */
function filled(value: Json, vars: JsonMap): Json {
  if (Array.isArray(value)) return value.map((one) => filled(one, vars));
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, filled(one, vars)]),
    );
  }
  if (typeof value !== 'string') return value;
  const ready = /^\$\{f\.(\w+)\}$/.exec(value)?.[1];
  if (ready !== undefined) return readyBody(ready, vars);
  const whole = /^\$\{v\.([^}]+)\}$/.exec(value)?.[1];
  if (whole !== undefined) return valueAt(vars, whole) ?? null;
  return value.replaceAll(/\$\{v\.([^}]+)\}/g, (_all, path: string) => {
    const found = valueAt(vars, path);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function check(answer: JsonMap, expect: Json, where: string): void {
  assert.equal(answer['status'], at(expect, 'status'), where);
  const body = at(expect, 'body');
  if (body !== undefined) assert.ok(fits(answer['body'], body), `body: ${where}`);
  const has = at(expect, 'has');
  if (has !== undefined) assert.ok(holds(answer['body'], has), `has: ${where}`);
  for (const [name, wanted] of Object.entries(mapOf(at(expect, 'headers') ?? {}))) {
    assert.ok(fits(at(answer, 'headers', name), wanted), `header ${name}: ${where}`);
  }
  const error = at(expect, 'error');
  if (error !== undefined) assert.deepEqual(answer['body'], outcomeOf(error), where);
  for (const condition of listAt(expect, 'where')) {
    const [path, operator, wanted] = Array.isArray(condition) ? condition : [];
    assert.ok(
      isTrue(answer, textOf(path), textOf(operator), wanted ?? null),
      `${JSON.stringify(condition)}: ${where}`,
    );
  }
}

function outcomeOf(error: Json): JsonMap {
  const code = textAt(error, 'code');
  if (!isOutcomeCode(code)) throw new Error(`no outcome ${code}`);
  const display = textAt(error, 'display');
  const issue = textAt(error, 'issue');
  const said = at(error, 'diagnostics');
  return outcomeBody({
    code,
    ...(typeof said === 'string' ? { diagnostics: said } : {}),
    ...(said === undefined && USUAL[code] !== undefined ? { diagnostics: USUAL[code] } : {}),
    ...(display === '' ? {} : { display }),
    ...(issue === '' ? {} : { issue }),
  });
}

/** Diagnostics that are always the same, so that a case leaves them out [PDS 3, 9]. */
const USUAL: Readonly<Record<string, string>> = {
  INVALID_METHOD:
    'Your app has insufficient permissions to use this method. Please contact support.',
  PRECONDITION_FAILED:
    'Invalid request with error - If-Match header must be supplied to update this resource',
};

function isTrue(answer: JsonMap, path: string, operator: string, wanted: Json): boolean {
  const value = valueAt(answer, path);
  const { values } = select(answer, path);
  switch (operator) {
    case '==':
      return fits(value, wanted);
    case 'i==':
      return textOf(value).toLowerCase() === textOf(wanted).toLowerCase();
    case 'each==':
      return values.length > 0 && values.every((one) => fits(one, wanted));
    case 'len':
      return Array.isArray(value) && value.length === wanted;
    case 'present':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'contains':
      return Array.isArray(value) ? value.includes(wanted) : textOf(value).includes(textOf(wanted));
    case 'excludes':
      return !values.includes(wanted);
    case 'starts':
      return textOf(value).startsWith(textOf(wanted));
    case 'next':
      return Number(value) === Number(wanted) + 1;
    case '<=':
      return Number(value) <= Number(wanted);
    case '>=':
      return Number(value) >= Number(wanted);
    case 'sortedDesc':
      return values.every((one, place) => place === 0 || Number(values[place - 1]) >= Number(one));
    case 'emptyLines':
      return hasEmptyLines(Array.isArray(value) ? value : []) === wanted;
    default:
      throw new Error(`no operator ${operator}`);
  }
}

function hasEmptyLines(addresses: readonly Json[]): boolean {
  return addresses.some((address) =>
    listAt(address, 'line').some((line) => line === null || line === ''),
  );
}
