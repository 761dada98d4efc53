import { within } from '../../platform/within.ts';
import { type Alongside, duplicateId, unexpected, type WrittenAnswer } from './answer-message.ts';
import { answered, type Desk, type Done, HOLD_MS, type InHand, keyOf, once } from './desk.ts';
import {
  findTransmission,
  isKnownTransmission,
  keepAnswer,
  keepNew,
  type Kept,
  keptAlongside,
  takeIn,
  type Transmission,
} from './repository.ts';

/** The answer in HL7; null when it will be there later. */
export async function takeFacadeMessage(
  desk: Desk,
  transmission: Transmission,
): Promise<string | null> {
  const { database, limits } = desk;
  const inHand = (): InHand | undefined => desk.inHand.get(keyOf(transmission));
  const isFull = inHand() === undefined && desk.inHand.size >= limits.inHandMax;
  if (isFull && (await takeIn(database, transmission, 0))) return null;
  if (inHand()?.digest.equals(transmission.digest) === false) {
    return duplicateId(desk, transmission).xml;
  }
  const done = once(desk, transmission, () =>
    isFull ? answerKnown(desk, transmission) : answerFacade(desk, transmission),
  );
  const answer = await within(done, limits.answerWithinMs);
  if (answer !== null) return answer;
  const late = inHand();
  if (late === undefined || late.isPassing) return done;
  late.isFetched = true;
  await takeIn(database, transmission, HOLD_MS);
  return null;
}

const KEPT_MAX_CHARACTERS = 16_384; // most answers have a tenth of that, releases up to twenty times as many

/**
 * Nearly every message is new: it is done as such, and kept by the statement that has its effect, or
 * behind it. If it is known after all, nothing was done.
 */
async function answerFacade(desk: Desk, transmission: Transmission): Promise<Done> {
  return (await answerNew(desk, transmission)) ?? answerKnown(desk, transmission);
}

/** Null when the id of its transmission is known: who sent that, and what it was answered, is to be read. */
async function answerNew(desk: Desk, transmission: Transmission): Promise<Done> {
  const alongside: Alongside = (answer) =>
    keptAlongside(transmission, { answer, at: desk.clock.now() });
  try {
    const answer = await answered(desk, transmission, alongside);
    if (answer === null) return unexpected(desk, transmission).xml;
    const kept = keptOf(desk, transmission, answer);
    if (answer.kept === null) {
      return (await keepNew(desk.database, transmission, kept)) ? answer.xml : null;
    }
    const isToBeFetched = answer.kept === 'message' && kept.answer !== null;
    if (isToBeFetched) await keepAnswer(desk.database, transmission, kept);
    return answer.xml;
  } catch (error) {
    if (isKnownTransmission(error)) return null;
    throw error;
  }
}

/** The answer that was kept; an answer that was not is made again, from what was kept with its effect (ADR 7). */
async function answerKnown(desk: Desk, transmission: Transmission): Promise<Done> {
  const known = await findTransmission(desk.database, transmission);
  if (known !== null && !known.digest.equals(transmission.digest)) {
    return duplicateId(desk, transmission).xml;
  }
  if (known !== null && known.answer !== null) return known.answer;
  const isOurs = desk.inHand.get(keyOf(transmission))?.isFetched === true;
  if (known !== null && !known.isAnswered && !isOurs) return null;
  const answer = await answered(desk, transmission);
  if (answer === null) return unexpected(desk, transmission).xml;
  await keepAnswer(desk.database, transmission, keptOf(desk, transmission, answer));
  return answer.xml;
}

/** An answer that is long, or made when its message was kept already, is kept only for who is to fetch it. */
function keptOf(desk: Desk, transmission: Transmission, { xml, kept }: WrittenAnswer): Kept {
  const inHand = desk.inHand.get(keyOf(transmission));
  const isLong = kept === 'message' || xml.length > KEPT_MAX_CHARACTERS;
  const isPassing = inHand?.isFetched === false && isLong;
  if (inHand !== undefined) inHand.isPassing = isPassing;
  return { answer: isPassing ? null : xml, at: desk.clock.now() };
}
