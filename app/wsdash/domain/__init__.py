"""What a market is: pure values and state, with no I/O, no clock and no markup."""
