/** The drive in German. */
import type {Spoken} from './strings-en'

const NUMBERS = 'null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf'.split(' ')
const number = (count: number) => NUMBERS[count] ?? String(count)
/** "eine Datei", "drei Dateien" */
const counted = (count: number, one: string, many: string) => (count === 1 ? one : `${number(count)} ${many}`)

const WHY = {permission: 'bittet um Erlaubnis', question: 'fragt etwas'} as Record<string, string>

export const GERMAN: Spoken = {
  words: {
    title: 'Fahrt',
    begin: 'Tippen, um zu beginnen',
    law: 'Nur, wo es erlaubt ist. Schau auf die Straße, nicht hierher.',
    talk: 'Sprechen',
    repeat: 'Wiederholen',
    stop: 'Agent anhalten',
    exit: 'Halten zum Verlassen',
    holdOn: 'Eine Sekunde halten, um zu verlassen.',
    noSession: 'Keine Sitzung',
    phases: {
      quiet: 'Tippen, um zu sprechen',
      working: 'Arbeitet',
      asking: 'Braucht dich',
      speaking: 'Tippen zum Unterbrechen',
      turning: 'Hört zu',
      listening: 'Hört zu',
      ending: 'Einen Moment',
    },
    lost: 'Keine Verbindung',
    soundTo: {
      browser: 'Was du sagst, versteht der Hersteller deines Browsers.',
      device: 'Was du sagst, versteht dieses Telefon.',
      janus: 'Ein gesprochenes Ja prüft auch dein Computer.',
      service: 'Ein gesprochenes Ja prüft auch der Dienst, den Janus nennt.',
    },
    heardBy: {
      janus: 'Was du sagst, versteht dein Computer.',
      service: 'Was du sagst, versteht der Dienst, den Janus nennt.',
    },
  },
  says: {
    sent: 'Okay.',
    kept: 'Gemerkt, bis es eine Verbindung gibt.',
    lost: 'Die Verbindung ist weg.',
    back: 'Die Verbindung ist wieder da.',
    digest: ({needs, failed, finished, working}, nameOf) => {
      const names = (sessions: typeof needs) => sessions.slice(0, 3).map(nameOf).join(', ')
      return [
        needs.length ? `${needs.slice(0, 3).map(it => `${nameOf(it)} ${WHY[it.attention ?? ''] ?? 'braucht dich'}`).join('. ')}.` : 'Nichts braucht dich.',
        failed.length ? `Gescheitert: ${names(failed)}.` : '',
        finished.length ? `Fertig: ${names(finished)}.` : '',
        working ? `${working === 1 ? 'Einer arbeitet' : `${number(working)} arbeiten`}.` : '',
      ].filter(Boolean).join(' ')
    },
    told: (_, otherwise) => otherwise,
    asks: (kind, what) => `Der Agent fragt. ${{Run: 'Ausführen', Read: 'Lesen', Search: 'Suchen'}[kind] ?? kind}: ${what}.`,
    on: machine => `Auf ${machine}.`,
    away: 'Sein Rechner ist gerade nicht zu erreichen.',
    inShort: first => `Kurz gesagt: ${first}`,
    thereIsMore: left => (left === 1 ? 'Es gibt noch einen Satz. Sag: mehr.' : `Es gibt noch ${number(left)} Sätze. Sag: mehr.`),
    noMore: 'Das war alles.',
    nothingYet: 'Es wurde noch nichts gesagt.',
    and: 'und',
    steps: (kind, count) =>
      ({
        read: `liest ${counted(count, 'eine Datei', 'Dateien')}`,
        search: count === 1 ? 'sucht' : `sucht ${number(count)} mal`,
        edit: `ändert ${counted(count, 'eine Datei', 'Dateien')}`,
        delete: `löscht ${counted(count, 'eine Datei', 'Dateien')}`,
        move: `verschiebt ${counted(count, 'eine Datei', 'Dateien')}`,
        execute: `führt ${counted(count, 'einen Befehl', 'Befehle')} aus`,
        fetch: `holt ${counted(count, 'eine Seite', 'Seiten')}`,
        think: 'denkt nach',
      })[kind] ?? `macht ${counted(count, 'einen Schritt', 'Schritte')}`,
    step: (kind, what) => {
      const verb = {edit: 'ändert', delete: 'löscht', move: 'verschiebt', execute: 'führt aus:', fetch: 'holt', think: 'denkt nach über'}[kind] ?? 'macht'
      return what ? `${verb} ${what}` : 'macht etwas'
    },
    doing: clause => `Er ${clause}.`,
    stillWorking: minutes => `Arbeitet noch, seit ${counted(minutes, 'einer Minute', 'Minuten')}.`,
    withdrawn: 'Zurückgenommen.',
    withdrawnStopped: 'Zurückgenommen. Es hatte begonnen, und wurde angehalten.',
    begun: 'Es hat schon begonnen. Sag: stopp, um es anzuhalten.',
    nothingToTakeBack: 'Es gibt nichts zurückzunehmen.',
    stopped: 'Angehalten.',
    notWorking: 'Der Agent arbeitet nicht.',
    slower: 'Langsamer.',
    faster: 'Schneller.',
    louder: 'Lauter.',
    loudest: 'Lauter geht es nicht. Nimm die Tasten des Telefons.',
    here: name => `Du bist in ${name}.`,
    nowIn: name => `Jetzt in ${name}.`,
    noSession: 'Es gibt keine Sitzung. Sag, was zu tun ist, und eine beginnt.',
    noneCalled: name => `Keine Sitzung heißt ${name}.`,
    severalCalled: names => `${number(names.length)} passen: ${names.slice(0, 3).join('; ')}. Sag den ganzen Namen.`,
    noProject: name => `Kein Projekt heißt ${name}.`,
    newIn: name => `Eine neue Sitzung in ${name}. Sag, was zu tun ist.`,
    asksIn: name => `${name} braucht dich.`,
    failedIn: name => `${name} ist gescheitert.`,
    doneIn: name => `${name} ist fertig.`,
    noNext: 'Das war die letzte.',
    noBack: 'Das war die erste.',
    ending: name => `Ich beende ${name}.`,
    ended: 'Die Sitzung ist beendet.',
    summary: 'Die Zusammenfassung:',
    saved: 'Sie ist auf dem Computer gespeichert.',
    goodbye: 'Auf Wiedersehen.',
    help:
      'Sag, was der Agent tun soll. Oder sag: wiederholen, mehr, langsamer, lauter, stopp, vergiss das, was braucht mich, nächste, ' +
      'zurück, wechsle zu, und einen Namen, neue Sitzung in, und ein Projekt, oder Sitzung beenden.',
    askIt: what => `${what} Sag: erlaube es einmal. Oder: ablehnen.`,
    hands: 'Das braucht deine Hände, wenn du angehalten hast.',
    orDeny: 'Oder sag: ablehnen.',
    allowed: 'Einmal erlaubt.',
    denied: 'Abgelehnt.',
    elsewhere: 'Es wurde anderswo beantwortet.',
    unsure: 'Das habe ich nicht gut verstanden. Sag es noch einmal.',
    unclear: 'Das ist kein klares Ja. Sag: erlaube es einmal, und sonst nichts.',
    notRecorded: 'Dein Computer hat das nicht verstanden. Sag es noch einmal, oder nimm die Hände, wenn du angehalten hast.',
    staysOpen: 'Es bleibt offen. Sag: was braucht mich, um es noch einmal zu hören.',
    notWhole: 'Du hast nicht alles gehört. Noch einmal.',
    cannotDeny: 'Das kann man nicht mit der Stimme ablehnen.',
    readOnly: 'Dieses Gerät darf nur lesen.',
    microphone: 'Das Mikrofon ist weg. Tippe, um zu sprechen.',
    failed: why => `Das hat nicht geklappt. ${why}`,
  },
}
