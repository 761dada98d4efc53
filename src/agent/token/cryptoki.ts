import { CKF } from './codes.ts';
import { CryptokiError, type Library, loadLibrary } from './library.ts';

export type Attribute = readonly [type: number, value: Buffer | boolean | number];

/** The calls of a PKCS#11 library that a card needs; each throws CryptokiError unless it is done [PKCS11 v2.40]. */
export type Cryptoki = {
  /** Those with a token in them. */
  slots(): readonly number[];
  tokenInfo(slot: number): TokenInfo;
  openSession(slot: number): number;
  closeSession(session: number): void;
  login(session: number, user: number, pin: string): Promise<void>;
  logout(session: number): void;
  initPin(session: number, pin: string): Promise<void>;
  find(session: number, template: readonly Attribute[]): readonly number[];
  /** Null: the object has no such attribute, or does not tell it. */
  attribute(session: number, object: number, type: number): Buffer | null;
  create(session: number, template: readonly Attribute[]): void;
  destroy(session: number, object: number): void;
  generateKeyPair(session: number, wanted: KeyPairWanted): Promise<void>;
  sign(session: number, signing: Signing): Promise<Buffer>;
};

export type TokenInfo = {
  readonly label: string;
  readonly manufacturer: string;
  readonly serial: string;
  readonly isInitialized: boolean;
};

export type KeyPairWanted = {
  readonly mechanism: number;
  readonly publicKey: readonly Attribute[];
  readonly privateKey: readonly Attribute[];
};

export type Signing = {
  readonly key: number;
  readonly mechanism: number;
  readonly data: Buffer;
};

const loaded = new Map<string, Promise<Cryptoki>>();

/** The library of a kind of card, `/usr/lib/softhsm/libsofthsm2.so`; a process loads each once. Throws Trouble. */
export function loadCryptoki(path: string): Promise<Cryptoki> {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const made = loadLibrary(path).then(cryptokiWith);
  loaded.set(path, made);
  return made;
}

function cryptokiWith(library: Library): Cryptoki {
  const { ulongBytes } = library;
  const template = (attributes: readonly Attribute[]): readonly object[] =>
    attributes.map((attribute) => encoded(attribute, ulongBytes));
  return {
    slots: () => slotsOf(library),
    tokenInfo: (slot) => {
      const bytes = Buffer.alloc(TOKEN_INFO_BYTES);
      library.now('C_GetTokenInfo', slot, bytes);
      return tokenInfoIn(bytes, ulongBytes);
    },
    openSession: (slot) => {
      const session = [0];
      library.now('C_OpenSession', slot, CKF.RW_SESSION | CKF.SERIAL_SESSION, null, null, session);
      return first(session);
    },
    closeSession: (session) => library.now('C_CloseSession', session),
    login: (session, user, pin) => library.inBackground('C_Login', session, user, ...pinOf(pin)),
    logout: (session) => library.now('C_Logout', session),
    initPin: (session, pin) => library.inBackground('C_InitPIN', session, ...pinOf(pin)),
    find: (session, wanted) => find(library, session, template(wanted)),
    attribute: (session, object, type) => attribute(library, session, { object, type }),
    create: (session, wanted) =>
      library.now('C_CreateObject', session, ...counted(template(wanted)), [0]),
    destroy: (session, object) => library.now('C_DestroyObject', session, object),
    generateKeyPair: (session, { mechanism, publicKey, privateKey }) => {
      const both = [...counted(template(publicKey)), ...counted(template(privateKey))];
      return library.inBackground(
        'C_GenerateKeyPair',
        session,
        mechanismOf(mechanism),
        ...both,
        [0],
        [0],
      );
    },
    sign: async (session, { key, mechanism, data }) => {
      library.now('C_SignInit', session, mechanismOf(mechanism), key);
      const signature = Buffer.alloc(SIGNATURE_MAX_BYTES);
      const length = [signature.length];
      await library.inBackground('C_Sign', session, data, data.length, signature, length);
      return signature.subarray(0, first(length));
    },
  };
}

function pinOf(pin: string): readonly [Buffer, number] {
  const bytes = Buffer.from(pin);
  return [bytes, bytes.length];
}

function counted(template: readonly object[]): readonly [readonly object[], number] {
  return [template, template.length];
}

function mechanismOf(mechanism: number): object {
  return { mechanism, parameter: null, length: 0 };
}

const SIGNATURE_MAX_BYTES = 1024; // of RSA with 8192 bits
const FOUND_MAX = 64;
const TOKEN_INFO_BYTES = 512; // of CK_TOKEN_INFO about 200

const TOKEN_PRESENT = 1;

function slotsOf(library: Library): readonly number[] {
  const count = [0];
  library.now('C_GetSlotList', TOKEN_PRESENT, null, count);
  const slots = Array.from({ length: first(count) }, () => 0);
  if (slots.length === 0) return [];
  const listed = [slots.length];
  library.now('C_GetSlotList', TOKEN_PRESENT, slots, listed);
  return slots.slice(0, first(listed)).map(Number);
}

/** CK_TOKEN_INFO begins with texts of fixed width: label 32, manufacturer 32, model 16, serial number 16; then flags. */
function tokenInfoIn(bytes: Buffer, ulongBytes: number): TokenInfo {
  const text = (from: number, to: number): string => bytes.toString('utf8', from, to).trimEnd();
  const flags = bytes.readUIntLE(96, Math.min(ulongBytes, 6));
  return {
    label: text(0, 32),
    manufacturer: text(32, 64),
    serial: text(80, 96),
    isInitialized: (flags & CKF.TOKEN_INITIALIZED) !== 0,
  };
}

function find(library: Library, session: number, wanted: readonly object[]): readonly number[] {
  library.now('C_FindObjectsInit', session, ...counted(wanted));
  try {
    const objects = Array.from({ length: FOUND_MAX }, () => 0);
    const count = [0];
    library.now('C_FindObjects', session, objects, FOUND_MAX, count);
    return objects.slice(0, first(count)).map(Number);
  } finally {
    library.now('C_FindObjectsFinal', session);
  }
}

function attribute(
  library: Library,
  session: number,
  { object, type }: { readonly object: number; readonly type: number },
): Buffer | null {
  const asked = [{ type, value: null, length: 0 }];
  try {
    library.now('C_GetAttributeValue', session, object, asked, 1);
    const value = Buffer.alloc(first(asked.map(({ length }) => length)));
    library.now('C_GetAttributeValue', session, object, [{ type, value, length: value.length }], 1);
    return value;
  } catch (error) {
    if (error instanceof CryptokiError) return null;
    throw error;
  }
}

function encoded([type, given]: Attribute, ulongBytes: number): object {
  const value = Buffer.isBuffer(given) ? given : bytesOf(given, ulongBytes);
  return { type, value, length: value.length };
}

function bytesOf(given: boolean | number, ulongBytes: number): Buffer {
  if (typeof given === 'boolean') return Buffer.from([given ? 1 : 0]);
  const bytes = Buffer.alloc(ulongBytes);
  bytes.writeUInt32LE(given);
  return bytes;
}

function first(list: readonly unknown[]): number {
  return Number(list[0]);
}
