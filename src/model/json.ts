// What JSON can hold.

/** What JSON holds and gives back the same: no NaN, no infinity, no `undefined`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
