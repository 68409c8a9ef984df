"""The dashboard in a browser: a gate that few get through, and behind it a terminal for each."""
