import { describe } from 'vitest';
import { describeGradients } from './conformance-gradients.ts';
import { describeGrowth } from './conformance-growth.ts';
import { describeImageTraining } from './conformance-image-training.ts';
import { describeImages } from './conformance-images.ts';
import { describeState } from './conformance-state.ts';
import { describeTraining } from './conformance-training.ts';
import { setSlack, type OpenEngine } from './support.ts';

/**
 * What every engine must do, whatever it runs on.
 * @param longRun steps of the tests that follow a run for long; fewer where a step takes a software driver long
 * @param slack how many times wider than float32's the tolerances are
 */
export function describeEngine(name: string, open: OpenEngine, longRun = 200, slack = 1): void {
  setSlack(slack);
  describe(name, () => {
    describeGradients(open);
    describeImages(open);
    describeImageTraining(open, longRun);
    describeTraining(open);
    describeState(open);
    describeGrowth(open);
  });
}
