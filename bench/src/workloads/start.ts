/** 11: from the start of the process until /_matrix/client/versions answers: without a database, and with one. */
import { OwnServer } from '../targets/own-server.ts';
import type { Figure } from './workload.ts';

export async function startTimes(): Promise<Figure[]> {
  await using server = await OwnServer.create();
  const cold = await server.start();
  await server.stop();
  const warm = await server.start();
  return [
    { workload: '11', what: 'cold start, database created', value: cold, unit: 's' },
    { workload: '11', what: 'warm start', value: warm, unit: 's' },
  ];
}
