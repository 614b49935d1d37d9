import { useEffect, useState } from 'react';

/** The address of a file that is not on a server yet. */
export function useLocalUrl(blob: Blob | undefined): string | undefined {
  const [made, setMade] = useState<{ readonly blob: Blob; readonly url: string }>();
  useEffect(() => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    setMade({ blob, url });
    return () => {
      // What takes its place has a moment to load.
      setTimeout(() => URL.revokeObjectURL(url), 5_000);
    };
  }, [blob]);
  return blob && made?.blob === blob ? made.url : undefined;
}
