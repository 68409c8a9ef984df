"""Tasks, sockets and clocks: how what the venues say reaches the state that screens look at."""
