// Shows: Operations | a probe that hangs ends in its time, and the steps behind it are not taken for failures
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goJourneys, StepFailed } from './probes.ts';

const outcomes = async (...journeys: Parameters<typeof goJourneys>[1]) =>
  (await goJourneys('a', journeys, 50)).map(({ component, outcome, detail }) => [
    component,
    outcome,
    detail,
  ]);

test('a step that never answers, and listens to nobody, is late; what comes behind it is not reached', async () => {
  const steps = await outcomes({
    components: ['sign-in', 'signing', 'send-fhir'],
    run: async (step) => {
      await step('sign-in', async () => 1);
      await step('signing', () => new Promise(() => undefined));
      await step('send-fhir', async () => 1);
    },
  });
  assert.deepEqual(steps, [
    ['sign-in', 'ok', null],
    ['signing', 'late', 'no answer in time'],
    ['send-fhir', 'not-reached', null],
  ]);
});

test('a step that fails says its code and nothing that an answer had in it', async () => {
  const steps = await outcomes(
    {
      components: ['claim'],
      run: async (step) => {
        await step('claim', async () => Promise.reject(new StepFailed('503')));
      },
    },
    {
      components: ['tracker'],
      run: async (step) => {
        await step('tracker', async () => Promise.reject(new Error('of 999 000 0018')));
      },
    },
  );
  assert.deepEqual(steps, [
    ['claim', 'failed', '503'],
    ['tracker', 'failed', 'failed'],
  ]);
});
