// One row for each event, to be found by its receipt, and each receipt as its last event left it.
import { index, onchainTable, primaryKey } from "ponder";

export const event = onchainTable(
  "event",
  (t) => ({
    block: t.integer().notNull(),
    logIndex: t.integer().notNull(),
    kind: t.text().notNull(),
    subject: t.bigint(),
    word: t.bigint(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.block, table.logIndex] }),
    subjectIndex: index().on(table.subject),
  }),
);

export const receipt = onchainTable("receipt", (t) => ({
  id: t.bigint().primaryKey(),
  holder: t.integer().notNull(),
  pledgee: t.integer().notNull(),
  version: t.integer().notNull(),
  word: t.bigint().notNull(),
}));
