// One row for each event with all that it says, to be found by its receipt; and each receipt as
// its last event left it, to be found by holder and pledgee.
import { index, onchainTable, primaryKey } from "ponder";

export const event = onchainTable(
  "event",
  (t) => ({
    block: t.integer().notNull(),
    logIndex: t.integer().notNull(),
    txHash: t.hex().notNull(),
    kind: t.text().notNull(),
    subject: t.bigint(),
    word: t.bigint(),
    rest: t.json().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.block, table.logIndex] }),
    subjectIndex: index().on(table.subject),
  }),
);

export const receipt = onchainTable(
  "receipt",
  (t) => ({
    id: t.bigint().primaryKey(),
    holder: t.integer().notNull(),
    pledgee: t.integer().notNull(),
    version: t.integer().notNull(),
    word: t.bigint().notNull(),
  }),
  (table) => ({
    holderIndex: index().on(table.holder),
    pledgeeIndex: index().on(table.pledgee),
  }),
);
