const PING_MS = 1_500;

/**
 * Whether a server of ours answers there at all, be it that it is not ready. Which process it is,
 * the state file has told us already.
 */
export async function answersPing(url: string): Promise<boolean> {
  return (await statusAt(`${url}/_ping`)) !== null;
}

/** The HTTP status of an address; null when nothing answers in time. */
export async function statusAt(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PING_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
