// What each event leaves in the database. Which events speak of a receipt, the ABI tells.
import { readFileSync, writeFileSync } from "node:fs";
import { ponder } from "ponder:registry";
import { event as events, receipt as receipts } from "ponder:schema";

const { ABI_FILE, BEGAN_FILE } = process.env;

type Input = { name: string };
type Entry = { type: string; name: string; inputs: Input[] };

const abi: Entry[] = JSON.parse(readFileSync(ABI_FILE!, "utf8"));

for (const { type, name, inputs } of abi) {
  if (type !== "event") continue;
  const fields = inputs.map((input) => input.name);
  const isOfReceipt = fields.includes("receiptId") && fields.includes("word");
  ponder.on(`Ledger:${name}` as never, async ({ event, context }: any) => {
    const { receiptId, word, ...rest } = event.args;
    await context.db.insert(events).values({
      block: Number(event.block.number),
      logIndex: event.log.logIndex,
      txHash: event.transaction.hash,
      kind: name,
      subject: receiptId ?? null,
      word: word ?? null,
      rest: withoutBigints(rest),
    });
    if (!isOfReceipt) return;
    const state = stateIn(word);
    await context.db
      .insert(receipts)
      .values({ id: receiptId, ...state })
      .onConflictDoUpdate(state);
  });
}

function stateIn(word: bigint) {
  return {
    holder: Number((word >> 8n) & 0x3fffffn),
    pledgee: Number((word >> 30n) & 0xffffn),
    version: Number((word >> 46n) & 0x3fffn),
    word,
  };
}

function withoutBigints(fields: Record<string, unknown>) {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]),
  );
}

// The tool is up and its work begins: what it took so far was only the start.
const { user, system } = process.cpuUsage();
writeFileSync(BEGAN_FILE!, JSON.stringify({ wall: Date.now() / 1e3, cpu: (user + system) / 1e6 }));
