/** A dataset the lab can train on, or could. */
export interface DatasetDescription {
  id: string;
  title: string;
  /** ready: cached or readable at once; available: found, will be prepared on first use; missing: see `hint`. */
  state: 'ready' | 'available' | 'missing';
  /** What to do where it is missing, or what is wrong. */
  hint: string | null;
  source: string;
  licence: string | null;
  trainCount: number;
  testCount: number;
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: string[];
}
