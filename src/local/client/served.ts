import { Busy } from '../../platform/admission.ts';

/** An answer of a datacentre; throws `Busy` where it was 503: nothing was done, and the same may be asked again. */
export async function served(answer: Promise<Response>): Promise<Response> {
  const come = await answer;
  if (come.status !== 503) return come;
  await come.arrayBuffer();
  throw new Busy('the datacentre serves nobody now, or too many ask it');
}
