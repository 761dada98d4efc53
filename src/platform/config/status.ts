/** Null: this process knows of no status site. */
export function statusOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): { readonly url: string; readonly key: string | null } | null {
  const url = (env['OPENSPINE_STATUS_URL'] ?? '').replace(/\/+$/, '');
  if (url === '') return null;
  if (!/^https?:\/\/[^?#\s]+$/.test(url)) {
    problems.push('OPENSPINE_STATUS_URL must be an address such as https://status.example');
  }
  return { url, key: env['OPENSPINE_STATUS_KEY'] || null };
}
