/** What can be written to a database or sent over a wire, and comes back the same. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
