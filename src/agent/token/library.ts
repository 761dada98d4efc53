import type { LibraryHandle } from 'koffi';

import { messageOf, Trouble } from '../../platform/trouble.ts';
import { CKF, CKR } from './codes.ts';

const NUMBER = 'unsigned long';
const BYTES = 'void *';
const OUT = '_Out_ unsigned long *';
const INOUT = '_Inout_ unsigned long *';
const TEMPLATE = ['ATTRIBUTE *', NUMBER] as const;

/** Parameters of the functions that are called here; each answers a number, CKR_OK or what is wrong. */
const FUNCTIONS = {
  C_Initialize: ['INITIALIZE *'],
  C_GetSlotList: ['uint8_t', INOUT, INOUT],
  C_GetTokenInfo: [NUMBER, BYTES],
  C_OpenSession: [NUMBER, NUMBER, BYTES, BYTES, OUT],
  C_CloseSession: [NUMBER],
  C_Login: [NUMBER, NUMBER, BYTES, NUMBER],
  C_Logout: [NUMBER],
  C_InitPIN: [NUMBER, BYTES, NUMBER],
  C_FindObjectsInit: [NUMBER, ...TEMPLATE],
  C_FindObjects: [NUMBER, INOUT, NUMBER, OUT],
  C_FindObjectsFinal: [NUMBER],
  C_GetAttributeValue: [NUMBER, NUMBER, '_Inout_ ATTRIBUTE *', NUMBER],
  C_CreateObject: [NUMBER, ...TEMPLATE, OUT],
  C_DestroyObject: [NUMBER, NUMBER],
  C_GenerateKeyPair: [NUMBER, 'MECHANISM *', ...TEMPLATE, ...TEMPLATE, OUT, OUT],
  C_SignInit: [NUMBER, 'MECHANISM *', NUMBER],
  C_Sign: [NUMBER, BYTES, NUMBER, BYTES, INOUT],
} as const;
export type FunctionName = keyof typeof FUNCTIONS;

/** A PKCS#11 library in this process; a call throws CryptokiError unless it is answered with OK [PKCS11 v2.40]. */
export type Library = {
  /** Of a number of the interface, on this kind of machine. */
  readonly ulongBytes: number;
  now(name: FunctionName, ...values: readonly unknown[]): void;
  /** A chip takes a second for some calls: in that time the process goes on. */
  inBackground(name: FunctionName, ...values: readonly unknown[]): Promise<void>;
};

/** What the library of a card answered instead of OK. */
export class CryptokiError extends Error {
  readonly code: number;

  constructor(call: string, code: number) {
    super(`${call} answered 0x${code.toString(16)}`);
    this.code = code;
  }
}

type Koffi = typeof import('koffi');
type KoffiFunction = ReturnType<LibraryHandle['func']>;

/** Loads it and makes it ready; throws Trouble. */
export async function loadLibrary(path: string): Promise<Library> {
  const koffi = await theKoffi();
  try {
    const library = libraryWith(koffi, callsOf(koffi, path));
    initialize(library);
    return library;
  } catch (error) {
    throw new Trouble(
      `the PKCS#11 library ${path} cannot be used: ${messageOf(error)}`,
      'name the library that came with the card or its reader with --module',
    );
  }
}

function initialize(library: Library): void {
  try {
    library.now('C_Initialize', { flags: CKF.OS_LOCKING_OK });
  } catch (error) {
    const isDone = error instanceof CryptokiError && error.code === ALREADY_INITIALIZED;
    if (!isDone) throw error;
  }
}

const ALREADY_INITIALIZED: number = CKR.CRYPTOKI_ALREADY_INITIALIZED;

function libraryWith(koffi: Koffi, calls: (name: FunctionName) => KoffiFunction): Library {
  return {
    ulongBytes: koffi.sizeof(NUMBER),
    now: (name, ...values) => check(name, Number(calls(name)(...values))),
    inBackground: async (name, ...values) => check(name, await background(calls(name), values)),
  };
}

function check(name: string, code: number): void {
  if (code !== CKR.OK) throw new CryptokiError(name, code);
}

function background(call: KoffiFunction, values: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...values, (error: unknown, code: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(Number(code));
    });
  });
}

/** Each function of the library is looked for when it is first called: old ones lack some that nobody here needs. */
function callsOf(koffi: Koffi, path: string): (name: FunctionName) => KoffiFunction {
  if (!areTypesDefined) defineTypes(koffi);
  areTypesDefined = true;
  const library = koffi.load(path);
  const known = new Map<string, KoffiFunction>();
  return (name) => {
    const call = known.get(name) ?? library.func(name, NUMBER, [...FUNCTIONS[name]]);
    known.set(name, call);
    return call;
  };
}

/** Kept once by koffi for the process, under these names. */
function defineTypes(koffi: Koffi): void {
  const ulong = 'unsigned long';
  // Windows packs the structures of this interface without gaps (PKCS#11 v2.40, 2.1).
  const struct = process.platform === 'win32' ? koffi.pack : koffi.struct;
  struct('ATTRIBUTE', { type: ulong, value: 'void *', length: ulong });
  struct('MECHANISM', { mechanism: ulong, parameter: 'void *', length: ulong });
  struct('INITIALIZE', {
    createMutex: 'void *',
    destroyMutex: 'void *',
    lockMutex: 'void *',
    unlockMutex: 'void *',
    flags: ulong,
    reserved: 'void *',
  });
}

let areTypesDefined = false;

/** An optional package: no server needs it, and a kind of machine for which there is none still runs everything else. */
async function theKoffi(): Promise<Koffi> {
  try {
    return await import('koffi');
  } catch {
    throw new Trouble(
      'there is no package koffi for this kind of machine, which speaks with smartcards',
      'run npm ci, or use a card whose keys are in a file',
    );
  }
}
