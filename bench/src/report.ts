/** Prints what was found. */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { median } from './load/percentiles.ts';
import type { Figure, PeerValue } from './workloads/workload.ts';

/** From here on the generator, not the server, may be what limits a rate. */
const GENERATOR_LIMIT = 0.9;

export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const kernel = spawnSync('uname', ['-sr'], { encoding: 'utf8' }).stdout?.trim() ?? process.platform;
  return `${cpus().length} x ${model}, ${(totalmem() / 1024 ** 3).toFixed(0)} GB, ${kernel}, Node ${process.versions.node}`;
}

/** Figures of several runs as one, by their medians. */
export function medians(runs: readonly (readonly Figure[])[]): Figure[] {
  return (runs[0] ?? []).map((figure, i) => {
    const same = runs.flatMap((run) => run[i] ?? []);
    const floor = figure.floor && { ...figure.floor, value: median(same.map((one) => one.floor?.value ?? Number.NaN)) };
    const peer = medianOf(same.flatMap((one) => one.peer ?? []));
    return { ...figure, value: median(same.map((one) => one.value)), ...(floor ? { floor } : {}), ...(peer ? { peer } : {}) };
  });
}

function medianOf(values: readonly PeerValue[]): PeerValue | undefined {
  const known = values.flatMap((one) => ('value' in one ? [one.value] : []));
  return known.length === 0 ? values[0] : { value: median(known) };
}

const isRate = (unit: string): boolean => unit.startsWith('/');

/** How many times as good ours is: of rates as much, of all else as little. */
function advantage({ value, unit }: Figure, theirs: number): string {
  return `${(isRate(unit) ? value / theirs : theirs / value).toFixed(1)} x`;
}

/** The other server's figure, and how ours compares. */
function beside(figure: Figure): [string, string] {
  const { peer, unit } = figure;
  if (!peer) return ['', ''];
  if ('missing' in peer) return [`(${peer.missing})`, ''];
  if ('atLeast' in peer) return [`over ${number(peer.atLeast)} ${unit}`, `over ${advantage(figure, peer.atLeast)}`];
  return [`${number(peer.value)} ${unit}`, unit === '%' ? '' : advantage(figure, peer.value)];
}

const number = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : value >= 100 ? value.toFixed(0) : value.toFixed(2);

/** `peer`: the server that is compared. */
export function table(target: string, figures: readonly Figure[], peer?: string): string {
  const rows = figures.map((figure) => [
    figure.workload,
    figure.what,
    `${number(figure.value)} ${figure.unit}`,
    ...(peer === undefined ? [] : beside(figure)),
    figure.floor ? `${number(figure.floor.value)} ${figure.unit}` : '',
    figure.floor ? `${(figure.value / figure.floor.value).toFixed(2)} of ${figure.floor.of}` : '',
    figure.generatorCpu === undefined ? '' : `${Math.round(figure.generatorCpu * 100)} %`,
  ]);
  const head = ['#', 'what', target, ...(peer === undefined ? [] : [peer, 'better by']), 'floor', 'ratio', 'generator CPU'];
  const told = head.flatMap((_, column) => (rows.some((row) => row[column] !== '') ? [column] : []));
  const all = [head, ...rows].map((row) => told.map((column) => row[column]!));
  const words = told.indexOf(head.indexOf('ratio'));
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column >= 2 && column !== words ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const limited = figures.filter((figure) => (figure.generatorCpu ?? 0) > GENERATOR_LIMIT).map((figure) => figure.workload);
  const note =
    limited.length === 0
      ? []
      : [`In ${[...new Set(limited)].join(', ')} the load generator was near a whole core: the server may be faster than shown.`];
  return [line(all[0]!), line(widths.map((width) => '-'.repeat(width))), ...all.slice(1).map(line), ...note].join('\n');
}
