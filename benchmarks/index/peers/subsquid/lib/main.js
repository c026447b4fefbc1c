// The squid: logs of one contract in batches, decoded and stored batch by batch.
const { readFileSync, writeFileSync } = require("node:fs");
const { event, indexed, keccak256 } = require("@subsquid/evm-abi");
const codec = require("@subsquid/evm-codec");
const { EvmBatchProcessor } = require("@subsquid/evm-processor");
const { TypeormDatabase } = require("@subsquid/typeorm-store");
const { Event, Receipt } = require("./model");

const { RPC_URL, CONTRACT, FROM_BLOCK, TO_BLOCK, ABI_FILE, BEGAN_FILE } = process.env;

// The decoders that `squid-evm-typegen` writes down, made from the same ABI.
const kinds = new Map(
  JSON.parse(readFileSync(ABI_FILE, "utf8"))
    .filter(({ type }) => type === "event")
    .map(({ name, inputs }) => {
      const signature = `${name}(${inputs.map((input) => input.type).join(",")})`;
      const topic = `0x${keccak256(signature).toString("hex")}`;
      const fields = Object.fromEntries(
        inputs.map((input) => {
          const type = codec[input.type];
          return [input.name, input.indexed ? indexed(type) : type];
        }),
      );
      const isOfReceipt = "receiptId" in fields && "word" in fields;
      return [topic, { name, isOfReceipt, decoder: event(topic, signature, fields) }];
    }),
);

const processor = new EvmBatchProcessor()
  .setRpcEndpoint({ url: RPC_URL, capacity: 10 })
  .setFinalityConfirmation(30)
  .setBlockRange({ from: Number(FROM_BLOCK), to: Number(TO_BLOCK) })
  .setFields({ log: { topics: true, data: true, transactionHash: true } })
  .addLog({ address: [CONTRACT] });

const { user, system } = process.cpuUsage();
writeFileSync(BEGAN_FILE, JSON.stringify({ wall: Date.now() / 1e3, cpu: (user + system) / 1e6 }));

// All blocks are final, so nothing has to be kept for their return.
processor.run(new TypeormDatabase({ supportHotBlocks: false }), async ({ blocks, store }) => {
  const events = [];
  const receipts = new Map();
  for (const block of blocks) {
    for (const log of block.logs) {
      const { name, isOfReceipt, decoder } = kinds.get(log.topics[0]);
      const { receiptId, word, ...rest } = decoder.decode(log);
      events.push(
        new Event({
          id: log.id,
          block: block.header.height,
          logIndex: log.logIndex,
          txHash: log.transactionHash,
          kind: name,
          subject: receiptId,
          word,
          rest: withoutBigints(rest),
        }),
      );
      if (isOfReceipt) {
        const id = receiptId.toString();
        receipts.set(id, new Receipt({ id, ...stateIn(word) }));
      }
    }
  }
  await store.insert(events);
  await store.upsert([...receipts.values()]);
});

function withoutBigints(fields) {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]),
  );
}

function stateIn(word) {
  return {
    holder: Number((word >> 8n) & 0x3fffffn),
    pledgee: Number((word >> 30n) & 0xffffn),
    version: Number((word >> 46n) & 0x3fffn),
    word,
  };
}
