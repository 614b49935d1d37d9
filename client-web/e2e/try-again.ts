/** Browser tests are tried up to three times, with the error of each try printed: a crowded machine can make a page miss its moment. */
import { expect, jest } from '@jest/globals';

if (/[\\/]e2e[\\/]/.test(expect.getState().testPath ?? '')) jest.retryTimes(2, { logErrorsBeforeRetry: true });
