"""The verbs. Each says what it needs in a Protocol; none knows chain, store or a door."""
