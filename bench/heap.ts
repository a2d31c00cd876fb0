import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** The bytes of the heap that are in use once all garbage is collected. */
export async function heapInUse(): Promise<number> {
  // Twice, with a turn of the event loop before each: what a finalizer lets go is collected by the second.
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** Makes so many things, and measures the bytes that each of them keeps. The array that holds them is not counted. */
export async function makeMany<T>(many: number, make: (index: number) => T | Promise<T>) {
  const made = new Array<T>(many)
  const before = await heapInUse()
  const start = performance.now()
  for (let index = 0; index < many; index++) {
    const one = make(index)
    made[index] = one instanceof Promise ? await one : one
  }
  const micros = ((performance.now() - start) * 1000) / many
  const bytesEach = ((await heapInUse()) - before) / many
  return { made, bytesEach, micros }
}
