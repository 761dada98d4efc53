import { fail, ok, type Result } from '../../kernel/result.ts';

/** The fields of one line; quoted or not, a quote within a quoted one is doubled. */
export function readCsvLine(line: string): Result<string[], string> {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = line[at] === '"' ? quoted(line, at + 1) : plain(line, at);
    if (field === null) return fail('a quote is not where it belongs');
    fields.push(field.text);
    at = field.end;
    if (at === line.length) return ok(fields);
    if (line[at] !== ',') return fail('a quote is not where it belongs');
    at += 1;
  }
}

type Field = { readonly text: string; readonly end: number };

function plain(line: string, at: number): Field | null {
  const comma = line.indexOf(',', at);
  const end = comma === -1 ? line.length : comma;
  const text = line.slice(at, end);
  return text.includes('"') ? null : { text, end };
}

function quoted(line: string, from: number): Field | null {
  let end = from;
  for (;;) {
    end = line.indexOf('"', end);
    if (end === -1) return null;
    if (line[end + 1] !== '"') break;
    end += 2;
  }
  return { text: line.slice(from, end).replaceAll('""', '"'), end: end + 1 };
}
