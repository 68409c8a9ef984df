"""What each exchange says: one sans-I/O state machine a venue."""
