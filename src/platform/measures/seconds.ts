/** Upper limits of how long requests take, in seconds: 40 ms is what half, 250 ms what 99 in 100 keep to [EXPERIENCE 11]. */
export const SECONDS = [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.5, 1, 2, 5, 10] as const;
