#!/usr/bin/env node
/** The command line: `npm start` is `serve`. */
import { run } from './cli/commands.ts';

process.exitCode = await run(process.argv.slice(2), process.env);
