export { type ConnectedPair, connectPair, type PairClient, type PairServer } from './connect-pair.js'
export { type LinkedTransport, type LinkedTransports, linkedTransports } from './linked-transports.js'
export type { PairOptions, SentMessage } from './request-extra.js'
