// Runs the same tests on every platform; what a platform does not have is skipped by name, with the reason.
import { afterEach, beforeEach, describe, it } from 'vitest';
import { contractCommands } from '../support/platform-drivers/commands.ts';
import { discord } from '../support/platform-drivers/discord.ts';
import type { Ability, Driver, Person, PersonName } from '../support/platform-drivers/driver.ts';
import { slackOverHttp, slackOverSocket } from '../support/platform-drivers/slack.ts';
import { web } from '../support/platform-drivers/web.ts';

/** What the tests of one platform are written with. */
export type On = {
  /** The running platform; only inside of tests. */
  driver: () => Driver;
  person: (who: PersonName) => Person;
  /** A test that needs an ability; skipped where the platform lacks it. */
  itWith: (ability: Ability, name: string, test: () => Promise<void>) => void;
};

/** Declares `tests`, each in a community of its own, for the web, Discord, Slack over Socket Mode and Slack over HTTP. */
export const onEachPlatform = (name: string, tests: (on: On) => void, { several = false } = {}): void => {
  describe.each([web, discord, slackOverSocket, slackOverHttp])(`${name} on $name`, kind => {
    let running: Driver | undefined;
    const driver = (): Driver => {
      if (!running) throw new Error('the platform is not running');
      return running;
    };
    beforeEach(async () => {
      running = await kind.start(await contractCommands(), { several });
    });
    afterEach(() => running?.stop());
    tests({
      driver,
      person: who => driver().person(who),
      itWith: (ability, title, test) => {
        const reason = kind.lacks[ability];
        it.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (not here: ${reason})`, test);
      },
    });
  });
};
