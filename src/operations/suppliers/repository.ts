import {
  type AccreditedSystem,
  findOrganisations,
  systemsOfParty,
  systemsWithAsids,
} from '../../directory/index.ts';
import type { Database } from '../../platform/database.ts';
import type { Desk } from '../incidents/desk/order.ts';

/** Of a fault of which nobody was told: whom to ring. */
export async function ringing(
  database: Database,
  { names, told }: Pick<Desk['localFaults'][number], 'names' | 'told'>,
): Promise<readonly string[]> {
  if (told.some(({ sentAt }) => sentAt !== null)) return [];
  const codes = await organisationsBehind(database, names);
  const organisations = await findOrganisations(database, codes);
  if (organisations.length === 0) return ['whoever they are: the directory does not know them'];
  return organisations.map(
    ({ ods, name, telephone }) =>
      `${name} (${ods}), ${telephone ?? 'of whom the directory has no telephone number'}`,
  );
}

/** Who runs the systems, for whom, and who made them. */
async function organisationsBehind(
  database: Database,
  names: readonly string[],
): Promise<readonly string[]> {
  const of = (kind: string): string[] =>
    names.flatMap((name) => (name.startsWith(`${kind}:`) ? [name.slice(kind.length + 1)] : []));
  const systems: AccreditedSystem[] = await systemsWithAsids(database, of('asid'));
  for (const party of of('party')) systems.push(...(await systemsOfParty(database, party)));
  const behind = systems.flatMap(({ ods, clientOds, manufacturerOds }) => [
    ods,
    clientOds,
    manufacturerOds,
  ]);
  return [...new Set([...of('ods'), ...behind])].filter((code) => code !== null);
}
