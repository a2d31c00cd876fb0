// What installing costs: some servers are built for each request.
import { contextTransport, installContext } from 'mcp-request-context/server'
import { definitionOf } from './contexts.js'
import { sideBySide, stepsSideBySide } from './rounds.js'
import { linkedPair, MAJORS, type Major, newServer } from './sdk.js'
import { cells, type Section } from './section.js'
import { differenceOf, micros, ratioOf, spreadOf, times } from './spread.js'
import { atMost, type Target } from './target.js'

/** Installing costs microseconds. */
const MOST = 10

export async function* installingSections(): AsyncGenerator<Section> {
  const definition = definitionOf('zod', 5, 3)
  const rows: string[][] = []
  const targets: Target[] = []
  for (const major of MAJORS) {
    // One by one: a batch of servers is collected while the next one is timed.
    const built = stepsSideBySide(
      {
        alone: () => newServer(major),
        installed: () => installContext(newServer(major), definition, { required: true }),
      },
      { rounds: 3000, millis: 0 },
    )
    rows.push(rowOf(`SDK ${major}.x, building a server`, built.alone, built.installed))
    const connected = await sideBySide(
      {
        alone: () => connect(major, (server) => server),
        installed: () => connect(major, (server) => installContext(server, definition, { required: true })),
        transport: () =>
          connect(
            major,
            (server) => server,
            (transport) => contextTransport(transport, definition),
          ),
      },
      { rounds: 3000, millis: 0 },
    )
    rows.push(rowOf(`SDK ${major}.x, building and connecting`, connected.alone, connected.installed))
    rows.push(rowOf(`SDK ${major}.x, the same with contextTransport`, connected.alone, connected.transport))
    const installing = differenceOf(connected.installed, connected.alone)
    targets.push(atMost(`Installing on a server of SDK ${major}.x, and connecting it`, MOST, installing, micros, ' µs'))
  }
  yield {
    title: 'Installing a context',
    table: [['', 'alone, µs', 'with the context, µs', 'more, µs', 'quartiles', 'ratio', 'quartiles'], ...rows],
    targets,
  }
}

function rowOf(name: string, alone: readonly number[], installed: readonly number[]): string[] {
  const medians = [spreadOf(alone), spreadOf(installed)].map(({ median }) => micros(median))
  return [
    name,
    ...medians,
    ...cells(differenceOf(installed, alone), micros),
    ...cells(ratioOf(installed, alone), times),
  ]
}

type Server = ReturnType<typeof newServer>

async function connect(
  major: Major,
  equip: (server: Server) => Server,
  admit: (transport: never) => unknown = (transport) => transport,
): Promise<void> {
  const [, transport] = linkedPair(major)
  await equip(newServer(major)).connect(admit(transport as never))
}
