/** What one may say to the page itself, a table for each language; another language is another table. */

export const COMMANDS = [
  'repeat', 'slower', 'faster', 'louder', 'more', 'stop', 'next', 'back', 'needs', 'switch', 'new', 'end', 'scratch', 'help', 'exit',
] as const

export type CommandName = (typeof COMMANDS)[number]

export interface SpokenLanguage {
  /** Whole phrases, in lower case and without punctuation; `*` stands for a name at the end. */
  commands: Partial<Record<CommandName, string[]>>
  /** May be said before or after them, and mean nothing. */
  polite: string[]
  /** Whole phrases that refuse. */
  deny: string[]
  /** Said at the end, they send what was said before. */
  send: string[]
  /** Last words of somebody who has not finished. */
  open: string[]
}

export const LANGUAGES: Record<string, SpokenLanguage> = {
  en: {
    commands: {
      repeat: ['repeat', 'repeat that', 'say that again', 'say it again', 'once more', 'again', 'what did you say'],
      slower: ['slower', 'speak slower', 'more slowly', 'slow down'],
      faster: ['faster', 'speak faster', 'speed up'],
      louder: ['louder', 'speak louder', 'speak up'],
      more: ['more', 'tell me more', 'go on', 'read on', 'the rest'],
      stop: ['stop', 'stop it', 'stop that', 'stop the agent', 'halt', 'quiet', 'be quiet'],
      next: ['next', 'next one', 'next session', 'the next one'],
      back: ['back', 'go back', 'previous', 'the one before'],
      needs: ['what needs me', 'who needs me', 'does anything need me', 'status', 'what is going on', "what's going on"],
      switch: ['switch to *', 'go to *', 'change to *'],
      new: ['new session in *', 'new session', 'start a new session in *', 'start a new session'],
      end: ['end session', 'end the session', 'end this session'],
      scratch: ['scratch that', 'cancel that', 'take that back', 'forget that', 'never mind'],
      help: ['help', 'what can i say', 'what can i do'],
      exit: ['stop driving', 'exit', 'leave driving mode', 'goodbye janus'],
    },
    polite: ['please', 'janus', 'hey janus', 'okay', 'ok', 'thanks', 'thank you'],
    deny: ['deny', 'deny it', 'deny that', 'no', 'nope', 'no no', 'no thanks', 'no thank you', 'reject', 'reject it', "don't", "don't do it", "don't do that", 'do not', 'refuse', 'no deny', 'no deny it'],
    send: ['send it', 'send that', 'over'],
    open: 'and or but so because that which the a an to of in on at for with from by is are if then than my your this um uh like also'.split(' '),
  },
  de: {
    commands: {
      repeat: ['wiederholen', 'wiederhole das', 'nochmal', 'noch einmal', 'noch mal'],
      slower: ['langsamer'],
      faster: ['schneller'],
      louder: ['lauter'],
      more: ['mehr', 'weiter', 'lies weiter'],
      stop: ['stopp', 'stop', 'halt', 'anhalten', 'ruhe'],
      next: ['nächste', 'das nächste', 'die nächste', 'nächster'],
      back: ['zurück'],
      needs: ['was braucht mich', 'wer braucht mich', 'was gibt es'],
      switch: ['wechsle zu *', 'wechsel zu *'],
      new: ['neue sitzung in *', 'neue sitzung'],
      end: ['sitzung beenden', 'beende die sitzung'],
      scratch: ['vergiss das', 'streich das', 'nimm das zurück'],
      help: ['hilfe', 'was kann ich sagen'],
      exit: ['fahrt beenden', 'tschüss janus'],
    },
    polite: ['bitte', 'janus', 'okay', 'danke'],
    deny: ['nein', 'ablehnen', 'nein danke', 'nicht erlauben', 'lass das'],
    send: ['abschicken', 'senden'],
    open: 'und oder aber weil dass der die das ein eine zu von in mit für ist wenn dann äh ähm'.split(' '),
  },
  fr: {
    commands: {
      repeat: ['répète', 'répétez', 'encore une fois'],
      slower: ['plus lentement', 'moins vite'],
      faster: ['plus vite'],
      louder: ['plus fort'],
      more: ['la suite', 'continue', 'encore'],
      stop: ['stop', 'arrête', 'arrêtez', 'silence'],
      next: ['suivant', 'suivante', 'la suivante'],
      back: ['retour', 'précédent'],
      needs: ['qui a besoin de moi', 'quoi de neuf'],
      switch: ['passe à *', 'va à *'],
      new: ['nouvelle session dans *', 'nouvelle session'],
      end: ['termine la session', 'fin de session'],
      scratch: ['oublie ça', 'annule ça'],
      help: ['aide', 'que puis je dire'],
    },
    polite: ["s'il te plaît", "s'il vous plaît", 'janus', 'merci'],
    deny: ['non', 'refuse', 'refuser', 'non merci'],
    send: ['envoie', 'envoyer'],
    open: 'et ou mais que qui le la les un une de du des à dans pour avec est si euh'.split(' '),
  },
  es: {
    commands: {
      repeat: ['repite', 'repítelo', 'otra vez'],
      slower: ['más despacio', 'más lento'],
      faster: ['más rápido'],
      louder: ['más alto', 'más fuerte'],
      more: ['más', 'sigue', 'continúa'],
      stop: ['para', 'alto', 'detente', 'stop', 'silencio'],
      next: ['siguiente', 'el siguiente'],
      back: ['atrás', 'anterior'],
      needs: ['quién me necesita', 'qué me necesita'],
      switch: ['cambia a *', 've a *'],
      new: ['nueva sesión en *', 'nueva sesión'],
      end: ['termina la sesión', 'terminar sesión'],
      scratch: ['olvida eso', 'cancela eso'],
      help: ['ayuda', 'qué puedo decir'],
    },
    polite: ['por favor', 'janus', 'gracias'],
    deny: ['no', 'deniega', 'denegar', 'no gracias', 'rechaza'],
    send: ['envíalo', 'enviar'],
    open: 'y o pero que el la los las un una de a en con por para es si eh'.split(' '),
  },
}
