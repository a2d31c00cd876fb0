// Runs worker.ts on Node.
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { serve } from '../serve.js'
import worker from './worker.js'

serve(createServer(getRequestListener(worker.fetch)))
