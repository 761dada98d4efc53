export type {
  Hl7Answer,
  Hl7Interaction,
  Hl7Message,
  Hl7Request,
  LateAnswer,
} from './interaction.ts';
export type { Hl7Directory, Hl7Peer, Hl7System } from './directory.ts';
export {
  closeDesk,
  type Desk,
  DESK_LIMITS,
  type DeskLimits,
  type DeskParts,
  forgettingJob,
  openDesk,
  waitingJob,
} from './desk.ts';
export {
  ANSWERS,
  type LateAnswers,
  lateAnswers,
  type ReliableAnswer,
} from './deliver/leaving.ts';
export { type Contract, deliveryJob, type DeliveryParts } from './deliver/index.ts';
export { writePost } from './deliver/post.ts';
export {
  deliveryDepth,
  lateDeliveries,
  lostDeliveries,
  type LostDelivery,
  lostDelivery,
  requeueDeliveries,
  type Requeueing,
} from './deliver/repository.ts';
export { transmissionDepth } from './repository.ts';
export type { Asking } from './queries/query.ts';
export {
  type JsonAnswer,
  type JsonQuery,
  type JsonQueryHandler,
  type QueryAnswer,
  type QueryHandlers,
  queryRoutes,
  type SoapQuery,
  type SoapQueryHandler,
} from './queries/index.ts';
export { answerBy, hl7v3Denial, hl7v3Failure, type Hl7Route, hl7v3Routes } from './gateway.ts';
