"""Widgets: they draw rows they are given and hold no policy."""
