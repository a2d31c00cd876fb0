// Inputs that the fuzzer recorded: one for each piece of code that it reached, and each that it found an error by.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { assertPristine } from './harmless.js'
import { validatesHarmlessly } from './properties/command.js'
import { TARGETS } from './targets.js'

afterEach(assertPristine)

const CORPUS = new URL('corpus/', import.meta.url)

test('there are recorded inputs for each target, and for nothing else', () => {
  expect(readdirSync(CORPUS).sort()).toEqual(Object.keys(TARGETS).sort())
})

describe.each(Object.entries(TARGETS))('the recorded inputs of %s are harmless', (name, { run }) => {
  test.each(readdirSync(new URL(`${name}/`, CORPUS)))('%s', async (file) => {
    const input = readFileSync(new URL(`${name}/${file}`, CORPUS))
    expect(input.length).toBeLessThan(10_000)
    await run(input)
  })
})

test.each(readdirSync(new URL('command/', CORPUS)))('validating the payload %s is harmless', async (file) => {
  await validatesHarmlessly(readFileSync(new URL(`command/${file}`, CORPUS)), 'context')
})
