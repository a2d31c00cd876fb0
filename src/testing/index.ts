export { type ConnectedPair, connectPair, type PairClient, type PairServer } from './connect-pair.js'
export { type LinkedTransport, type LinkedTransports, linkedTransports } from './linked-transports.js'
export type { PairOptions } from './request-extra.js'
export type { SentMessage } from './sent-message.js'
