import { describe, expect, it } from 'vitest';
import { type ModalField, toPlainText } from '../src/message.ts';
import { testApp } from './support/app.ts';

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
    const odd = await fieldOf('/schedule set zone:Nowhere', 'zone');
    expect(odd).toMatchObject({ value: 'Nowhere', options: [{ label: 'Nowhere', value: 'Nowhere' }] });
  });

  it('asks for a channel as such, also one that may be left out, and keeps the one that was given', async () => {
    expect(await fieldOf('/schedule set', 'channel')).toMatchObject({ type: 'channel', required: false });
    expect(await fieldOf('/schedule set channel:#weekly', 'channel')).toMatchObject({ value: '#weekly' });
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
