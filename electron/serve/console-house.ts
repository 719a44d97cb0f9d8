// Owns everything behind the console's door: one session, the settings, the library, and what each request means. One for
// the browser, the desktop shell and the tests. Must never let a request past the question who holds control.

import { join } from 'node:path';
import { agentMode } from '../../skills/agent/modes.ts';
import type { ModelAccess } from '../../skills/agent/open-model.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import type { ConsoleSettings } from '../ipc/console-contract.ts';
import type { Handlers, Server } from '../ipc/rpc.ts';
import { checkSummary } from '../session/console-card.ts';
import { ConsoleKeys, type KeyStore } from '../session/console-keys.ts';
import { ConsoleLibrary } from '../session/console-library.ts';
import { consoleModels, testModel } from '../session/console-models.ts';
import { ConsoleRefusal } from '../session/console-refusal.ts';
import { ConsoleSession } from '../session/console-session.ts';
import { ConsoleSettingsFile } from '../session/console-settings.ts';
import { editorApi, taskSummaries } from '../session/console-tasks.ts';
import { NotFoundError, openTask, readExpert, VERSION } from '../session/installation.ts';
import { ConsoleBenches } from './console-benches.ts';
import type { ConsoleContract, ConsoleHouse } from './console-server.ts';
import { TaskPictures } from './task-pictures.ts';

export interface HouseOptions {
  /** CAPSTAN_HOME. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly shell: ConsoleSettings['shell'];
  /** Only the desktop shell has one. */
  readonly keyStore?: KeyStore;
  /** Of the page, as browsers name them; known once it is served. */
  readonly origins: () => readonly string[];
  /** Of the log of this process. */
  readonly log: (text: string) => void;
}

export interface OpenHouse extends ConsoleHouse {
  readonly session: ConsoleSession;
  /** Stops what moves, completes the episode and ends every process. */
  close(why: string): Promise<void>;
}

const NOTHING: Readonly<Record<string, never>> = {};

export async function openHouse({
  home,
  environment,
  shell,
  keyStore,
  origins,
  log,
}: HouseOptions): Promise<OpenHouse> {
  const windows = new Set<Server<ConsoleContract>>();
  const emit: Server<ConsoleContract>['emit'] = (name, data) => {
    for (const window of windows) window.emit(name, data);
  };
  const notices: { level: 'info' | 'warning' | 'error'; message: string; hint: string }[] = [];
  const notice = (level: 'info' | 'warning' | 'error', message: string, hint: string) => {
    log(hint === '' ? message : `${message}\n  ${hint}`);
    // What went wrong before any window was there is told to the first.
    if (windows.size === 0) notices.push({ level, message, hint });
    else emit('notice', { level, message, hint });
  };
  const episodes = join(home, 'episodes');
  const settings = new ConsoleSettingsFile(home, (message, hint) => notice('warning', message, hint));
  const keys = await ConsoleKeys.open(environment, keyStore, (message) => notice('info', message, ''));
  const library = new ConsoleLibrary({ folder: episodes, trash: join(home, 'trash', 'episodes') });
  const access = (): ModelAccess => keys.access();
  const benches = new ConsoleBenches(join(home, 'bench'), (bench) => emit('bench', bench as never));
  const pictures = new TaskPictures(join(home, 'cache', 'pictures'));
  const session = new ConsoleSession({
    models: ({ task, tier, seed }) =>
      consoleModels(access, () => readExpert(task, agentMode(tier).tier, openTask(task).taskFor(seed).task).source),
    notes: () => (settings.useNotes && settings.notes.trim() !== '' ? settings.notes : null),
    recordFolder: () => episodes,
    origins,
    onPiece: (piece) => emit('modelPiece', piece),
    onNotice: ({ level, message, hint }) => notice(level, message, hint),
  });
  session.board.onChange((state) => emit('state', state as never));

  const shownSettings = (): ConsoleSettings => ({
    providers: keys.origins(),
    canKeepKeys: keys.canKeep,
    writer: settings.writer,
    caps: settings.caps,
    notes: settings.notes,
    useNotes: settings.useNotes,
    folders: { home, episodes },
    versions: { capstan: VERSION, node: process.version.slice(1) },
    shell,
  });

  const handlers = (client: string): Handlers<ConsoleContract> => {
    /** For the holder of control alone. */
    const held = <Params, Answer>(work: (params: Params) => Promise<Answer>) => {
      return async (params: Params): Promise<Answer> => {
        await session.requireControl(client);
        return await work(params);
      };
    };
    return {
      state: async () => session.state,
      tasks: async () => ({ tasks: taskSummaries() }),
      taskPicture: async ({ task, seed }) => ({
        pngBase64: Buffer.from(await pictures.picture(task, seed)).toString('base64'),
      }),

      openCell: held(async (choice) => {
        await session.openCell(choice);
        return NOTHING;
      }),
      endCell: held(async () => {
        await session.endCell();
        return NOTHING;
      }),
      instruct: held(async ({ text }) => {
        session.cell.programs.instruct(text);
        return NOTHING;
      }),
      submit: held(async ({ source }) => {
        session.cell.programs.submit(source);
        return NOTHING;
      }),
      decide: held(async ({ proposalId, sha256, decision }) => {
        await session.decide(client, proposalId, sha256, decision);
        return NOTHING;
      }),
      renewPreview: held(async ({ proposalId, speedScale }) => {
        session.cell.programs.renewPreview(client, proposalId, speedScale);
        return NOTHING;
      }),
      setSpeed: held(async ({ speedScale }) => {
        session.cell.programs.setSpeed(speedScale);
        return NOTHING;
      }),
      remark: held(async ({ text }) => {
        await session.cell.programs.remark(text);
        return NOTHING;
      }),
      proposeUndo: held(async () => {
        session.cell.programs.proposeUndo(client);
        return NOTHING;
      }),
      cancel: held(async () => {
        session.cancel();
        return NOTHING;
      }),
      judge: held(() => session.cell.programs.judge()),

      check: async ({ source }) => checkSummary(await session.cell.session.checkDraft(source)),
      api: async () => editorApi(session.cell.task, agentMode(session.cell.choice.tier).tier),
      expert: async () => {
        const { task, choice } = session.cell;
        try {
          return { source: readExpert(task.name, agentMode(choice.tier).tier, task).source };
        } catch (error) {
          if (error instanceof NotFoundError) return { source: null };
          throw error;
        }
      },
      look: async () => {
        const { views } = await session.cell.session.look();
        return {
          views: views.map(({ camera, png }) => ({ camera, pngBase64: Buffer.from(png).toString('base64') })),
        };
      },

      episodes: () => library.list(),
      annotateEpisode: async ({ id, mark, tags, notes }) => {
        await library.annotate(id, { mark, tags: tags === undefined ? undefined : [...tags], notes });
        return NOTHING;
      },
      deleteEpisode: async ({ id }) => {
        if (session.state.cell?.id === id) {
          throw new ConsoleRefusal(
            'RECORDING',
            'This episode is being recorded. It was not deleted.',
            'End the cell first.',
          );
        }
        await library.remove(id);
        return NOTHING;
      },
      restoreEpisode: async ({ id }) => {
        await library.restore(id);
        return NOTHING;
      },
      skills: async () => ({
        skills: loadLibrary().map(({ record, code, documentation }) => ({
          name: record.name,
          exports: record.exports,
          documentation,
          source: code,
          state: record.state,
          provenance: `${record.provenance.kind}: ${record.provenance.source}, ${record.provenance.date}`,
        })),
      }),

      benches: async () => ({ benches: benches.list() }),
      startBench: async (request) => ({ id: benches.start(request) }),
      cancelBench: async ({ id }) => {
        benches.cancel(id);
        return NOTHING;
      },
      compareBenches: async ({ a, b }) => ({ text: benches.compare(a, b) }),

      settings: async () => shownSettings(),
      changeSettings: async (change) => {
        settings.change(change);
        return shownSettings();
      },
      setKey: async ({ provider, key }) => {
        await keys.set(provider, key);
        return shownSettings();
      },
      testModel: ({ model }) => testModel(model, keys.access()),
    };
  };

  return {
    session,
    episodes,
    handlers,
    attach: (window) => {
      windows.add(window);
      window.emit('state', session.state as never);
      for (const one of notices.splice(0)) window.emit('notice', one);
      return () => void windows.delete(window);
    },
    close: async (why) => {
      await Promise.all([session.close(why), benches.close()]);
    },
  };
}
