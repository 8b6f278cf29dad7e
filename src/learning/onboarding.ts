// The questions of onboarding in their order, and whether a member has been asked about direct messages.

export const ONBOARDING_STEPS = ['track', 'roles', 'hours', 'zone', 'messages', 'leaderboard'] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

/** The steps that come once the question about direct messages was answered or left as it is. */
export const STEPS_AFTER_MESSAGES: readonly OnboardingStep[] = ONBOARDING_STEPS.slice(
  ONBOARDING_STEPS.indexOf('messages') + 1,
);

/** How long messages wait for somebody who is being onboarded; who has left off by then gets them all the same. */
export const ONBOARDING_PATIENCE_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a member is in the middle of their first onboarding and has not reached the question about direct messages. Who never
 * began, or was through it once, is not.
 */
export const isBeforeMessages = ({
  onboardingStep,
  onboardedAt,
}: {
  onboardingStep: string | null;
  onboardedAt: Date | null;
}): boolean =>
  onboardingStep !== null && onboardedAt === null && !STEPS_AFTER_MESSAGES.some(step => step === onboardingStep);

/** Whether messages due at `at` wait for a member to come to the question about them. */
export const waitsForOnboarding = (
  member: Parameters<typeof isBeforeMessages>[0] & { lastActiveAt: Date },
  at: Date,
): boolean => isBeforeMessages(member) && at.getTime() - member.lastActiveAt.getTime() < ONBOARDING_PATIENCE_MS;
