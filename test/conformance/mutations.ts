// A vector with one expectation changed at a time: a checker that still finds no issue does not check that.
import type { Vector } from './vectors.js'

export interface Mutation {
  readonly what: string
  readonly vector: Vector
}

/** @param text what was sent in the case, as text: a part of it is put where something must not appear */
export function mutationsOf(vector: Vector, text: string): Mutation[] {
  const { outcome, output, hidden = [], shown = [] } = vector
  const mutations: Mutation[] = [
    { what: 'the other outcome', vector: { ...vector, outcome: outcome === 'accept' ? 'reject' : 'accept' } },
  ]
  for (const changed of variants(output ?? {})) {
    mutations.push({ what: JSON.stringify(changed), vector: { ...vector, output: changed as Vector['output'] } })
  }
  for (const index of hidden.keys()) {
    mutations.push({ what: `hidden ${index}`, vector: { ...vector, hidden: hidden.with(index, text.slice(2, 9)) } })
  }
  for (const [index, shows] of shown.entries()) {
    mutations.push({ what: `shown ${index}`, vector: { ...vector, shown: shown.with(index, `${shows}!`) } })
  }
  return mutations
}

/** Each value that differs from a JSON value in one place. */
function variants(value: unknown): unknown[] {
  if (typeof value === 'string') return [`${value}!`]
  if (typeof value === 'number') return [value + 1 === value ? value / 2 : value + 1]
  if (typeof value === 'boolean') return [!value]
  if (value === null) return [{ changed: true }]
  if (Array.isArray(value)) {
    if (value.length === 0) return [[['changed']]]
    return value.flatMap((item, index) => variants(item).map((changed) => value.with(index, changed)))
  }
  const entries = Object.entries(value as object)
  return entries.flatMap(([name, member]) => {
    if (isEmptyObject(member)) return [{ ...(value as object), [name]: { changed: true } }]
    return variants(member).map((changed) => ({ ...(value as object), [name]: changed }))
  })
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}
