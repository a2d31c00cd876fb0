type Kind = 'sends' | 'connects' | 'sets up' | 'listens' | 'calls a tool' | 'is cached' | 'knows tools'

/** How a view shows each method; one that is not here is run with the view as `this`. */
export const KINDS: ReadonlyMap<PropertyKey, Kind> = new Map(
  Object.entries({
    // What every verb ends in; by the third, SDK 2.x sends `server/discover`.
    sends: 'request notification _requestWithSchema',
    connects: 'connect',
    // Run on the client itself, these tie no view to it.
    'sets up':
      'close registerCapabilities setRequestHandler removeRequestHandler setNotificationHandler removeNotificationHandler setVersionNegotiation',
    listens: 'listen',
    'calls a tool': 'callTool',
    // Methods of (params, options) whose results SDK 2.x caches without regard to `_meta`.
    'is cached': 'listTools listPrompts listResources listResourceTemplates readResource _readResource',
    // SDK 1.x stores and looks up with these what a listing said of the tools.
    'knows tools': 'cacheToolMetadata getToolOutputValidator isToolTask isToolTaskRequired',
  } satisfies Record<Kind, string>).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, Kind] => [name, kind as Kind]),
  ),
)
