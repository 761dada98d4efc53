import { fail, ok, type Result } from '../kernel/result.ts';

/** What a person filled in. */
export type Form = {
  /** Without blanks around it; empty when the field is not there. */
  readonly text: (name: string) => string;
  readonly all: (name: string) => readonly string[];
};

export const EMPTY_FORM: Form = { text: () => '', all: () => [] };

const FIELDS_MAX = 200;

/** Reads the body of a form; U+0000 is in no text of a person [RELIABILITY 7.2]. */
export function parseForm(contentType: string | undefined, body: Buffer): Result<Form, string> {
  const [type = ''] = (contentType ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    return fail('The form came as another kind of data than forms are.');
  }
  const fields = new URLSearchParams(body.toString('utf8'));
  if (fields.size > FIELDS_MAX) return fail('The form has too many fields.');
  if ([...fields].some(([name, value]) => (name + value).includes('\0'))) {
    return fail('The form holds a character that cannot be kept.');
  }
  return ok({
    text: (name) => (fields.get(name) ?? '').trim(),
    all: (name) => fields.getAll(name).map((value) => value.trim()),
  });
}
