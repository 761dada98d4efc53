import type { CopyType } from '../../platform/bulk-load.ts';

/** Tables that rows are copied to, in this order, and their columns. */
export const TARGETS = {
  prescription: {
    table: 'prescriptions.prescription',
    columns: {
      prescription_id: 'text',
      version: 'integer',
      status: 'text',
      expires_on: 'date',
      due_on: 'date',
      state: 'json',
      head_hash: 'bytea',
    },
  },
  event: {
    table: 'prescriptions.event',
    columns: {
      prescription_id: 'text',
      number: 'integer',
      kind: 'text',
      at: 'timestamptz',
      message_id: 'uuid',
      data: 'json',
      hash: 'bytea',
    },
  },
  message: {
    table: 'prescriptions.message',
    columns: {
      message_id: 'uuid',
      interaction: 'text',
      received_at: 'timestamptz',
      prescription_ids: 'text[]',
      digest: 'bytea',
      body: 'bytea',
      outcome: 'json',
    },
  },
  queue: {
    table: 'prescriptions.download_queue',
    columns: {
      organisation: 'text',
      prescription_id: 'text',
      issue: 'smallint',
      entry: 'smallint',
      prescribed_at: 'timestamptz',
      available_on: 'date',
      expires_on: 'date',
      entered_at: 'timestamptz',
      entered_by: 'uuid',
      renominated_by: 'text',
      left_at: 'timestamptz',
      left_by: 'uuid',
      left_because: 'text',
    },
  },
  release: {
    table: 'prescriptions.release_before',
    columns: {
      prescription_id: 'text',
      issue: 'smallint',
      organisation: 'text',
      released_at: 'timestamptz',
    },
  },
  patient: {
    table: 'prescriptions.patient_prescription',
    columns: { nhs_number: 'text', prescription_id: 'text' },
  },
  audit: {
    table: 'platform.audit',
    columns: {
      at: 'timestamptz',
      interaction: 'text',
      request_id: 'uuid',
      message_id: 'uuid',
      prescription_id: 'text',
      nhs_number: 'text',
      outcome: 'text',
    },
  },
  sent: {
    table: 'migration.sent',
    columns: { message_id: 'uuid', place: 'text', conversation: 'text', ref_to: 'text' },
  },
  dirty: {
    table: 'migration.dirty',
    columns: { export_id: 'uuid', class: 'text', place: 'text' },
  },
  quarantine: {
    table: 'migration.quarantine',
    columns: {
      export_id: 'uuid',
      part: 'integer',
      table_name: 'text',
      row_number: 'integer',
      class: 'text',
      place: 'text',
      row: 'json',
    },
  },
} as const satisfies Record<string, { table: string; columns: Record<string, CopyType> }>;

export type Target = keyof typeof TARGETS;

export function targets(): Target[] {
  return Object.keys(TARGETS).filter((name): name is Target => name in TARGETS);
}

/** A target as COPY names it. */
export function intoOf(target: Target): string {
  const { table, columns } = TARGETS[target];
  return `${table} (${Object.keys(columns).join(', ')})`;
}
