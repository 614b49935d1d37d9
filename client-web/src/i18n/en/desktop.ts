export const desktop = {
  unsealed: 'This computer has no key store, so whoever can read its disk can read the keys of your accounts. Set up a keyring, or encrypt the disk.',
} as const;
