// One contract on one chain, from its deployment to the block at which the benchmark stops.
import { readFileSync } from "node:fs";
import { createConfig } from "ponder";

const { RPC_URL, CHAIN_ID, CONTRACT, FROM_BLOCK, TO_BLOCK, DATABASE_URL, ABI_FILE } = process.env;

export default createConfig({
  database: { kind: "postgres", connectionString: DATABASE_URL },
  chains: {
    consortium: {
      id: Number(CHAIN_ID),
      rpc: RPC_URL,
      // Without it Ponder asks for 25 blocks first, which is more than viem takes in one answer.
      ethGetLogsBlockRange: 10,
    },
  },
  contracts: {
    Ledger: {
      abi: JSON.parse(readFileSync(ABI_FILE!, "utf8")),
      chain: "consortium",
      address: CONTRACT as `0x${string}`,
      startBlock: Number(FROM_BLOCK),
      endBlock: Number(TO_BLOCK),
    },
  },
});
