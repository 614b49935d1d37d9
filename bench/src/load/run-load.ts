/** Runs an operation many times, so many at once, for so long, and measures it and the generator itself. */
import { distribution, type Distribution } from './percentiles.ts';

export interface LoadResult {
  /** operations a second */
  readonly rate: number;
  /** of single operations, ms */
  readonly times: Distribution;
  readonly operations: number;
  /** share of one core that this process took; near 1 the generator is the limit */
  readonly generatorCpu: number;
}

const WARM_UP_SHARE = 0.2;

/** `operation` gets the number of its lane. A failing operation ends the run: nothing is counted that did not work. */
export async function runLoad(options: { atOnce: number; seconds: number; operation: (lane: number) => Promise<void> }): Promise<LoadResult> {
  const { atOnce, seconds, operation } = options;
  const samples: number[] = [];
  const begin = performance.now();
  const measureFrom = begin + seconds * WARM_UP_SHARE * 1000;
  const end = measureFrom + seconds * 1000;
  let cpu: NodeJS.CpuUsage | undefined;
  const lane = async (number: number): Promise<void> => {
    for (;;) {
      const started = performance.now();
      if (started >= end) return;
      await operation(number);
      if (started < measureFrom) continue;
      cpu ??= process.cpuUsage();
      samples.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, number) => lane(number)));
  const elapsed = (performance.now() - measureFrom) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    rate: samples.length / elapsed,
    times: distribution(samples),
    operations: samples.length,
    generatorCpu: (used.user + used.system) / 1e6 / elapsed,
  };
}
