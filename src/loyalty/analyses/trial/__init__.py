"""What the simulated cases declare, beside what the analyses found of it."""
