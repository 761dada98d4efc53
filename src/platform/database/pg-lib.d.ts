// Of what `pg` exports and `@types/pg` leaves out, what is used here.
declare module 'pg/lib/result.js' {
  import type { FieldDef, QueryResultRow } from 'pg';

  export default class Result {
    addFields(fields: readonly FieldDef[]): void;
    parseRow(fields: readonly (string | null)[]): QueryResultRow;
  }
}

declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(value: unknown): Buffer | string | null };
  export default utils;
}
