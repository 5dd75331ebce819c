import { counted } from '../contract/index.ts';

/** `1,024 bytes` */
export const bytesOf = (count: number): string => counted(count, 'byte');

/** Deflate cannot shrink further (zlib.net/zlib_tech.html: 1032 to 1): what declares more is damaged, or means harm. */
export const LARGEST_DEFLATE_RATIO = 1040;
