// What Envoy refuses in a configuration, by its own protobuf definitions, which @grpc/grpc-js-xds has with it.
import { existsSync, readdirSync } from 'node:fs'
import protobuf from 'protobufjs'
import protojson from 'protobufjs/ext/protojson.js'
import { path } from '../support/markdown.js'

const DEFINITIONS = path('node_modules/@grpc/grpc-js-xds/deps')
const FOLDERS = [
  ...['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => `${DEFINITIONS}/${name}`),
  path('node_modules/protobufjs'),
]

type Json = Record<string, unknown>

/**
 * What is wrong with a static configuration of Envoy: a field or a type that there is not, a value of another type, two
 * of which there may be one, one that is required and not there, or one that is deprecated.
 */
export function issuesOf(bootstrap: unknown): string[] {
  const root = load(typesIn(bootstrap))
  const type = root.lookupType('envoy.config.bootstrap.v3.Bootstrap')
  try {
    protojson.fromJson(type, bootstrap)
  } catch (error) {
    return [(error as Error).message]
  }
  return [...issues(type, bootstrap as Json, '')]
}

/** The names of the messages in its `Any`s. */
function typesIn(bootstrap: unknown): Set<string> {
  const types = new Set<string>()
  JSON.stringify(bootstrap, (name, value) => {
    if (name === '@type') types.add(String(value).replace(/^.*\//, ''))
    return value
  })
  return types
}

/** The definitions of a configuration, and of the packages of these messages. */
function load(types: Set<string>): protobuf.Root {
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) =>
    protobuf.common.get(target) === null
      ? (FOLDERS.map((folder) => `${folder}/${target}`).find(existsSync) ?? target)
      : target
  const packages = [...types].map((type) => type.replaceAll('.', '/').replace(/\/[^/]*$/, ''))
  const files = packages
    .filter((folder) => existsSync(`${DEFINITIONS}/envoy-api/${folder}`))
    .flatMap((folder) => readdirSync(`${DEFINITIONS}/envoy-api/${folder}`).map((file) => `${folder}/${file}`))
  root.loadSync(['envoy/config/bootstrap/v3/bootstrap.proto', ...files], { keepCase: true })
  root.resolveAll()
  return root
}

/** What the types of the fields do not say: the rules of protoc-gen-validate, as far as they are about being there. */
function* issues(type: protobuf.Type, value: Json, at: string): Generator<string> {
  if (type.fullName === '.google.protobuf.Any') {
    const { '@type': url, ...inner } = value
    if (typeof url !== 'string') yield `${at}: has no @type`
    else yield* issues(type.root.lookupType(url.replace(/^.*\//, '')), inner, at)
    return
  }
  if (type.fullName.startsWith('.google.protobuf.')) return
  for (const field of type.fieldsArray) {
    const here = `${at}/${field.name}`
    const rule = (name: string) => field.options?.[`(validate.rules).${name}`]
    const given = value[field.name] ?? value[field.jsonName]
    const least = rule(field.repeated ? 'repeated.min_items' : 'string.min_len') ?? 0
    if (given === undefined) {
      const required = ['message', 'any', 'duration'].some((kind) => rule(`${kind}.required`) === true)
      if (field.partOf === null && (required || least > 0)) yield `${here}: is required`
      continue
    }
    if (field.options?.deprecated === true) yield `${here}: is deprecated`
    if ((given as string | unknown[]).length < least) yield `${here}: is empty`
    if (!(field.resolvedType instanceof protobuf.Type)) continue
    const values = field.map ? Object.values(given as Json) : field.repeated ? (given as unknown[]) : [given]
    for (const [index, one] of values.entries()) {
      yield* issues(field.resolvedType, one as Json, field.repeated ? `${here}/${index}` : here)
    }
  }
  for (const oneof of type.oneofsArray) {
    if (oneof.options?.['(validate.required)'] !== true) continue
    if (!oneof.fieldsArray.some((field) => value[field.name] !== undefined)) yield `${at}/${oneof.name}: is required`
  }
}
