/** Where own splits are in an account: global account data. */
import { ClientEvent, type MatrixClient, type MatrixEvent } from 'matrix-js-sdk';
import type { SplitSlot } from '../inbox/own-splits.ts';
import { SPLITS_TYPE } from '../inbox/saved-splits.ts';

export function splitSlotOf(client: MatrixClient): SplitSlot {
  return {
    read: () => client.getAccountData(SPLITS_TYPE as never)?.getContent(),
    // Not `setAccountData`, which waits for the next sync, however long that takes.
    write: async (content) => void (await client.setAccountDataRaw(SPLITS_TYPE as never, content as never)),
    follow: (changed) => {
      const listener = (event: MatrixEvent): void => {
        if (event.getType() === SPLITS_TYPE) changed();
      };
      client.on(ClientEvent.AccountData, listener);
      return () => client.off(ClientEvent.AccountData, listener);
    },
  };
}
