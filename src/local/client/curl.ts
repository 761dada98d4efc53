/** The command that sends the same; the token stays out of it, in `$TOKEN`. */
export function curlOf(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
): string {
  const parts = [`curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    // In double quotes, so that the shell puts the token in.
    parts.push(
      name === 'Authorization'
        ? '-H "Authorization: Bearer $TOKEN"'
        : `-H ${quoted(`${name}: ${value}`)}`,
    );
  }
  if (body !== null) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
