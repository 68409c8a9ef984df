"""The terminal trading dashboard that always shows whether the numbers are true."""

__version__ = "0.1.0"
