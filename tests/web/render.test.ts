import { describe, expect, it } from 'vitest';
import { type Block, heading, type Message, text } from '../../src/message.ts';
import { renderMarkdown, renderMessage } from '../../src/web/render.ts';

const html = (...blocks: Block[]): string => renderMessage({ blocks });

describe('Markdown on the web', () => {
  it('shows the subset', () => {
    expect(renderMarkdown('**bold** _soft_ `code`\n\n- one\n- two')).toBe(
      '<p><strong>bold</strong> <em>soft</em> <code>code</code></p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>',
    );
  });

  it('shows raw HTML as text', () => {
    const shown = renderMarkdown('Hi <img src=x onerror=alert(1)>\n\n<script>alert(2)</script>');
    expect(shown).not.toMatch(/<(img|script)/);
    expect(shown).toContain('&#x3C;img src=x onerror=alert(1)>');
    expect(shown).toContain('&#x3C;script>alert(2)&#x3C;/script>');
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,hi)',
    '[x](file:///etc/passwd)',
    '[x](//evil.example)',
    '[x](/api/reset)',
    '[x](topic:../../etc)',
    '[x](topic:a"onclick=b)',
    '[x](time:soon)',
    '<javascript:alert(1)>',
    '[x][1]\n\n[1]: javascript:alert(1)',
    '![x](https://example.org/tracker.png)',
    '![x][1]\n\n[1]: https://example.org/tracker.png',
  ])('leaves only the text of %s', markdown => {
    const shown = renderMarkdown(markdown);
    expect(shown).not.toMatch(/<(a|button|time|img)\b|href|src=|data-command/);
    expect(shown).toMatch(/x|alert/);
  });

  it('opens web links in a new tab that does not know us', () => {
    expect(renderMarkdown('[guide](https://example.org/a?b=1&c=2)')).toBe(
      '<p><a href="https://example.org/a?b=1&#x26;c=2" target="_blank" rel="noopener noreferrer">guide</a></p>',
    );
    expect(renderMarkdown('[guide][1]\n\n[1]: https://example.org')).toContain('href="https://example.org"');
  });

  it('makes a topic a button that shows it', () => {
    expect(renderMarkdown('[Git](topic:git-basics)')).toContain(
      '<button type="button" class="topic-link" data-command="/topics show git-basics">Git</button>',
    );
  });

  it('keeps the instant of a time', () => {
    expect(renderMarkdown('[Monday](time:2026-11-23T09:00:00Z)')).toContain(
      '<time datetime="2026-11-23T09:00:00Z">Monday</time>',
    );
  });

  it('names a channel', () => {
    expect(renderMarkdown('in [#general](channel:general), weekly')).toBe('<p>in #general, weekly</p>');
  });

  it('does not let a text break the outline of the message', () => {
    expect(renderMarkdown('# Big')).toBe('<p><strong>Big</strong></p>');
  });
});

describe('a message on the web', () => {
  it('has headings below those of the page', () => {
    expect(html(heading('One'), heading('Two', 2))).toBe('<div class="card"><h3>One</h3><h4>Two</h4></div>');
  });

  it('escapes what stands in every plain field', () => {
    const evil = '"><script>alert(1)</script>';
    const shown = renderMessage({
      accent: '#fff" onload="x',
      blocks: [
        heading(evil),
        { type: 'facts', items: [{ label: evil, value: evil }] },
        { type: 'progress', label: evil, done: 1, total: 2, unit: evil },
        { type: 'table', columns: [{ label: evil }], rows: [{ cells: [evil] }] },
        { type: 'image', png: new Uint8Array([1]), alt: evil },
        {
          type: 'actions',
          items: [
            { type: 'button', label: evil, action: evil },
            { type: 'link', label: evil, url: 'javascript:alert(1)' },
            {
              type: 'select',
              action: evil,
              placeholder: evil,
              options: [{ label: evil, value: evil, description: evil }],
            },
            { type: 'select', action: evil, placeholder: evil, max: 2, options: [{ label: evil, value: evil }] },
          ],
        },
      ],
    });
    const withoutTags = shown.replaceAll(/<\/?(?!script)[a-z0-9]+(?: [a-z-]+(?:="[^"]*")?)*>/g, '');
    expect(withoutTags).not.toContain('<');
    expect(shown).not.toMatch(/onload|href/);
  });

  it('carries its accent colour', () => {
    expect(renderMessage({ accent: '#2F7bff', blocks: [] })).toBe('<div class="card" data-accent="#2F7bff"></div>');
  });

  it('labels progress with its numbers', () => {
    const shown = html({ type: 'progress', label: 'Engineering', done: 3, total: 12, unit: 'topics' });
    expect(shown).toContain('<span>3 of 12 topics (25 %)</span>');
    expect(shown).toContain('<progress value="3" max="12" aria-label="Engineering: 3 of 12 topics (25 %)">');
    expect(html({ type: 'progress', label: 'None', done: 0, total: 0, unit: 'topics' })).toContain('max="1"');
  });

  it('shows facts as a description list', () => {
    expect(html({ type: 'facts', items: [{ label: 'Track', value: 'Design' }] })).toContain(
      '<dl class="facts"><div><dt>Track</dt><dd>Design</dd></div></dl>',
    );
  });

  it('shows tight lists without paragraphs, ordered where told', () => {
    const list = (ordered: boolean) => html({ type: 'list', ordered, items: ['**a**', '[b](topic:b)'] });
    expect(list(true)).toContain('<ol><li><strong>a</strong></li>');
    expect(list(false)).toContain('<ul><li>');
  });

  it('marks the own row of a table and aligns numbers', () => {
    const shown = html({
      type: 'table',
      columns: [{ label: 'Who' }, { label: 'Points', align: 'end' }],
      rows: [{ cells: ['Ada', '3'] }, { cells: ['Ben', '2'], own: true }],
    });
    expect(shown).toContain('<th scope="col" class="end">Points</th>');
    expect(shown).toContain('<tr class="own" aria-current="true"><td>Ben</td><td class="end">2</td></tr>');
  });

  it('embeds pictures with their alternative text', () => {
    expect(html({ type: 'image', png: new Uint8Array([1, 2, 3]), alt: 'Points per week' })).toContain(
      '<img src="data:image/png;base64,AQID" alt="Points per week">',
    );
  });

  it('makes quiet text and dividers', () => {
    expect(html({ type: 'text', text: 'psst', tone: 'quiet' }, { type: 'divider' })).toBe(
      '<div class="card"><div class="text quiet"><p>psst</p></div><hr></div>',
    );
  });

  it('makes buttons, links and a select that chooses at once', () => {
    const shown = html({
      type: 'actions',
      items: [
        { type: 'button', label: 'Done', action: 'next/done/git', style: 'primary' },
        { type: 'link', label: 'Guide', url: 'https://example.org' },
        {
          type: 'select',
          action: 'a/b/',
          placeholder: 'Pick',
          options: [{ label: 'One', value: '1', selected: true }],
        },
      ],
    });
    expect(shown).toContain('<button type="button" class="button primary" data-action="next/done/git">Done</button>');
    expect(shown).toContain(
      '<a href="https://example.org" target="_blank" rel="noopener noreferrer" class="button secondary">',
    );
    expect(shown).toContain('<select class="select" data-action="a/b/" aria-label="Pick">');
    expect(shown).toContain('<option value="1" selected>One</option>');
  });

  it('makes several choices a group of checkboxes with a confirm button', () => {
    const options = [
      { label: 'One', value: '1', selected: true },
      { label: 'Two', value: '2', description: 'second' },
      { label: 'Three', value: '3' },
    ];
    const shown = html({
      type: 'actions',
      items: [{ type: 'select', action: 'a/b/', placeholder: 'Pick', max: 2, options }],
    });
    expect(shown).toContain('<fieldset class="choices" data-select="a/b/" data-min="1" data-max="2">');
    expect(shown).toContain('<legend>Pick<span class="quiet"> (up to 2)</span></legend>');
    expect(shown).toContain('<input type="checkbox" value="1" checked>');
    expect(shown).toContain('data-confirm>Confirm</button>');
  });

  it('shows the longest values whole', () => {
    const long = 'Longest '.repeat(2_000);
    const message: Message = {
      blocks: [heading(long), text(long), { type: 'facts', items: [{ label: long, value: long }] }],
    };
    expect(renderMessage(message).match(/Longest/g)).toHaveLength(8_000);
  });
});
