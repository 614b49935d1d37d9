import type { errors as english } from '../en/errors.ts';
import type { Translated } from '../sentences.ts';

export const errors: Translated<typeof english> = {
  unknown: 'Etwas ist schiefgegangen. Versuche es gleich noch einmal.',
  offline: 'Keine Verbindung zum Server. Prüfe dein Netz und versuche es noch einmal.',
  timeout: 'Der Server hat zu lange gebraucht. Versuche es gleich noch einmal.',
  server: 'Der Server hat ein Problem. Versuche es gleich noch einmal.',
  limited: 'Das war etwas viel auf einmal. Warte {{seconds}} Sekunden und versuche es noch einmal.',
  forbidden: 'Das darfst du nicht.',
  wrongPassword: 'Benutzername oder Passwort ist falsch.',
  userDeactivated: 'Dieses Konto wurde geschlossen.',
  wrongToken: 'Dieser Code gilt nicht oder ist verbraucht.',
  weakPassword: 'Der Server verlangt ein stärkeres Passwort.',
  userInUse: 'Dieser Name ist vergeben. Versuche einen anderen.',
  notConnected: 'Dieses Konto verbindet sich noch. Versuche es gleich noch einmal.',
  notFound: 'An dieser Adresse ist nichts.',
  tooLarge: 'Das ist zu groß für den Server.',
  discovery: {
    invalid: 'Das ist kein Name eines Servers. Einer sieht aus wie example.org.',
    unreachable: 'Dieser Server ist nicht erreichbar. Prüfe den Namen und ob du online bist.',
    'not-matrix': 'An dieser Adresse ist kein Matrix-Server.',
    'too-old': 'Die Software dieses Servers ist zu alt für dieses Programm. Seine Verwaltung kann sie erneuern.',
    insecure: 'Dieser Server hat keine sichere Verbindung (https), und diese Seite braucht eine.',
  },
  session: {
    storage: 'Der Browser lässt NexusComm nichts speichern. Schaffe Platz oder erlaube dieser Seite das Speichern, und lade neu.',
    crypto: 'Die Verschlüsselung ließ sich nicht starten. Lade neu; wenn es wieder geschieht, melde dich ab und wieder an.',
    vault: 'Dieser Computer kann nicht mehr öffnen, was er von diesem Konto aufbewahrt hat. Melde dich neu an.',
    unknown: 'Dieses Konto ließ sich nicht starten. Lade neu, um es noch einmal zu versuchen.',
  },
  send: {
    offline: 'Wartet auf das Netz',
    server: 'Wartet auf den Server',
    limited: 'Wartet: der Server bremst',
    refused: 'Der Server hat das nicht angenommen.',
    forbidden: 'Das darfst du hier nicht senden.',
    tooLarge: 'Zu groß für diesen Server.',
    notInRoom: 'Du bist nicht mehr in diesem Raum.',
    encryption: 'Das ließ sich nicht verschlüsseln.',
    identityChanged: 'Jemand hier hat eine neue Identität. Bestätige sie zuerst.',
  },
  timeline: {
    offline: 'Keine Verbindung: ältere Nachrichten können nicht geladen werden.',
    forbidden: 'Ältere Nachrichten darfst du nicht sehen.',
    failed: 'Nachrichten konnten nicht geladen werden.',
  },
  storage: {
    'not-kept': 'Dieser Browser speichert nichts: Du wirst abgemeldet, wenn du das Fenster schließt.',
    full: 'Die Platte ist voll. Neue Nachrichten werden gezeigt, aber nicht für später behalten.',
  },
};
