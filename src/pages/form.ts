import { fail, ok, type Result } from '../kernel/result.ts';

/** What a person filled in. */
export type Form = {
  /** Without blanks around it; empty when the field is not there. */
  readonly text: (name: string) => string;
  readonly all: (name: string) => readonly string[];
  /** The bytes of a file; empty when none was chosen. */
  readonly file: (name: string) => Buffer;
};

const NO_BYTES = Buffer.alloc(0);
export const EMPTY_FORM: Form = { text: () => '', all: () => [], file: () => NO_BYTES };

const FIELDS_MAX = 200;

/** Reads the body of a form; U+0000 is in no text of a person [RELIABILITY 7.2]. */
export async function parseForm(
  contentType: string | undefined,
  body: Buffer,
): Promise<Result<Form, string>> {
  const [type = ''] = (contentType ?? '').split(';');
  switch (type.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return formOf([...new URLSearchParams(body.toString('utf8'))], new Map());
    case 'multipart/form-data':
      return parseParts(contentType ?? '', body);
    default:
      return fail('The form came as another kind of data than forms are.');
  }
}

/** A form with a file (RFC 7578). */
async function parseParts(contentType: string, body: Buffer): Promise<Result<Form, string>> {
  const texts: [string, string][] = [];
  const files = new Map<string, Buffer>();
  try {
    const headers = { 'Content-Type': contentType };
    const parts = await new Response(new Uint8Array(body), { headers }).formData();
    for (const [name, value] of parts) {
      if (typeof value === 'string') texts.push([name, value]);
      else files.set(name, Buffer.from(await value.arrayBuffer()));
    }
  } catch {
    return fail('The form came in parts that cannot be told from each other.');
  }
  return formOf(texts, files);
}

function formOf(
  texts: readonly (readonly [string, string])[],
  files: ReadonlyMap<string, Buffer>,
): Result<Form, string> {
  if (texts.length + files.size > FIELDS_MAX) return fail('The form has too many fields.');
  if (texts.some(([name, value]) => (name + value).includes('\0'))) {
    return fail('The form holds a character that cannot be kept.');
  }
  const all = (name: string): string[] =>
    texts.filter(([one]) => one === name).map(([, value]) => value.trim());
  return ok({
    text: (name) => all(name)[0] ?? '',
    all,
    file: (name) => files.get(name) ?? NO_BYTES,
  });
}
