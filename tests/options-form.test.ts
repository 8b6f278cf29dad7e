import { beforeEach, describe, expect, it } from 'vitest';
import { type ModalField, toPlainText } from '../src/message.ts';
import { schedulesOf } from '../src/storage/schedules.ts';
import { type TestApp, type TestMember, testApp } from './support/app.ts';

/** What a command answers to who forgot something, as they would see its form. */
const formOf = async (line: string): Promise<readonly ModalField[]> => {
  const olga = (await testApp()).as('olga', { organiser: true });
  await olga.type(line);
  const answer = olga.lastReply;
  if (answer.type !== 'modal') throw new Error(`no form: ${toPlainText(answer.message)}`);
  return answer.modal.fields;
};
const fieldOf = async (line: string, name: string): Promise<ModalField | undefined> =>
  (await formOf(line)).find(field => field.name === name);

describe('the form for missing options', () => {
  it('says whose type-ahead helps with a text', async () => {
    const suggest = { command: 'topics', subcommand: 'show', option: 'topic' };
    const field = await fieldOf('/topics show', 'topic');
    expect(field).toMatchObject({ type: 'text', suggest });
    expect(field).not.toHaveProperty('options');
  });

  it('is filled in with what was given, in the words of type-ahead', async () => {
    const zone = await fieldOf('/schedule set zone:Europe/Lisbon', 'zone');
    const options = [{ label: 'Europe/Lisbon', value: 'Europe/Lisbon' }];
    expect(zone).toMatchObject({ type: 'text', value: 'Europe/Lisbon', options });
    const odd = await fieldOf('/schedule set weekday:mon', 'weekday');
    expect(odd).toMatchObject({ value: 'mon', options: [{ label: 'mon', value: 'mon' }] });
  });

  it('asks for a channel as such, also one that may be left out, and keeps the one that was given', async () => {
    expect(await fieldOf('/schedule set', 'channel')).toMatchObject({ type: 'channel', required: false });
    expect(await fieldOf('/schedule set channel:#weekly', 'channel')).toMatchObject({ value: '#weekly' });
  });

  it('asks for what most people set too, in words and not in code', async () => {
    const labels = (await formOf('/schedule set')).map(({ name, label, required }) => [name, label, required]);
    expect(labels).toEqual([
      ['kind', 'Kind', true],
      ['channel', 'Channel', false],
      ['weekday', 'Weekday', false],
      ['time', 'Time', false],
      ['thread', 'Discussion thread', false],
    ]);
  });

  it('leaves a channel out that nobody gave where there is no room', async () => {
    const given = 'weekday:friday time:10:00 zone:UTC topics:2';
    const names = (await formOf(`/schedule set ${given}`)).map(({ name }) => name);
    expect(names).toEqual(['kind', 'weekday', 'time', 'zone', 'topics']);
  });

  it('takes as long a text as the option', async () => {
    expect(await fieldOf('/done', 'topics')).toMatchObject({ maxLength: 1000 });
    expect(await fieldOf('/topics show', 'topic')).toMatchObject({ maxLength: 200 });
  });
});

describe('a typed command that is refused', () => {
  let test: TestApp;
  let olga: TestMember;
  const line = '/schedule set digest channel:#learning weekday:moonday time:9am zone:Berln';
  const form = (): readonly ModalField[] => {
    const { lastReply } = olga;
    if (lastReply.type !== 'modal') throw new Error(`no form: ${toPlainText(lastReply.message)}`);
    return lastReply.modal.fields;
  };
  /** What is filled in: text, or the chosen values. */
  const filledIn = () =>
    Object.fromEntries(
      form().map(({ name, type, value, options = [] }) => [
        name,
        type === 'select' ? options.flatMap(one => (one.selected ? [one.value] : [])) : value,
      ]),
    );
  beforeEach(async () => {
    test = await testApp();
    olga = test.as('olga', { organiser: true });
  });

  it('hears of everything that is wrong at once, and reads the line again as it was typed', async () => {
    const said = await olga.type(line);
    expect(said).toMatch(/“moonday” is no weekday[\s\S]*“9am” is no time of day[\s\S]*“Berln” is no time zone/);
    expect(said).toContain(`You typed: ${line}`);
    expect(JSON.stringify(olga.lastMessage.message)).toContain(`\`${line}\``);
  });

  it('is changed in a form that has what is wrong first and everything as it was given', async () => {
    await olga.type(line);
    await olga.press('Change it');
    expect(form().map(({ name }) => name)).toEqual(['weekday', 'time', 'zone', 'kind', 'channel']);
    expect(filledIn()).toEqual({
      weekday: 'moonday',
      time: '9am',
      zone: 'Berln',
      kind: ['digest'],
      channel: '#learning',
    });
    const mended = { weekday: 'monday', time: '09:00', zone: 'Berlin', kind: 'digest', channel: '#learning' };
    expect(await olga.fill(mended)).toContain('every Monday at 09:00, Europe/Berlin');
  });

  it('keeps what five fields cannot hold, also while the form is refused once more', async () => {
    await olga.type('/schedule set digest #learning friday 10:00 zone:UTC topics:9 send:channel thread:yes');
    await olga.press('Change it');
    const shown = { ...filledIn(), kind: 'digest' } as Record<string, string>;
    expect(Object.keys(shown)).toEqual(['topics', 'kind', 'channel', 'weekday', 'time']);
    expect(shown.topics).toBe('9');
    const opened = olga.lastReply;
    if (opened.type !== 'modal') throw new Error('no form');
    expect(await olga.fill(shown)).toContain('topics takes a whole number from 1 to 5');
    const caller = { platform: 'web', communityId: 'test', communityName: 'Test', memberId: 'olga' } as const;
    const again = { caller: { ...caller, name: 'olga', organiser: true }, modal: opened.modal.id } as const;
    // A field that was emptied may be missing from what a platform sends.
    const { weekday: _, ...others } = shown;
    await test.app.handle({ ...again, type: 'modal', fields: { ...others, topics: '3' } });
    expect(await schedulesOf(test.db, 1)).toMatchObject([
      { zone: 'UTC', topicsPerWeek: 3, direct: false, thread: true, cron: '0 10 * * 1' },
    ]);
  });

  it('is changed as well where only the command itself can tell what is wrong', async () => {
    expect(await olga.type('/schedule set leaderboard #learning thread:yes')).toContain('You typed: /schedule set');
    await olga.press('Change it');
    expect(filledIn()).toMatchObject({ kind: ['leaderboard'], channel: '#learning', thread: ['yes'] });
  });

  it('has a value by a wrong name where it was meant to go', async () => {
    const said = await olga.type('/schedule set digest chanel:#learning day:friday');
    expect(said).toContain('There is no option “chanel” here. Did you mean channel?');
    expect(said).toContain('There is no option “day” here. Did you mean weekday?');
    await olga.press('Change it');
    expect(filledIn()).toMatchObject({ channel: '#learning', weekday: 'friday' });
  });

  it('has a text that is too long as a whole, so that it can be shortened', async () => {
    const long = 'x'.repeat(250);
    await olga.type(`/topics show ${long}`);
    await olga.press('Change it');
    expect(form()).toMatchObject([{ name: 'topic', value: long, maxLength: 250 }]);
  });

  it('is read as code that nothing breaks out of, with a channel by its name', async () => {
    await olga.type('/topics show `a` **b** <#C0123ABCD|learning>');
    expect(JSON.stringify(olga.lastMessage.message)).toContain('``/topics show `a` **b** #learning``');
  });

  it('is repeated without a form where there is none, and not at all where it was a name only', async () => {
    expect(await olga.type('/trakc select engineering')).toMatch(/You typed: \/trakc select engineering$/);
    expect(await olga.type('/settings pace 5 and a bit')).toMatch(/You typed: \/settings pace 5 and a bit$/);
    expect(await olga.type('/porgress')).not.toContain('You typed');
    expect(await test.as('ada').type('/schedule set digest #learning')).not.toContain('[Change it]');
  });

  it('is kept for a day and for nobody else', async () => {
    await olga.type(line);
    const refused = olga.lastReply;
    const eve = test.as('eve', { organiser: true });
    expect(await eve.press('Change it', refused)).toContain('Please type the command again');
    test.setNow('2026-11-24T08:59:00Z');
    expect(await olga.press('Change it', refused)).toContain('Weekday: moonday');
    test.setNow('2026-11-24T09:01:00Z');
    expect(await olga.press('Change it', refused)).toContain('Please type the command again');
  });
});
