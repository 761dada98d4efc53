import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a request shows the key that datacentres have; where there is none, nobody is heard. */
export function showsKey(
  { headers }: { readonly headers: Readonly<Record<string, string | undefined>> },
  key: string | null,
): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const shown = digest(headers['authorization'] ?? '');
  return key !== null && timingSafeEqual(shown, digest(`Bearer ${key}`));
}
