/**
 * A test build of the Spine: `node --import test-build.ts?bug=B2 bin/spine.ts serve` reads some files of the program
 * with a few words changed, so that a bug is in it, or a place at which it dies. What is changed stands here, beside
 * the tests; the program itself knows of no such thing, so no release can hold one [RELIABILITY 5, C15].
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

import { BUGS_OF_TESTS } from './bugs-of-tests.ts';
import { FAILPOINTS } from './failpoints.ts';
import { type Edit, SEEDED_BUGS } from './seeded-bugs.ts';

export const ROOT = new URL('../../', import.meta.url);

/** What to import for a build with this bug. */
export function buildWith(bug: string): string {
  return `${new URL('test-build.ts', import.meta.url).href}?bug=${bug}`;
}

/** What to import for a build that dies when messages come to a step for the nth time. */
export function buildThatDies(step: string, time: number): string {
  const query = new URLSearchParams({ step, time: String(time) });
  return `${new URL('test-build.ts', import.meta.url).href}?${query.toString()}`;
}

/** What to import for a build that dies of every message with this word in it. */
export function buildThatDiesOf(word: string): string {
  return `${new URL('test-build.ts', import.meta.url).href}?poison=${word}`;
}

/** A file with its words changed; each place that is to be changed must be there, once. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { find, put }) => {
    if (before.split(find).length !== 2) throw new Error(`stands not once in the file: ${find}`);
    return before.replace(find, () => put);
  }, text);
}

function editsOf(query: URLSearchParams): readonly Edit[] {
  const poison = query.get('poison');
  if (poison !== null) return poisonEdits(poison);
  const [bug, step] = [query.get('bug'), query.get('step')];
  const bugs = [...SEEDED_BUGS, ...BUGS_OF_TESTS];
  const found =
    bugs.find((one) => one.number === bug) ?? FAILPOINTS.find((one) => one.step === step);
  if (found === undefined) throw new Error(`no such test build: ${query.toString()}`);
  return found.edits;
}

export function poisonEdits(word: string): readonly Edit[] {
  const file = 'src/gateways/fhir/gateway.ts';
  const find = "const requestId = request.headers['x-request-id'] ?? '';";
  const die = `if (request.body.includes('${word}')) process.kill(process.pid, 'SIGKILL');`;
  return [{ file, find, put: `${die} ${find}` }];
}

const query = new URL(import.meta.url).searchParams;
if (query.size > 0) change(editsOf(query), Number(query.get('time')));

function change(edits: readonly Edit[], time: number): void {
  if (process.env['OPENSPINE_MODE'] === 'live') throw new Error('a live Spine takes no test build');
  countFromReady(time);
  const byFile = Map.groupBy(edits, ({ file }) => new URL(file, ROOT).href);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const here = byFile.get(url);
      if (here === undefined) return loaded;
      const { source } = loaded; // a text: another test build has changed it already
      const text = typeof source === 'string' ? source : readFileSync(new URL(url), 'utf8');
      return { ...loaded, source: edited(text, here) };
    },
  });
}

/** Steps count, and some bugs begin, once the process has said that it is ready: before that it only tries itself. */
function countFromReady(time: number): void {
  let passed = 0;
  let isReady = false;
  const send = process.send?.bind(process);
  process.send = (message: unknown) => {
    isReady = true;
    return send?.(message) ?? false;
  };
  Object.assign(globalThis, {
    isServing: () => isReady,
    failpoint: () => {
      passed += isReady ? 1 : 0;
      if (isReady && passed === time) process.kill(process.pid, 'SIGKILL');
    },
  });
}
