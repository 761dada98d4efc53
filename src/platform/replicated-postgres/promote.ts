import { addressOf, type Layout, otherSite, type Site } from './layout.ts';

const SWITCH_MS = 30_000;

/** A switch in good order: the primary finishes, the other has all and takes over. Answers why not, or null. */
export async function promote(layout: Layout, site: Site): Promise<string | null> {
  const leader = otherSite(site);
  try {
    const response = await fetch(`http://${addressOf(layout, leader, 'patroni')}/switchover`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ leader, candidate: site }),
      signal: AbortSignal.timeout(SWITCH_MS),
    });
    return response.ok ? null : (await response.text()).trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
