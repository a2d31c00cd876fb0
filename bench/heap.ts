import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** The bytes of the heap that are in use after a garbage collection. */
async function heapInUse(): Promise<number> {
  // Twice, each after a turn of the event loop: the second collects what finalizers of the first release.
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** Makes many objects, and measures the bytes that each of them keeps. The array that holds them does not count. */
export async function makeMany<T>(many: number, make: (index: number) => T | Promise<T>) {
  const made = new Array<T>(many)
  const before = await heapInUse()
  for (let index = 0; index < many; index++) {
    const one = make(index)
    made[index] = one instanceof Promise ? await one : one
  }
  return { made, bytesEach: ((await heapInUse()) - before) / many }
}
