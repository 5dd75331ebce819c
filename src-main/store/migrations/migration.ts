export interface Migration {
  /** The `user_version` of a database once this has run. In tens, so that two branches can land. */
  version: number;
  sql: string;
}
