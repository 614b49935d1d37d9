import { expect, test } from '@jest/globals';
import { badJson, forbidden, invalidParam, MatrixError, missingParam, notFound } from './errors.ts';

test('the response body has the code, the message and further members, which can not replace them', () => {
  const error = new MatrixError('M_LIMIT_EXCEEDED', 429, 'Too fast.', { retry_after_ms: 5, errcode: 'M_OTHER', error: 'x' });
  expect([error.status, error.message]).toEqual([429, 'Too fast.']);
  expect(JSON.parse(JSON.stringify(error))).toEqual({ errcode: 'M_LIMIT_EXCEEDED', error: 'Too fast.', retry_after_ms: 5 });
});

test.each([
  [forbidden, 'M_FORBIDDEN', 403],
  [notFound, 'M_NOT_FOUND', 404],
  [badJson, 'M_BAD_JSON', 400],
  [invalidParam, 'M_INVALID_PARAM', 400],
  [missingParam, 'M_MISSING_PARAM', 400],
])('%p', (make, errcode, status) => {
  const error = make('why');
  expect(error).toBeInstanceOf(MatrixError);
  expect({ errcode: error.errcode, status: error.status, message: error.message }).toEqual({ errcode, status, message: 'why' });
});
