import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { textAt } from '../client/json.ts';
import { suppliedItem } from '../journey.ts';
import { PATIENTS } from '../patients.ts';
import { PERSONAS } from '../personas.ts';
import {
  cancel,
  claim,
  dispense,
  newShortFormId,
  order,
  releaseNominated,
  releasePatient,
  returnTask,
  withSignature,
} from '../sample-messages/index.ts';
import { PATHS } from '../verbs/session.ts';
import { nominatedIn, nominationPatches } from '../nomination-patch.ts';
import type { Component } from '../../operations/components.ts';
import { type Journey, type RunStep, StepFailed } from '../../operations/monitor/probes.ts';
import type { ProbeClient } from './client.ts';

const { probePrescriber: prescriber, probeDispenser: dispenser } = PERSONAS;
const patient = PATIENTS.probe;
const { nhsNumber } = patient;

/** What everybody begins with [EXPERIENCE 6.3]. */
export function signInJourney(client: ProbeClient): Journey {
  return {
    components: ['sign-in'],
    run: async (step) => {
      await step('sign-in', async (signal) => {
        await client.signIn(prescriber, signal);
        await client.signIn(dispenser, signal);
      });
    },
  };
}

/** What nobody waits for: whether it is in time, each datacentre says of itself. */
export function overnightJourney(client: ProbeClient): Journey {
  return {
    components: ['overnight'],
    run: async (step) => {
      await step('overnight', client.jobs);
    },
  };
}

/** What those do who are signed in: of an organisation and a patient that are nobody's. Not reached while nobody is. */
export function workJourneys(client: ProbeClient, at: Date): Journey[] {
  const all = [
    supplied(client, at),
    returned(client, at),
    overHl7(client, at),
    nominating(client),
    looking('demographics', client, `/personal-demographics/FHIR/R4/Patient/${nhsNumber}`),
    directory(client),
    // Who is signed in is still known: nothing is found, and nobody is refused.
    looking('sessions', client, `${PATHS.track}?focus:identifier=${unknownId()}`),
  ];
  return all.map(({ components, run }) => ({
    components,
    run: async (step) => (client.isSignedIn() ? run(step) : undefined),
  }));
}

function unknownId(): string {
  return newShortFormId(prescriber.organisation.ods, Math.random);
}

function directory(client: ProbeClient): Journey {
  return {
    components: ['directory'],
    run: async (step) => {
      await step('directory', async (signal) => {
        const apikey = await client.applicationKey(signal);
        const path = `/spine-directory/FHIR/R4/Device?organization=${ODS}|${prescriber.organisation.ods}&identifier=${INTERACTION}|urn:nhs:names:services:mm:PORX_IN020101UK31`;
        return client.get({ as: prescriber, path, headers: { apikey } }, signal);
      });
    },
  };
}

const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';
const INTERACTION = 'https://fhir.nhs.uk/Id/nhsServiceInteractionId';

function looking(component: Component, client: ProbeClient, path: string): Journey {
  const run: Journey['run'] = async (step) => {
    await step(component, (signal) => client.get({ as: prescriber, path }, signal));
  };
  return { components: [component], run };
}

const TAKEN_AT_THE_OTHER_MS = 500;

/** Prepare, sign, send, nominated download, dispense, claim, track. */
function supplied(client: ProbeClient, at: Date): Journey {
  return {
    components: ['signing', 'send-fhir', 'nominated-download', 'dispense', 'claim', 'tracker'],
    run: async (step) => {
      const sent = await send(step, client, at, dispenser.organisation.ods);
      const requestId = randomUUID();
      await step('nominated-download', async (signal) => {
        const body = releaseNominated({ requestId, dispenser });
        const answer = await client.post({ as: dispenser, path: PATHS.release, body }, signal);
        // The same pharmacy asks from the other datacentre at the same time, and may be having it.
        const isHere = JSON.stringify(answer).includes(sent.ids.shortFormId);
        if (!isHere) await pause(TAKEN_AT_THE_OTHER_MS);
      });
      const told = {
        ...sent.ids,
        dispenser,
        nhsNumber,
        outcome: 'Dispensed',
        items: [sent.item],
      } as const;
      await step('dispense', (signal) => {
        const handed = { ...told, releaseId: requestId, handedOverAt: at };
        const messageId = randomUUID();
        const body = dispense({ ...handed, messageId });
        return client.post({ as: dispenser, path: PATHS.dispense, body, messageId }, signal);
      });
      await step('claim', (signal) => {
        const messageId = randomUUID();
        const body = claim({ ...told, messageId, createdAt: at });
        return client.post({ as: dispenser, path: PATHS.claim, body, messageId }, signal);
      });
      await step('tracker', (signal) => {
        const path = `${PATHS.track}?focus:identifier=${sent.ids.shortFormId}`;
        return client.get({ as: prescriber, path }, signal);
      });
    },
  };
}

/** Send, download by id, return, download again, return, cancel: nothing stays behind. */
function returned(client: ProbeClient, at: Date): Journey {
  return {
    components: ['download-by-id', 'return-withdraw', 'cancel'],
    run: async (step) => {
      const sent = await send(step, client, at, null);
      const { shortFormId } = sent.ids;
      await downAndBack(step, client, { shortFormId, at });
      await downAndBack(step, client, { shortFormId, at });
      await withdraw(step, client, sent);
    },
  };
}

/** Sent over HL7 V3, and cancelled again. */
function overHl7(client: ProbeClient, at: Date): Journey {
  const { sendHl7 } = client;
  return {
    components: sendHl7 === null ? [] : ['send-hl7v3'],
    run: async (step) => {
      if (sendHl7 === null) return;
      const send: Send = (signed, messageId, signal) =>
        sendHl7({ as: prescriber, path: PATHS.convert, body: signed, messageId }, signal);
      const sent = await sendBy(step, client, {
        at,
        nominated: null,
        component: 'send-hl7v3',
        send,
      });
      await withdraw(step, client, sent);
    },
  };
}

const SITE = 'P2'; // what the other journeys look at stays
const TRIES = 5; // both datacentres do this at the same time

/** The patient nominates somebody for appliances, or nobody any more. */
function nominating(client: ProbeClient): Journey {
  const path = `/personal-demographics/FHIR/R4/Patient/${nhsNumber}`;
  const change = async (signal: AbortSignal): Promise<void> => {
    const found = await client.get({ as: prescriber, path }, signal);
    const headers = { 'if-match': `W/"${textAt(found, 'meta', 'versionId') ?? ''}"` };
    const before = nominatedIn(found, SITE);
    const to = before.place === -1 ? dispenser.organisation.ods : null;
    const body = { patches: nominationPatches(SITE, before, to) };
    await client.patch({ as: prescriber, path, headers, body }, signal);
  };
  return {
    components: ['demographics-update'],
    run: async (step) => {
      await step('demographics-update', async (signal) => {
        for (let tried = 1; ; tried += 1) {
          try {
            await change(signal);
            return;
          } catch (error) {
            const isOvertaken = error instanceof StepFailed && error.message === OVERTAKEN;
            if (!isOvertaken || tried === TRIES) throw error;
          }
        }
      });
    },
  };
}

const OVERTAKEN = '409'; // RESOURCE_VERSION_MISMATCH [PDS 6.4]

async function downAndBack(
  step: RunStep,
  client: ProbeClient,
  { shortFormId, at }: { readonly shortFormId: string; readonly at: Date },
): Promise<void> {
  const requestId = randomUUID();
  await step('download-by-id', (signal) => {
    const body = releasePatient({ requestId, dispenser, shortFormId });
    // A release has no id but that of its request.
    const id = { messageId: requestId, headers: { 'x-request-id': requestId } };
    return client.post({ as: dispenser, path: PATHS.release, body, ...id }, signal);
  });
  await step('return-withdraw', (signal) => {
    const messageId = randomUUID();
    const body = returnTask({
      messageId,
      shortFormId,
      releaseId: requestId,
      nhsNumber,
      reason: '0003',
      dispenser,
      authoredAt: at,
    });
    return client.post({ as: dispenser, path: PATHS.task, body, messageId }, signal);
  });
}

type Sent = Awaited<ReturnType<typeof sendBy>>;

async function withdraw(step: RunStep, client: ProbeClient, { order: sent, item }: Sent) {
  await step('cancel', (signal) => {
    const messageId = randomUUID();
    const about = { order: sent, item, canceller: prescriber } as const;
    const body = cancel({ ...about, messageId, reason: '0001' });
    return client.post({ as: prescriber, path: PATHS.prescribe, body, messageId }, signal);
  });
}

function send(step: RunStep, client: ProbeClient, at: Date, nominated: string | null) {
  const post: Send = (body, messageId, signal) =>
    client.post({ as: prescriber, path: PATHS.prescribe, body, messageId }, signal);
  return sendBy(step, client, { at, nominated, component: 'send-fhir', send: post });
}

type Send = (signed: object, messageId: string, signal: AbortSignal) => Promise<unknown>;

type Sending = {
  readonly at: Date;
  readonly nominated: string | null;
  readonly component: Component;
  readonly send: Send;
};

/** Signed as a prescriber signs. */
async function sendBy(step: RunStep, client: ProbeClient, sending: Sending) {
  const { at, nominated, component, send: post } = sending;
  const shortFormId = newShortFormId(prescriber.organisation.ods, Math.random);
  const ids = { shortFormId, longFormId: randomUUID(), course: 'acute' } as const;
  const item = suppliedItem();
  const sent = { ...ids, prescriber, patient, nominated, items: [item], authoredAt: at };
  const messageId = randomUUID();
  const unsigned = order({ ...sent, messageId });
  const signature = await step('signing', async (signal) => {
    const prepared = await client.post(
      { as: prescriber, path: PATHS.prepare, body: unsigned },
      signal,
    );
    return client.sign(textAt(prepared, 'parameter', 0, 'valueString') ?? '', signal);
  });
  await step(component, (signal) => post(withSignature(unsigned, signature), messageId, signal));
  return { ids, item, order: sent };
}
