"""Screens: which panes stand where."""
