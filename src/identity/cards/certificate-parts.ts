import * as asn1js from 'asn1js';

/** Parts of a certificate in DER, as they stand in it. */
export type CertificateParts = {
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
};

/** What objects on a card repeat beside a certificate. Null when it is none. */
export function certificateParts(der: Buffer): CertificateParts | null {
  const { result } = asn1js.fromBER(new Uint8Array(der));
  const [toBeSigned] = below(result);
  const [serial, , issuer, , subject] = below(toBeSigned).filter(
    ({ idBlock }) => idBlock.tagClass === UNIVERSAL,
  );
  if (serial === undefined || issuer === undefined || subject === undefined) return null;
  return { serial: bytesOf(serial), issuer: bytesOf(issuer), subject: bytesOf(subject) };
}

const UNIVERSAL = 1;

function below(block: asn1js.AsnType | undefined): readonly asn1js.AsnType[] {
  return block instanceof asn1js.Constructed ? block.valueBlock.value : [];
}

function bytesOf(block: asn1js.AsnType): Buffer {
  return Buffer.from(block.valueBeforeDecodeView);
}
