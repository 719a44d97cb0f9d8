// Owns the model that knows one program, the task's reference, and answers with it. Must never write anything else.

import { cancelled } from '../metered-model.ts';
import { type Model, ModelError, NO_USAGE } from '../model.ts';
import { plainReply } from './scripted.ts';

/** Answers with the program first; once a conversation holds a reply, with FINISH. Its claim is worth what any is. */
export function expertModel(program: string): Model {
  return {
    name: 'expert',
    seesImages: false,
    takesTemperature: false,
    async ask(request, onPiece, signal) {
      if (signal.aborted) throw cancelled();
      if (request.purpose !== 'program') {
        throw new ModelError(
          'BAD_REQUEST',
          `The reference program answers no request for a ${request.purpose}.`,
          'Choose a language model for this.',
          { usage: NO_USAGE },
        );
      }
      const asked = request.messages.some(({ role }) => role === 'assistant');
      const text = asked
        ? 'FINISH: the reference program was given'
        : `The reference program of this task.\n\n\`\`\`ts\n${program.replace(/\n*$/, '\n')}\`\`\`\n`;
      return plainReply(request, { text }, onPiece);
    },
  };
}
