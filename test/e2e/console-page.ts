// A console window on a scripted session, as tests of its panels use it: the built page in Chromium, a cell that is open and
// in this window's control, and what the page complained about.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ConsoleProposal } from '../../electron/ipc/console-contract.ts';
import { ScriptedSession } from './scripted-session.ts';

/** Sockets that are refused belong to some tests; the policy is listened to by itself, with its place. */
const IGNORED = /WebSocket connection|^Applying inline style violates/;

export class ConsolePage {
  readonly session: ScriptedSession;
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #complaints: string[] = [];

  private constructor(session: ScriptedSession, context: BrowserContext, page: Page) {
    this.session = session;
    this.page = page;
    this.#context = context;
    page.on('console', (message) => {
      if (message.type() === 'error' && !IGNORED.test(message.text())) this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(String(error)));
  }

  /** @param answers of the session, where they are not the usual ones */
  static async open(
    browser: Browser,
    pageFolder: string,
    answers: ConstructorParameters<typeof ScriptedSession>[1] = {},
    clock: 'real' | 'held' = 'real',
  ): Promise<ConsolePage> {
    const session = await new ScriptedSession(pageFolder, answers).start();
    const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
    const page = await context.newPage();
    const made = new ConsolePage(session, context, page);
    session.openCell();
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ target, violatedDirective, blockedURI }) => {
        // Chromium itself gives typed-over text a style of its own, which the policy takes away again.
        const isTyped = target instanceof Element && target.closest('.cm-content') !== null;
        if (!isTyped) console.error(`policy: ${violatedDirective} ${blockedURI}`);
      });
      localStorage.setItem('capstan.first-cell.1', 'opened');
      localStorage.setItem('capstan.tour.1', 'seen');
    });
    if (clock === 'held') await page.clock.install();
    await page.goto(session.url);
    await page.getByText('Nothing moves').waitFor();
    await page.getByText('Control: This window').waitFor();
    return made;
  }

  /** Puts a question before the operator. */
  async ask(proposal: ConsoleProposal): Promise<void> {
    this.session.tell({ phase: 'asking', proposal });
    await this.card(proposal.block).waitFor();
  }

  card(block: number) {
    return this.page.getByRole('article', { name: `Approval of block ${block + 1}` });
  }

  /** Lets the card stand for long enough to be decided on. */
  async settled(): Promise<void> {
    await expect
      .poll(() => this.page.getByRole('button', { name: /^Approve/ }).getAttribute('class'), { timeout: 20_000 })
      .not.toContain('approval-unsettled');
  }

  /** What the window has asked of the session under this name. */
  sent(name: string): readonly unknown[] {
    return this.session.heard
      .filter((one) => one.socket === 'session' && one.name === name)
      .map(({ params }) => params);
  }

  /** The answers to questions that were sent. */
  decisions(): readonly unknown[] {
    return this.sent('decide').map((params) => Reflect.get(params as object, 'decision'));
  }

  async close(): Promise<void> {
    await this.#context.close();
    this.session.close();
    expect(this.#complaints, 'the page complained').toEqual([]);
  }
}

export const eventually = (read: () => unknown, what?: string) => expect.poll(read, { timeout: 20_000, message: what });
