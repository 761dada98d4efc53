import type { Parties } from './directory/index.ts';
import { hl7v3Denial } from './gateways/hl7v3/index.ts';
import type { HttpResponse } from './platform/http.ts';
import type { Log } from './platform/log.ts';

const TOLD_EVERY_MS = 60_000; // of one certificate: whoever is refused tries again and again

/** What is said to a system whose certificate has ended or was revoked, and to the operator by the log [RELIABILITY F25]. */
export function refusalOfLapsed(
  { lapsed }: Pick<Parties, 'lapsed'>,
  log: Log,
): (certificate: Buffer) => Promise<HttpResponse | null> {
  const told = new Map<string, number>();
  return async (certificate) => {
    const found = await lapsed(certificate);
    if (found === null) return null;
    const { serial, partyKey, asids, why, since } = found;
    const asid = asids[0] ?? null;
    const now = performance.now();
    if (now - (told.get(serial) ?? -Infinity) >= TOLD_EVERY_MS) {
      told.set(serial, now);
      log({
        event: 'certificate-refused',
        outcome: why,
        certificate: `message handler ${partyKey}, serial number ${serial}`,
        endsAt: since.toISOString(),
        asid,
      });
    }
    const words = `the client certificate ${serial} ${WORDS[why]} at ${since.toISOString()}`;
    return hl7v3Denial(asid, `${words}; ${REMEDY}`);
  };
}

const WORDS = { ended: 'ended', revoked: 'was revoked' };
const REMEDY = 'whoever runs this Spine issues another (spine cert issue)';
