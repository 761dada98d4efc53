/** Numbers of the PKCS#11 interface, as far as a card needs them [PKCS11 v2.40]. */
export const CKR = {
  OK: 0x0,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  PIN_LOCKED: 0xa4,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  DEVICE_REMOVED: 0x32,
  SLOT_ID_INVALID: 0x3,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const;

export const CKO = { CERTIFICATE: 0x1, PUBLIC_KEY: 0x2, PRIVATE_KEY: 0x3 } as const;

export const CKA = {
  CLASS: 0x0,
  TOKEN: 0x1,
  PRIVATE: 0x2,
  LABEL: 0x3,
  VALUE: 0x11,
  CERTIFICATE_TYPE: 0x80,
  ISSUER: 0x81,
  SERIAL_NUMBER: 0x82,
  KEY_TYPE: 0x100,
  SUBJECT: 0x101,
  ID: 0x102,
  SENSITIVE: 0x103,
  SIGN: 0x108,
  VERIFY: 0x10a,
  MODULUS: 0x120,
  MODULUS_BITS: 0x121,
  PUBLIC_EXPONENT: 0x122,
  EXTRACTABLE: 0x162,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const;

export const CKK = { RSA: 0x0, EC: 0x3 } as const;

export const CKM = {
  RSA_PKCS_KEY_PAIR_GEN: 0x0,
  SHA1_RSA_PKCS: 0x6,
  SHA256_RSA_PKCS: 0x40,
  EC_KEY_PAIR_GEN: 0x1040,
  ECDSA: 0x1041,
} as const;

export const CKU = { SO: 0, USER: 1 } as const;

/** CKF_TOKEN_INITIALIZED of a token, CKF_RW_SESSION and CKF_SERIAL_SESSION of a session, CKF_OS_LOCKING_OK of a library. */
export const CKF = {
  TOKEN_INITIALIZED: 0x400,
  RW_SESSION: 0x2,
  SERIAL_SESSION: 0x4,
  OS_LOCKING_OK: 0x2,
} as const;

/** The object identifier of the curve P-256, in DER. */
export const P256 = Buffer.from('06082a8648ce3d030107', 'hex');
