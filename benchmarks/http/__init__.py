"""How many requests a second the gateway answers, beside a route that does nothing."""
