import { describe, expect, test } from '@jest/globals';
import { parseXMatrix } from './x-matrix.ts';

const whole = { origin: 'a.example', destination: 'b.example', keyId: 'ed25519:k_1', signature: 'c2ln/+w' };

describe('the X-Matrix header', () => {
  test.each<[string, string]>([
    ['as servers write it', 'X-Matrix origin="a.example",destination="b.example",key="ed25519:k_1",sig="c2ln/+w"'],
    ['without quotes, colons and Base64 too', 'X-Matrix origin=a.example,destination=b.example,key=ed25519:k_1,sig=c2ln/+w'],
    ['in any order', 'X-Matrix sig="c2ln/+w",key="ed25519:k_1",destination="b.example",origin="a.example"'],
    ['in any case', 'x-matrix ORIGIN="a.example",Destination="b.example",KEY="ed25519:k_1",Sig="c2ln/+w"'],
    ['with spaces and tabs around commas', 'X-Matrix   origin="a.example" ,\tdestination="b.example"\t, key="ed25519:k_1" , sig="c2ln/+w" '],
    ['with escapes', 'X-Matrix origin="a\\.example",destination="b.example",key="ed25519\\:k_1",sig="c2ln/+w"'],
    ['with unknown parameters', 'X-Matrix origin="a.example",new="x, y=\\"z\\"",destination="b.example",key="ed25519:k_1",sig="c2ln/+w"'],
    ['with empty list elements', 'X-Matrix ,origin="a.example",,destination="b.example",key="ed25519:k_1",sig="c2ln/+w",'],
    ['with the long name of sig', 'X-Matrix origin="a.example",destination="b.example",key="ed25519:k_1",signature="c2ln/+w"'],
  ])('is read %s', (_what, header) => {
    expect(parseXMatrix([header])).toEqual([whole]);
  });

  test('may lack the destination', () => {
    expect(parseXMatrix(['X-Matrix origin="a.example:8448",key="ed25519:k",sig="c2ln"'])).toEqual([
      { origin: 'a.example:8448', destination: undefined, keyId: 'ed25519:k', signature: 'c2ln' },
    ]);
  });

  test('may come several times, also joined by a proxy', () => {
    const one = 'X-Matrix origin=a.example,key=ed25519:1,sig=AAAA';
    const two = 'X-Matrix origin=a.example,key=ed25519:2,sig=BBBB';
    const keyIds = (headers: string[]): string[] | undefined => parseXMatrix(headers)?.map(({ keyId }) => keyId);
    expect(keyIds([one, two])).toEqual(['ed25519:1', 'ed25519:2']);
    expect(keyIds([`${one}, ${two}`])).toEqual(['ed25519:1', 'ed25519:2']);
  });

  test.each([
    'Bearer abc',
    'X-Matrix',
    'X-Matrix origin="a.example",key="ed25519:k"',
    'X-Matrix key="ed25519:k",sig="AAAA"',
    'X-Matrix origin="a.example",sig="AAAA"',
    'X-Matrix origin="a.example",origin="c.example",key="ed25519:k",sig="AAAA"',
    'X-Matrix origin="not a server",key="ed25519:k",sig="AAAA"',
    'X-Matrix origin="a.example" key="ed25519:k" sig="AAAA"',
    'X-Matrix origin="a.example,key="ed25519:k",sig="AAAA"',
    'X-Matrix origin="a.example",key="ed25519:k",sig="AAAA',
    'Bearer abc, X-Matrix origin="a.example",key="ed25519:k",sig="AAAA"',
  ])('is refused as %s', (header) => {
    expect(parseXMatrix([header])).toBeUndefined();
  });

  test('takes no long time for what is malformed', () => {
    const started = performance.now();
    parseXMatrix([`X-Matrix origin="${'\\\\'.repeat(20_000)}`, `X-Matrix ${'a=b '.repeat(10_000)}`, `X-Matrix ${','.repeat(16_000)}`]);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
