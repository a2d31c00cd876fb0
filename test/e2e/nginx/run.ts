// Runs a program until the stdin of this process closes: `run.ts program arguments`. Whoever started it holds the other
// end, so the program does not outlive it, however it ends.
import { spawn } from 'node:child_process'

const [program = '', ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.on('exit', (code) => process.exit(code ?? 1))
process.stdin.resume().on('close', () => child.kill())
