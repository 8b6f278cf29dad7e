import { describe, expect, it } from 'vitest';
import { SLACK_API } from '../../src/slack/clients.ts';
import { isResponseUrl } from '../../src/slack/response-url.ts';

describe('an address to answer to', () => {
  it.each([
    ['https://hooks.slack.com/commands/T1/1/x', true],
    ['https://hooks.slack-gov.com/commands/T1/1/x', true],
    ['https://slack.com/api/response', true],
    ['http://hooks.slack.com/commands/T1/1/x', false],
    ['https://hooks.slack.com:8443/commands', false],
    ['https://hooks.slack.com.example.org/x', false],
    ['https://hooks.slack.com@example.org/x', false],
    ['https://example.org/hooks.slack.com', false],
    ['http://169.254.169.254/latest/meta-data', false],
    ['file:///etc/passwd', false],
    ['', false],
  ])('is told from Slack’s: %s', (url, expected) => {
    expect(isResponseUrl(url, SLACK_API)).toBe(expected);
  });
});
