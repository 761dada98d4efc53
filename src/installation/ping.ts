const PING_MS = 1_500;

/** Whether something that speaks HTTP answers 200 at `/_ping` there. */
export async function answersPing(url: string): Promise<boolean> {
  return (await statusAt(`${url}/_ping`)) === 200;
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
