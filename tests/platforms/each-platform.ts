// Runs the same tests on every platform. What a platform does not have by nature is not asked of it: `lacks` in its driver says why.
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
  /** A test for the platforms that have an ability. */
  itWith: (ability: Ability, name: string, test: () => Promise<void>) => void;
};

/**
 * Declares `tests`, each in a community of its own (`several`: with a second beside it), for the web, Discord, Slack over Socket Mode
 * and Slack over HTTP.
 */
export const onEachPlatform = (
  name: string,
  tests: (on: On) => void,
  { several = false }: { several?: boolean } = {},
): void => {
  const kinds = [web, discord, slackOverSocket, slackOverHttp].filter(
    ({ lacks }) => !several || lacks['several communities'] === undefined,
  );
  describe.each(kinds)(`${name} on $name`, kind => {
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
        if (kind.lacks[ability] === undefined) it(title, test);
      },
    });
  });
};
