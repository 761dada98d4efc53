import type { AccreditedSystem } from '../../directory/index.ts';
import type { Client } from './client.ts';

/**
 * What applications say of themselves otherwise than the directory does: each ASID is of an accredited system, of that
 * party, which acts for that organisation or for any [SDS 1.4].
 */
export function accreditationFaults(
  clients: readonly Client[],
  systems: readonly AccreditedSystem[],
): string[] {
  return clients.flatMap(({ name, asid, partyKey, organisation }) => {
    if (asid === null) return [];
    const system = systems.find((one) => one.asid === asid);
    if (system === undefined) {
      return [`${name}: no accredited system has ASID ${asid}; spine system import adds it`];
    }
    const { partyKey: known, clientOds } = system;
    return [
      ...(partyKey === null || partyKey === known
        ? []
        : [`${name}: ASID ${asid} is of party ${known}, not ${partyKey}`]),
      ...(organisation === null || clientOds === null || organisation === clientOds
        ? []
        : [`${name}: ASID ${asid} acts for ${clientOds}, not ${organisation}`]),
    ];
  });
}
