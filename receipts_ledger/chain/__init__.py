"""The only place that knows Ethereum: wire form, typed data, keys, JSON-RPC, events, proofs."""
