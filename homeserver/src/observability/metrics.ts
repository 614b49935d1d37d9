/** Prometheus metrics. */
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Database } from '../storage/database.ts';

export interface Metrics {
  readonly registry: Registry;
  /** seconds, by route template, method and class of status */
  readonly requests: Histogram<'route' | 'method' | 'status'>;
}

export function createMetrics(db: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'nexuscomm_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [registry],
  });
  new Gauge({
    name: 'nexuscomm_database_statements_total',
    help: 'SQL statements since the start, by name',
    labelNames: ['statement'],
    registers: [registry],
    collect() {
      for (const [name, count] of db.counter.byName()) this.set({ statement: name }, count);
    },
  });
  return { registry, requests };
}
