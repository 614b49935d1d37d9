/** What operators see of the outgoing side. By kind only, never by server: there may be thousands of them (see `status`). */
import type { OutboundQueues } from '@nexuscomm/federation/outbound/outbound-queues.ts';
import { Counter, Gauge, type Registry } from 'prom-client';

export function registerOutboundMetrics(registry: Registry, queues: OutboundQueues): void {
  const registers = [registry];
  new Gauge({
    name: 'nexuscomm_federation_destinations',
    help: 'Servers that something is queued for, by state',
    labelNames: ['state'],
    registers,
    collect() {
      const { destinations, failing, behind } = queues.gauges();
      this.set({ state: 'active' }, destinations - failing);
      this.set({ state: 'failing' }, failing);
      this.set({ state: 'behind' }, behind);
    },
  });
  new Gauge({
    name: 'nexuscomm_federation_queued_pdus',
    help: 'Events in memory that wait to be sent, over all servers',
    registers,
    collect() {
      this.set(queues.gauges().queuedPdus);
    },
  });
  const sent = new Counter({
    name: 'nexuscomm_federation_sent_total',
    help: 'Transactions, and what was in those that were accepted',
    labelNames: ['what'],
    registers,
    collect() {
      const { transactionsSent, transactionsFailed, pdusSent, pdusRefused, edusSent } = queues.counts;
      sent.reset();
      sent.inc({ what: 'transactions' }, transactionsSent);
      sent.inc({ what: 'failed_transactions' }, transactionsFailed);
      sent.inc({ what: 'pdus' }, pdusSent);
      sent.inc({ what: 'refused_pdus' }, pdusRefused);
      sent.inc({ what: 'edus' }, edusSent);
    },
  });
}
