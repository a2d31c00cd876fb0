// The cells that the SDKs cannot make: each is named with its reason, and the reason is tried.
import { expect } from 'vitest'
import { EVERY_CELL } from '../support/cells.js'
import { ALL, type Cell, nameOf } from './cells.js'
import { connect } from './connect.js'

/** A reason why some cells cannot be. */
export interface NoCell {
  readonly reason: string
  readonly applies: (cell: Cell) => boolean
  /** Fails where the reason does not hold. */
  readonly prove: (cell: Cell) => Promise<void>
}

export const NO_CELLS: readonly NoCell[] = [
  {
    reason: 'only SDK 2 has `createMcpHandler`',
    applies: ({ server, transport }) => transport === 'createMcpHandler' && server === 1,
    prove: async () => {
      expect(await import('@modelcontextprotocol/sdk/server/index.js')).not.toHaveProperty('createMcpHandler')
    },
  },
  {
    reason: 'SDK 1 does not speak 2026-07-28',
    applies: ({ client, server, era }) => era === '2026-07-28' && (client === 1 || server === 1),
    prove: agreesOnLess,
  },
  {
    reason: '2026-07-28 has no sessions: over a stateful transport, client and server of SDK 2 go back to `initialize`',
    applies: ({ era, transport }) =>
      era === '2026-07-28' && (transport.includes('stateful') || transport === 'HTTP+SSE'),
    prove: agreesOnLess,
  },
]

/** Why a cell cannot be, if it cannot. */
export function noCellOf(cell: Cell): NoCell | undefined {
  return NO_CELLS.find(({ applies }) => applies(cell))
}

/** The cells that can be. */
export const CELLS: readonly Cell[] = ALL.filter((cell) => noCellOf(cell) === undefined)

/** One of each kind, without processes. */
const SAMPLE: readonly string[] = [
  'client 1, server 1, initialize, in memory',
  'client 2, server 2, 2026-07-28, in memory',
  'client 1, server 2, initialize, HTTP, stateful, SSE',
  'client 2, server 1, initialize, HTTP, stateless, JSON',
  'client 2, server 2, 2026-07-28, createMcpHandler',
  'client 1, server 1, initialize, HTTP+SSE',
]

/** The cells that this run tries. */
export const TRIED: readonly Cell[] = EVERY_CELL ? CELLS : CELLS.filter((cell) => SAMPLE.includes(nameOf(cell)))

async function agreesOnLess(cell: Cell): Promise<void> {
  // What SDK 1 speaks does not depend on the transport, and starting processes takes long.
  const connection = await connect(cell.transport === 'stdio' ? { ...cell, transport: 'in memory' } : cell)
  expect(connection.version()).toBe('2025-11-25')
  await connection.close()
}
