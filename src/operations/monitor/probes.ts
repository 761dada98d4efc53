import { connect } from 'node:tls';

import type { Component, Datacentre } from '../components.ts';
import { messageOf } from '../../platform/trouble.ts';
import type { Step } from './observed.ts';

/** One way through the service, as a user goes it [EXPERIENCE 6.3]. */
export type Journey = {
  /** What it comes through, in order. */
  readonly components: readonly Component[];
  readonly run: (step: RunStep) => Promise<void>;
};

/** Does one step; it has so long, and what it throws ends the journey. */
export type RunStep = <Value>(
  component: Component,
  work: (signal: AbortSignal) => Promise<Value>,
) => Promise<Value>;

/** What a step may say of its failure; anything else may quote a body, and is not kept. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

const STEP_LIMIT_MS = 10_000;

/** Goes all journeys at once; ends whatever becomes of them. */
export async function goJourneys(
  datacentre: Datacentre,
  journeys: readonly Journey[],
  limitMs = STEP_LIMIT_MS,
): Promise<Step[]> {
  const gone = await Promise.all(journeys.map((journey) => go(datacentre, journey, limitMs)));
  return gone.flat();
}

async function go(datacentre: Datacentre, journey: Journey, limitMs: number): Promise<Step[]> {
  const steps: Step[] = [];
  const step: RunStep = async (component, work) => {
    const begun = performance.now();
    const note = (outcome: Step['outcome'], detail: string | null): void => {
      const elapsedMs = Math.round(performance.now() - begun);
      steps.push({ component, datacentre, outcome, elapsedMs, detail });
    };
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new StepLate()), limitMs);
    try {
      const value = await Promise.race([work(limit.signal), rejected(limit.signal)]);
      note('ok', null);
      return value;
    } catch (error) {
      note(limit.signal.aborted ? 'late' : 'failed', detailOf(error));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    await journey.run(step);
  } catch {
    // The step that failed is noted; those behind it were not reached.
  }
  const reached = new Set(steps.map(({ component }) => component));
  const missed = journey.components.filter((component) => !reached.has(component));
  const notReached = missed.map((component) => ({
    component,
    datacentre,
    outcome: 'not-reached' as const,
    elapsedMs: 0,
    detail: null,
  }));
  return [...steps, ...notReached];
}

class StepLate extends Error {}

/** Also for work that does not listen to its signal: a step that hangs ends all the same. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new StepLate()), { once: true });
  });
}

function detailOf(error: unknown): string {
  if (error instanceof StepLate) return 'no answer in time';
  if (error instanceof StepFailed) return error.message;
  const cause = error instanceof Error ? error.cause : undefined;
  return error instanceof TypeError ? `no connection: ${messageOf(cause ?? '')}` : 'failed';
}

/** That the door of HL7 V3 answers: who shows no certificate gets no further than its handshake. */
export function transportJourney(url: string): Journey {
  return {
    components: ['transport'],
    run: (step) => step('transport', (signal) => shakeHands(new URL(url), signal)),
  };
}

function shakeHands({ hostname: host, port }: URL, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Nothing is said here, so that nobody has to be who they say.
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
    const end = (): void => {
      socket.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    socket.once('secureConnect', () => {
      end();
      resolve();
    });
    socket.once('error', () => reject(new StepFailed('no handshake')));
  });
}

/** What every datacentre answers without a sign-in, live too. */
export function doorJourneys(url: string): Journey[] {
  return Object.entries(DOORS).flatMap(([component, path]) =>
    path.map((one) => ({
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of DOORS
      components: [component as Component],
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
      run: (step) => step(component as Component, (signal) => look(`${url}${one}`, signal)),
    })),
  );
}

const DOORS: Readonly<Partial<Record<Component, readonly string[]>>> = {
  'sign-in': ['/oauth2/jwks'],
  'send-fhir': ['/fhir-prescribing/_healthcheck'],
  'nominated-download': ['/fhir-dispensing/_healthcheck'],
  overnight: ['/_jobs'],
};

async function look(url: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, { signal });
  await answer.arrayBuffer();
  if (!answer.ok) throw new StepFailed(String(answer.status));
}
