import { checkerOf } from './checker.js'
import { contextFaults } from './context-rules.js'
import type { Fault } from './fault.js'
import { placesIn } from './json-text.js'
import { print } from './output.js'
import { type PayloadOptions, readPayload } from './payload.js'
import { printable } from './printable.js'
import { findSchema } from './schema-source.js'

export interface ValidateOptions extends Omit<PayloadOptions, 'advice'> {
  /** The name of a published schema, or the path of a schema file. */
  readonly schema: string
}

/** Faults of one value beyond this many are counted, not listed. */
const MOST_FAULTS = 100

const ADVICE = 'allow more with --max-bytes, or give JSON lines, which are read one at a time'

interface PlacedFault extends Fault {
  readonly line: number
}

/**
 * Validates each value of a payload, prints a line for each fault and a summary.
 *
 * @returns the exit code: 0 for a valid payload, 1 for an invalid one
 * @throws CannotRun where the schema or the payload cannot be used
 */
export async function validate(source: string, options: ValidateOptions): Promise<number> {
  const schema = await findSchema(options.schema)
  const check = await checkerOf(schema)
  const faultsIn = async (text: string, value: unknown): Promise<PlacedFault[]> => {
    try {
      const found = check(value)
      if (schema.published) found.push(...(await contextFaults(schema.name, value, found)))
      // Text that JSON would write the same way again names no member twice; that is quicker to know.
      return found.length === 0 && JSON.stringify(value) === text ? [] : placed(text, found)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return [{ line: 1, pointer: '', reason: 'is nested too deeply to be checked' }]
    }
  }
  let values = 0
  let invalid = 0
  let total = 0
  for await (const item of readPayload(source, { ...options, advice: ADVICE })) {
    values++
    const faults =
      item.fault === undefined ? await faultsIn(item.text, item.value) : [{ line: 1, pointer: '', reason: item.fault }]
    if (faults.length === 0) continue
    process.exitCode = 1
    invalid++
    total += faults.length
    for (const { line, pointer, reason } of faults.slice(0, MOST_FAULTS)) {
      await print(`${printable(`${source}:${item.line + line - 1}: ${pointer}: ${reason}`)}\n`)
    }
    if (faults.length > MOST_FAULTS) {
      await print(`${printable(source)}:${item.line}: : ${faults.length - MOST_FAULTS} more faults in this value\n`)
    }
  }
  const against = `(schema ${printable(schema.name)})`
  if (invalid === 0) await print(`valid: ${count(values, 'value')} ${against}\n`)
  else await print(`invalid: ${count(total, 'fault')} in ${invalid} of ${count(values, 'value')} ${against}\n`)
  return invalid === 0 ? 0 : 1
}

/** The faults with the lines of their values within the text, in that order, and every duplicate name beside them. */
function placed(text: string, found: readonly Fault[]): PlacedFault[] {
  const pointers = found.map(({ pointer }) => pointer)
  const { lines, duplicates } = placesIn(text, pointers)
  return [
    ...found.map((fault) => ({ ...fault, line: lines.get(fault.pointer) ?? 1 })),
    ...duplicates.map((place) => ({ ...place, reason: 'is a second member of this name' })),
  ].sort((one, other) => one.line - other.line)
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
