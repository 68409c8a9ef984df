"""The embedded exchange: a real server with a seeded market behind it."""
