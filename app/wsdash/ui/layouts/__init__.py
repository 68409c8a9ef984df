"""Layouts: which panes stand where, by name, for every size of terminal."""
