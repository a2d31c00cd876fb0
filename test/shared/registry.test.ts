import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { sharedEntry, sharedSymbol, VERSION } from '../../src/shared/registry.js'

const REGISTRY = Symbol.for('mcp-request-context')

interface Registry {
  readonly format: number
  readonly version: string
  readonly entries: Map<string, unknown>
}

const registry = () => Reflect.get(globalThis, REGISTRY) as Registry

afterEach(() => vi.resetModules())

test('the version is that of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(VERSION).toBe(version)
})

test('one symbol is all that is on globalThis, and nobody removes it by accident', () => {
  sharedSymbol('test')
  const own = Object.getOwnPropertySymbols(globalThis).map((symbol) => symbol.description)
  expect(own.filter((description) => description?.includes('mcp-request-context'))).toEqual(['mcp-request-context'])
  expect(Object.getOwnPropertyDescriptor(globalThis, REGISTRY)).toMatchObject({
    configurable: false,
    enumerable: false,
    writable: false,
  })
  expect(registry()).toMatchObject({ format: 1, version: VERSION })
})

test('an entry is made once, by whichever copy asks first', async () => {
  const make = vi.fn(() => ({}))
  const first = sharedEntry('test entry', make)
  vi.resetModules()
  const other = await import('../../src/shared/registry.js')
  expect(other.sharedEntry).not.toBe(sharedEntry)
  expect(other.sharedEntry('test entry', make)).toBe(first)
  expect(other.sharedSymbol('test symbol')).toBe(sharedSymbol('test symbol'))
  expect(make).toHaveBeenCalledTimes(1)
})

test('a copy that cannot share says so, and names both versions', () => {
  const found = registry() as { format: number; version: string }
  const { format, version } = found
  try {
    Object.assign(found, { format: 2, version: '7.0.0' })
    expect(() => sharedEntry('test entry', () => ({}))).toThrow(/0\.\d+\.\d+ and 7\.0\.0 .*npm ls mcp-request-context/)
  } finally {
    Object.assign(found, { format, version })
  }
  expect(() => sharedEntry('test entry', () => ({}))).not.toThrow()
})
