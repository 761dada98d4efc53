import { randomUUID } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import type { MessageHandler } from '../endpoints/index.ts';
import type { Ask } from './ask.ts';
import { intermediaryOf } from './forward.ts';
import type { OutcomeKind } from './outcomes.ts';
import { handlersFor, systemsFor } from './repository.ts';
import { deviceOf, endpointsOf, type Resource } from './resources.ts';

export type Found = Result<Resource[], OutcomeKind>;

/** The accredited systems that were asked for [SDS 1.3]. */
export async function findDevices(database: Database, ask: Ask): Promise<Found> {
  const systems = await systemsFor(database, ask);
  return systems.ok ? ok(systems.value.map((one) => deviceOf(one, newId()))) : systems;
}

/** The message handlers that were asked for; what goes through the Spine has the address of the Spine [SDS 1.3]. */
export async function findEndpoints(
  database: Database,
  spineOds: string,
  ask: Ask,
): Promise<Found> {
  const handlers = await handlersFor(database, ask);
  if (!handlers.ok) return handlers;
  const resources: Resource[] = [];
  for (const handler of handlers.value) {
    const routed = await throughSpine(database, spineOds, handler);
    if (!routed.ok) return routed;
    resources.push(...endpointsOf(routed.value, newId));
  }
  return ok(resources);
}

async function throughSpine(
  database: Database,
  spineOds: string,
  handler: MessageHandler,
): Promise<Result<MessageHandler, OutcomeKind>> {
  const interaction = intermediaryOf(handler.interaction);
  if (interaction === null) return ok(handler);
  const ask = { organisation: spineOds, interaction, partyKey: null, manufacturer: null };
  const intermediaries = await handlersFor(database, ask);
  if (!intermediaries.ok) return intermediaries;
  const [one, other] = intermediaries.value;
  const isClear = one !== undefined && other === undefined && one.endpoints.length === 1;
  return isClear ? ok({ ...handler, endpoints: one.endpoints }) : fail('Failed');
}

/** Random for each answer, so that nobody keeps it [SDS 1.3]. */
export function newId(): string {
  return randomUUID().toUpperCase();
}
