import type { ErrorObject } from 'ajv'
import { CannotRun, reasonOf } from './failure.js'
import { type Fault, pointerOf } from './fault.js'
import { type JsonSchema, publishedNames, publishedSchema } from './package-files.js'
import type { SchemaSource } from './schema-source.js'

/** Says what a JSON Schema finds wrong with a value; nothing for a valid one. */
export type Check = (value: unknown) => Fault[]

const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/

/**
 * Compiles a JSON Schema: 2020-12, which is the default, or draft-07. It may refer to the published schemas; any other
 * reference out of the document is an error, and nothing is ever fetched.
 *
 * @throws CannotRun for a schema that does not compile, saying why
 */
export async function checkerOf({ name, schema }: Pick<SchemaSource, 'name' | 'schema'>): Promise<Check> {
  const ajv = await validatorFor(name, schema)
  try {
    const validate = ajv.compile(schema)
    return (value) => (validate(value) ? [] : faultsOf(validate.errors ?? []))
  } catch (error) {
    const missing = (error as { missingRef?: unknown }).missingRef
    if (typeof missing === 'string') {
      throw new CannotRun(
        `the schema ${name} refers to another document, ${reasonOf(new Error(missing))}, which is never fetched: copy it under $defs`,
      )
    }
    throw new CannotRun(`the schema ${name} does not compile: ${reasonOf(error)}`)
  }
}

async function validatorFor(name: string, schema: JsonSchema) {
  const { $schema: dialect } = schema
  // A schema without keywords of its own for strings that it does not know is a schema, too: strict mode is Ajv's own.
  const options = { allErrors: true, strict: false, logger: false } as const
  const { default: addFormats } = await import('ajv-formats')
  if (typeof dialect === 'string' && DRAFT_07.test(dialect)) {
    const { Ajv } = await import('ajv')
    return addFormats.default(new Ajv(options))
  }
  if (dialect !== undefined && !(typeof dialect === 'string' && DRAFT_2020.test(dialect))) {
    throw new CannotRun(
      `the schema ${name} is of a dialect that this command does not know: it knows 2020-12 and draft-07`,
    )
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = addFormats.default(new Ajv2020(options))
  for (const published of publishedNames().map(publishedSchema)) {
    if (published.$id !== schema.$id) ajv.addSchema(published)
  }
  return ajv
}

function faultsOf(errors: readonly ErrorObject[]): Fault[] {
  return errors
    .filter(({ keyword }) => keyword !== 'propertyNames')
    .map(({ instancePath, keyword, message = 'is not valid', params, propertyName }): Fault => {
      if (propertyName !== undefined) {
        return { pointer: instancePath + pointerOf([propertyName]), reason: `the name ${message}` }
      }
      const extra = params[keyword === 'additionalProperties' ? 'additionalProperty' : 'unevaluatedProperty']
      if (typeof extra === 'string') {
        return { pointer: instancePath + pointerOf([extra]), reason: 'is not a property that the schema allows' }
      }
      return { pointer: instancePath, reason: message }
    })
}
