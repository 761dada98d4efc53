import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import {
  INTERACTIONS,
  isReadableXml,
  ownInteraction,
  readOrderMessage,
} from '../../prescriptions/rules.ts';
import { MESSAGE_MAX_BYTES } from '../fold/payloads.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Row } from '../lx1/tables.ts';
import { type Judge, judgeHere } from '../signatures/judge.ts';
import * as repository from './repository.ts';

/** Where the bytes of messages lie: in the export, in the folder of the feed if it was named, else as they are kept here. */
export type Places = {
  readonly reads: repository.Reads;
  readonly dump: Pick<Dump, 'manifest' | 'folder'>;
  readonly feed: string | null;
};

/**
 * Whether a machine may not hand out an order, by the bytes that the old store's own rows name: straight from these, by
 * nothing that the loader uses [MIGRATION 4, D20].
 */
export class DamageShown {
  readonly #places: Places;
  #judge: Promise<Judge | null> | null = null;

  constructor(places: Places) {
    this.#places = places;
  }

  async isShownOf({ place, rows }: Group): Promise<boolean> {
    const [prescription] = rows.PRESCRIPTION;
    const texts = new Map<string, Buffer>();
    for (const { row } of rows.MESSAGE) {
      const bytes = await this.#bytesOf(row);
      if (createHash('sha256').update(bytes).digest('hex') !== row.SHA256) return true;
      texts.set(row.MSG_ID, bytes);
    }
    if (prescription === undefined) return false;
    const taken = rows.MESSAGE.filter(({ row }) => row.OUTCOME === 'accepted');
    if (taken.some(({ row }) => !isReadableXml(texts.get(row.MSG_ID) ?? NO_BYTES))) return true;
    const { PARENT_MSG_ID: orderId } = prescription.row;
    const came = rows.MESSAGE.find(({ row }) => row.MSG_ID === orderId)?.row;
    const bytes = texts.get(orderId);
    if (came === undefined || bytes === undefined) return true;
    const order = readOrderMessage(bytes);
    if (ownInteraction(came.INTERACTION) !== INTERACTIONS.create || !order.ok) return true;
    const items = new Set(rows.ITEM.map(({ row }) => row.ITEM_ID.trim().toUpperCase()));
    const isOther = order.value.items.some(({ id }) => !items.has(id.trim().toUpperCase()));
    if (isOther || order.value.shortFormId.trim().toUpperCase().slice(0, -1) !== place) return true;
    const [because] = (await (await this.#judgeOf())?.([bytes])) ?? [];
    return (because ?? null) !== null;
  }

  /** By the authorities that the store goes by; null while signatures are not judged. */
  #judgeOf(): Promise<Judge | null> {
    const { reads, dump } = this.#places;
    this.#judge ??= repository
      .authorities(reads, dump.manifest.exportId)
      .then((authorities) => (authorities === null ? null : judgeHere(authorities)));
    return this.#judge;
  }

  async #bytesOf({ PAYLOAD_FILE: name, OFFSET, LENGTH, MSG_ID }: Row<'MESSAGE'>): Promise<Buffer> {
    const { reads, dump, feed } = this.#places;
    const isOfExport = dump.manifest.files.some((file) => file.name === name);
    const folder = isOfExport ? dump.folder : feed;
    if (folder === null) return repository.bodyOf(reads, MSG_ID);
    const path = join(folder, name);
    const length = Number(LENGTH);
    if (!FILE.test(name) || !existsSync(path) || !(length >= 0 && length <= MESSAGE_MAX_BYTES)) {
      return NO_BYTES;
    }
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(
        Buffer.alloc(length),
        0,
        length,
        Number(OFFSET),
      );
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

const FILE = /^[\w.-]+\.bin$/;
const NO_BYTES = Buffer.alloc(0);
