/** So many of a hundred sign-ins fail at one datacentre of a test installation; null: none does any more. */
export async function setFault(url: string, name: string, signIn: number | null): Promise<void> {
  const order: RequestInit =
    signIn === null
      ? { method: 'DELETE' }
      : { method: 'PUT', body: JSON.stringify({ name, signIn }) };
  const answer = await fetch(`${url}/_local/faults`, order);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no fault could be set at ${url}: ${answer.status} ${text}`);
}
