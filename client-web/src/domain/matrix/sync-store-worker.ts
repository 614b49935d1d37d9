/** Keeps matrix-js-sdk's sync cache in IndexedDB off the page's thread. */
import { IndexedDBStoreWorker } from 'matrix-js-sdk/lib/indexeddb-worker.js';

const worker = new IndexedDBStoreWorker(self.postMessage.bind(self) as InstanceType<typeof Worker>['postMessage']);
self.onmessage = worker.onMessage;
