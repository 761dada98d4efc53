import { type Command, type Invocation, isSet, textOption } from '../cli/command.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Client } from './client/client.ts';
import { scenarioCommand } from './drill/cli.ts';
import { clientCommand, type Report } from './client/command.ts';
import type { Failure } from './client/failure.ts';
import { at, listAt, parseJson, textAt } from './client/json.ts';
import { populationCommands } from './population/cli.ts';

/** What only a test installation has: its people, tokens for them, a clock that can be set, invented patients. */
export function localCommands(): readonly Command[] {
  return [
    who,
    token,
    clock,
    clockSet,
    clockAdvance,
    clockFreeze,
    clockReal,
    scenarioCommand,
    ...populationCommands,
  ];
}

const who = clientCommand({
  name: 'who',
  summary: 'list the people of the test system and what each may do',
  options: [],
  examples: [
    { line: 'spine who', explanation: 'everybody, a line each' },
    { line: 'spine who -o json', explanation: 'the same with user ids, role profiles and scopes' },
    {
      line: 'spine who --at http://127.0.0.1:4401',
      explanation: 'the people that datacentre B knows',
    },
  ],
  async work(_invocation, client) {
    const answer = await client.call({ method: 'GET', path: '/_local/personas' });
    if (!answer.ok) return answer;
    const { body } = answer.value;
    const people = Array.isArray(body) ? listAt(body) : listAt(body, 'personas');
    return ok({ text: people.map(personLine).join('\n'), data: people });
  },
});

function personLine(person: unknown): string {
  const name = (textAt(person, 'name') ?? '').padEnd(17);
  const user = (textAt(person, 'userId') ?? 'application').padEnd(13);
  const organisation =
    textAt(person, 'organisation', 'ods') ?? textAt(person, 'organisation') ?? '';
  return `${name} ${user} ${organisation.padEnd(8)} ${textAt(person, 'display') ?? ''}`;
}

const token = clientCommand({
  name: 'token',
  summary: 'sign a persona or a user in, and print the access token',
  options: [
    { flag: 'app', value: 'application', help: 'through which application, if not their own' },
    { flag: 'scope', value: 'scopes', help: 'only these scopes, with spaces between' },
    { flag: 'decode', help: 'print what the token says instead' },
  ],
  examples: [
    { line: 'TOKEN=$(spine token --as dispenser)', explanation: 'a token for curl' },
    { line: 'spine token --as prescriber --decode', explanation: 'what it says of the prescriber' },
    {
      line: 'spine token --as 656005750104 --app surgery -o json',
      explanation: 'a user by id, through an application; with all that came',
    },
  ],
  async work(invocation, client) {
    const persona = invocation.globals.persona ?? 'prescriber';
    const scope = textOption(invocation, 'scope');
    const application = textOption(invocation, 'app');
    const body = {
      persona,
      ...(application === null ? {} : { application }),
      ...(scope === null ? {} : { scope }),
    };
    const answer = await client.call({ method: 'POST', path: '/_local/token', body });
    if (!answer.ok) return answer;
    const accessToken = textAt(answer.value.body, 'access_token') ?? '';
    if (!isSet(invocation, 'decode')) return ok({ text: accessToken, data: answer.value.body });
    const claims = decode(accessToken);
    return ok({ text: JSON.stringify(claims, null, 2), data: claims });
  },
});

/** Reads a token without checking it. */
function decode(accessToken: string): unknown {
  const [header = '', payload = ''] = accessToken.split('.');
  const read = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString());
  return { header: read(header), payload: read(payload) };
}

const CLOCK_EXAMPLES = [
  { line: 'spine clock', explanation: 'the business time, and whether it stands still' },
  { line: 'spine clock advance 3d', explanation: 'three days later' },
  { line: 'spine clock real', explanation: 'back to the real time' },
] as const;

const SECURITY = {
  flag: 'security',
  help: 'move the time of tokens, sessions and certificates too',
} as const;

const clock = clientCommand({
  name: 'clock',
  summary: 'show the business time',
  options: [],
  examples: CLOCK_EXAMPLES,
  work: async (_invocation, client) => shown(client, await readClock(client)),
});

const clockSet = clientCommand({
  name: 'clock set',
  summary: 'set the business time, which then goes on from there',
  usage: '<iso-instant>',
  options: [{ flag: 'frozen', help: 'let it stand still' }, SECURITY],
  examples: [
    { line: 'spine clock set 2026-03-29T00:30:00Z', explanation: 'just before summer time begins' },
    { line: 'spine clock set 2024-12-09T11:50:04Z --frozen', explanation: 'and stays there' },
    { line: 'spine clock set 2026-01-31T23:59:50Z --security', explanation: 'tokens age with it' },
  ],
  async work(invocation, client) {
    const instant = new Date(invocation.words[0] ?? '');
    if (Number.isNaN(instant.getTime())) {
      return fail({ kind: 'WrongUse', text: 'Give the instant as 2026-03-29T00:30:00Z' });
    }
    return setClock(invocation, client, { instant, frozen: isSet(invocation, 'frozen') });
  },
});

const clockAdvance = clientCommand({
  name: 'clock advance',
  summary: 'move the business time on, and do what falls due on the way',
  usage: '[duration]',
  options: [
    {
      flag: 'to',
      value: 'moment',
      choices: ['next-event'],
      help: 'next-event: when time does something to a prescription next',
    },
    SECURITY,
  ],
  examples: [
    { line: 'spine clock advance 3d', explanation: 'three days' },
    {
      line: 'spine clock advance --to next-event',
      explanation: 'until something becomes ready, expires, is given up or deleted',
    },
    { line: 'spine clock advance 26w', explanation: 'half a year: prescriptions expire' },
  ],
  async work(invocation, client) {
    const state = await readClock(client);
    if (!state.ok) return state;
    const instant = await laterInstant(invocation, client, state.value.instant);
    if (!instant.ok) return instant;
    return setClock(invocation, client, { instant: instant.value, frozen: state.value.frozen });
  },
});

async function laterInstant(
  invocation: Invocation,
  client: Client,
  from: Date,
): Promise<Result<Date, Failure>> {
  const [duration] = invocation.words;
  const isToNext = textOption(invocation, 'to') !== null;
  const durationMs = parseDuration(duration ?? '');
  if (isToNext === (duration !== undefined) || (durationMs === null && !isToNext)) {
    const text = 'Give either the duration as 45s, 90m, 12h, 3d or 26w, or --to next-event';
    return fail({ kind: 'WrongUse', text });
  }
  if (durationMs !== null) return ok(new Date(from.getTime() + durationMs));
  const next = await client.call({ method: 'GET', path: '/_local/clock/next-event' });
  if (!next.ok) return next;
  const instant = textAt(next.value.body, 'instant');
  if (instant !== null) return ok(new Date(instant));
  return fail({ kind: 'WrongUse', text: 'Time brings nothing to any prescription here.' });
}

const clockFreeze = clientCommand({
  name: 'clock freeze',
  summary: 'let the business time stand still where it is',
  options: [SECURITY],
  examples: CLOCK_EXAMPLES,
  async work(invocation, client) {
    const state = await readClock(client);
    if (!state.ok) return state;
    return setClock(invocation, client, { instant: state.value.instant, frozen: true });
  },
});

const clockReal = clientCommand({
  name: 'clock real',
  summary: 'put the business time back to the real time',
  options: [],
  examples: CLOCK_EXAMPLES,
  async work(_invocation, client) {
    const answer = await client.call({
      method: 'PUT',
      path: '/_local/clock',
      body: { real: true },
    });
    return answer.ok ? moved(client, answer.value.body) : answer;
  },
});

type ClockState = { readonly instant: Date; readonly frozen: boolean; readonly body: unknown };

async function readClock(client: Client): Promise<Result<ClockState, Failure>> {
  const answer = await client.call({ method: 'GET', path: '/_local/clock' });
  if (!answer.ok) return answer;
  const { body } = answer.value;
  return ok({
    instant: new Date(textAt(body, 'instant') ?? ''),
    frozen: at(body, 'frozen') === true,
    body,
  });
}

async function setClock(
  invocation: Invocation,
  client: Client,
  state: { readonly instant: Date; readonly frozen: boolean },
): Promise<Result<Report, Failure>> {
  const body = {
    instant: state.instant.toISOString(),
    frozen: state.frozen,
    ...(isSet(invocation, 'security') ? { security: true } : {}),
  };
  invocation.output.progress(`Moving to ${body.instant}; what falls due on the way is done first.`);
  const answer = await client.call({ method: 'PUT', path: '/_local/clock', body });
  return answer.ok ? moved(client, answer.value.body) : answer;
}

/** The time as it is now, and what fell due on the way there, in order. */
async function moved(client: Client, body: unknown): Promise<Result<Report, Failure>> {
  const report = shown(client, await readClock(client));
  if (!report.ok) return report;
  const done = listAt(body, 'done');
  const { text, data } = report.value;
  return ok({ text: [text, ...done.map(dueLine)].join('\n'), data: { clock: data, done } });
}

function dueLine(done: unknown): string {
  const kind = textAt(done, 'kind') ?? '';
  const what = DUE_WORDS[kind] ?? kind;
  const issue = JSON.stringify(at(done, 'issue'));
  return `${textAt(done, 'on') ?? ''}  ${textAt(done, 'prescription') ?? ''}  issue ${issue}  ${what}`;
}

const DUE_WORDS: Readonly<Record<string, string>> = {
  ready: 'became ready',
  expire: 'expired',
  noClaim: 'given up: no claim came',
  delete: 'deleted',
};

function shown(client: Client, state: Result<ClockState, Failure>): Result<Report, Failure> {
  if (!state.ok) return state;
  const { instant, frozen, body } = state.value;
  const manner = at(body, 'real') === true ? 'real time' : frozen ? 'stands still' : 'shifted';
  return ok({ text: `${instant.toISOString()}  ${manner}  ${client.address}`, data: body });
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Whole units only: `3d`. Null for anything else, and for nothing at all: time does not go back by
 * this.
 */
function parseDuration(text: string): number | null {
  const [, amount = '', unit = ''] = /^([1-9]\d{0,5})([smhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? null : Number(amount) * unitMs;
}
