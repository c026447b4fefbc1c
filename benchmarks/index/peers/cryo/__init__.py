"""cryo, which takes logs off a chain and keeps no state."""
