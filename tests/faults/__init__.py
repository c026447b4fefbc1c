"""The gateway under faults: numbered cases one by one, and a storm of all at once."""
