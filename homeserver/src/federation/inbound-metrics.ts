/** What operators see of the incoming side. */
import type { PduReceiver } from '@nexuscomm/federation/inbound/receive-pdu.ts';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { StagedPdus } from './staged-pdus.ts';

export function registerInboundMetrics(registry: Registry, { counts }: Pick<PduReceiver, 'counts'>, staging: Pick<StagedPdus, 'count'>): void {
  const registers = [registry];
  const received = new Counter({
    name: 'nexuscomm_federation_received_pdus_total',
    help: 'Events that other servers sent, by what became of them; a staged one counts again with each try',
    labelNames: ['outcome'],
    registers,
    collect() {
      received.reset();
      for (const [outcome, count] of Object.entries(counts)) received.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'nexuscomm_federation_staged_pdus',
    help: 'Events that other servers sent and that wait until what they follow can be had',
    registers,
    async collect() {
      this.set(await staging.count());
    },
  });
}
