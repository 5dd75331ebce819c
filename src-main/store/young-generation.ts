/**
 * Of a thread through which messages pass, in MiB. V8 lets it grow to 96 MiB of garbage for each thread, and collects
 * the buffers of its typed arrays with it: 2,000 epochs of `npm run bench -- recording` then take 150 MiB more.
 */
export const YOUNG_GENERATION_MIB = 12;
